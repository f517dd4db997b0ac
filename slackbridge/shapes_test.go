package slackbridge_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/handoff-bot/handoff/conversation"
	fileledger "github.com/handoff-bot/handoff/files/ledger"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/markup"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// leastShapes is how many payload shapes the table holds.
const leastShapes = 120

// TestShapes sends every payload of testdata/shapes through the inbox into one
// conversation that Maya has, and compares what the log got. A shape is a pair of
// files in a txtar: NAME.json, the events as Slack sends them, one after the other,
// and NAME.want, the effects. Lines with # say why.
func TestShapes(t *testing.T) {
	s := newStage(t, func(s *stage, _ *fakeslack.Options) { s.files = copies{} })
	c := s.claimed("Anna")
	slack := shapeSlack(t, c)
	paths, err := filepath.Glob("testdata/shapes/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, path := range paths {
		shapes, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(shapes.Files); i += 2 {
			in, want := shapes.Files[i], &shapes.Files[i+1]
			name := strings.TrimSuffix(in.Name, ".json")
			if want.Name != name+".want" {
				t.Fatalf("%s: %s is followed by %s", path, in.Name, want.Name)
			}
			n++
			t.Run(name, func(t *testing.T) {
				c.t = t
				got := c.effects(n, slack(n, in.Data))
				if *update {
					want.Data = append(comments(want.Data), got...)
				} else if said := withoutComments(want.Data); got != said {
					t.Errorf("got\n%s\nwant\n%s", got, said)
				}
			})
		}
		if *update {
			if err := os.WriteFile(path, txtar.Format(shapes), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.t = t
	if n < leastShapes {
		t.Errorf("%d shapes, want at least %d", n, leastShapes)
	}
}

var update = flag.Bool("update", false, "write the golden files")

// shapeSlack returns a function that fills in what a payload leaves open: where it
// was written, by whom and when.
func shapeSlack(t *testing.T, c *chat) func(n int, raw []byte) []byte {
	t.Helper()
	if _, err := c.slack.Upload(maya, fakeslack.SampleBilling, "", "", fakeslack.File{ID: "F0SHAPE", Name: "label.txt", Data: []byte("to print")}); err != nil {
		t.Fatal(err)
	}
	return func(n int, raw []byte) []byte {
		at := func(part int) string { return fmt.Sprintf("19%08d.%06d", n, part) }
		return []byte(strings.NewReplacer(
			"$TS2", at(200), "$TS3", at(300), "$TS", at(100), "$ROOT", c.root, "$CHANNEL", c.channel, "$TEAM", fakeslack.SampleTeam, "$APP", fakeslack.SampleApp,
			"$BOTUSER", fakeslack.SampleBotUser, "$BOT", fakeslack.SampleBot, "$MAYA", maya, "$SAM", sam, "$PRIYA", priya, "$GROUP", fakeslack.SampleSupportGroup,
			"$FILE_URL", c.slack.URL()+"/files-pri/"+fakeslack.SampleTeam+"-F0SHAPE/label.txt", "$MARK", "h:"+string(c.id)+":3:0", "$N", fmt.Sprint(n),
			"$LONG", strings.Repeat("A long tale & its <end>. ", 1600), "$WIDE", strings.Repeat("👩‍👩‍👧‍👦", 1000),
		).Replace(string(raw)))
	}
}

// effects works the events of a shape and says what the log got.
func (c *chat) effects(n int, raw []byte) string {
	c.t.Helper()
	before := c.lastSeq()
	var out strings.Builder
	var became []string
	for dec := json.NewDecoder(bytes.NewReader(raw)); ; {
		var event json.RawMessage
		err := dec.Decode(&event)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil { // no JSON at all: Slack's bytes as they are
			became = append(became, c.works(raw)...)
			break
		}
		became = append(became, c.works(wrapped(n, event))...)
	}
	events, err := c.store.Events(c.t.Context(), c.id, before, 100)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, e := range events {
		out.WriteString(effect(c.t, e))
	}
	if out.Len() == 0 {
		fmt.Fprintf(&out, "ignored: %s\n", strings.Join(became, ", "))
	}
	return out.String()
}

func (c *chat) lastSeq() conversation.Seq {
	c.t.Helper()
	state, err := c.store.State(c.t.Context(), c.id)
	if err != nil {
		c.t.Fatal(err)
	}
	return state.Seq
}

// works hands one delivery to the bridge, and says what became of it.
func (c *chat) works(raw []byte) []string {
	c.t.Helper()
	rows, err := c.bridge.Work(c.t.Context(), raw)
	if err != nil {
		c.t.Fatal(err)
	}
	if len(rows) == 0 {
		return []string{"not kept"}
	}
	var out []string
	for _, r := range rows {
		out = append(out, map[ledger.InboundState]string{ledger.Done: "no effect", ledger.Dropped: "dropped", ledger.Held: "held", ledger.New: "tried again", "known": "known already"}[r])
	}
	return out
}

// wrapped puts an inner event into the envelope of the Events API.
func wrapped(n int, event json.RawMessage) []byte {
	var outer struct{ Type string }
	if json.Unmarshal(event, &outer) == nil && (outer.Type == "event_callback" || outer.Type == "app_rate_limited") {
		return event
	}
	raw, _ := json.Marshal(map[string]any{ // it was JSON a moment ago
		"token": "x", "team_id": fakeslack.SampleTeam, "api_app_id": fakeslack.SampleApp, "type": "event_callback", "event_id": fmt.Sprintf("Ev0%d", n), "event_time": 1900000000, "event": event,
		"authorizations": []any{map[string]any{"team_id": fakeslack.SampleTeam, "user_id": fakeslack.SampleBotUser, "is_bot": true}}, "is_ext_shared_channel": false,
	})
	return raw
}

// effect writes an event as the shapes do: its kind, the tree, the plain text, the
// files.
func effect(t *testing.T, e conversation.Event) string {
	t.Helper()
	switch b := e.Body.(type) {
	case conversation.Message:
		return "relayed" + words(t, b.Text, b.Content) + filesOf(b.Files)
	case conversation.Note:
		return "note" + words(t, b.Text, b.Content)
	case conversation.Edited:
		return "edit" + words(t, b.Text, b.Content)
	case conversation.Retracted:
		return map[bool]string{true: "retraction of a note\n", false: "retraction\n"}[b.Inside]
	}
	return "" // what others do meanwhile
}

func filesOf(list []conversation.File) string {
	var out strings.Builder
	for _, f := range list {
		fmt.Fprintf(&out, "  file %s\n", f.Name)
	}
	return out.String()
}

// words are the tree and the text, the long ones by their size. The text has to be
// that of the tree.
func words(t *testing.T, text string, content json.RawMessage) string {
	t.Helper()
	var tree markup.Tree
	if len(content) > 0 {
		if err := json.Unmarshal(content, &tree); err != nil {
			t.Fatalf("the tree: %v", err)
		}
	}
	if plain := strings.TrimSpace(tree.Plain()); content != nil && plain != text {
		t.Errorf("the text is %q, the tree says %q", text, plain)
	}
	if len(text) > 2000 {
		return fmt.Sprintf("\n  %d characters, %.25s … %s\n", len([]rune(text)), text, text[len(text)-25:])
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(json.RawMessage(content)); err != nil {
		t.Fatal(err)
	}
	return "\n  " + b.String() + "  | " + strings.ReplaceAll(text, "\n", "\n  | ") + "\n"
}

func comments(data []byte) []byte {
	var out []byte
	for line := range bytes.Lines(data) {
		if bytes.HasPrefix(line, []byte("#")) {
			out = append(out, line...)
		}
	}
	return out
}

func withoutComments(data []byte) string {
	lines := strings.SplitAfter(string(data), "\n")
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "#") }), "")
}

// copies keeps files without looking at them.
type copies struct{}

func (copies) Take(_ context.Context, of fileledger.File, name string, in io.Reader, limit int64) (conversation.File, error) {
	n, err := io.Copy(io.Discard, io.LimitReader(in, limit))
	return conversation.File{ID: "fil_" + strings.ReplaceAll(of.Source, ":", "_"), Name: name, Size: n}, err
}

func (copies) Open(context.Context, string) (io.ReadCloser, error) {
	return nil, conversation.ErrNotFound
}

func (copies) FilesOf(context.Context, conversation.ID) ([]fileledger.File, error) { return nil, nil }
func (copies) FilesFrom(context.Context, string) ([]fileledger.File, error)        { return nil, nil }
