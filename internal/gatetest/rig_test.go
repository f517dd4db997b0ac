package gatetest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/internal/handofftest"
)

func TestMain(m *testing.M) {
	handofftest.ServeIfAsked()
	// They wait for Slack most of the time.
	handofftest.SideBySide(8)
	m.Run()
}

// patience is how long a test waits for Slack: a channel gets one post a second.
const patience = 45 * time.Second

const (
	support = fakeslack.SampleSupport
	maya    = fakeslack.SampleMaya
	sam     = fakeslack.SampleSam
	priya   = fakeslack.SamplePriya
)

// house is an installation that does not run yet.
func house(t *testing.T, o handofftest.Options) *handofftest.House {
	t.Helper()
	if o.Runs == nil {
		o.Runs = handofftest.InProcess
	}
	return handofftest.New(t, o)
}

// started is a house that runs.
func started(t *testing.T, o handofftest.Options) *handofftest.House {
	t.Helper()
	h := house(t, o)
	h.Start()
	return h
}

func configFile(h *handofftest.House) string { return filepath.Join(h.Dir, "handoff.yaml") }

// rewrite changes the installation's file; every pattern has to be in it.
func rewrite(t *testing.T, h *handofftest.House, pairs ...string) {
	t.Helper()
	raw, err := os.ReadFile(configFile(h))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		pattern := regexp.MustCompile(pairs[i])
		if !pattern.Match(raw) {
			t.Fatalf("the file has no %s:\n%s", pattern, raw)
		}
		raw = pattern.ReplaceAll(raw, []byte(pairs[i+1]))
	}
	if err := os.WriteFile(configFile(h), raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

// strictLimits puts the default limits back, which a House lifts.
func strictLimits(t *testing.T, h *handofftest.House) {
	t.Helper()
	rewrite(t, h, `(?s)limits:\n.*?\}\n`, "")
}

func productLog(t *testing.T, h *handofftest.House) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(h.Dir, "handoff.log"))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// slackShows waits until Slack shows something.
func slackShows(t *testing.T, h *handofftest.House, what string, ok func(*fakeslack.State) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := h.Slack.WaitFor(ctx, ok); err != nil {
		t.Fatalf("Slack does not show %s; #support shows:\n%s\nthe log:\n%s", what, channelText(h, support), productLog(t, h))
	}
}

func channelText(h *handofftest.House, channel string) string {
	var b strings.Builder
	for _, root := range h.Slack.History(channel) {
		for _, m := range h.Slack.Thread(channel, root.TS) {
			fmt.Fprintf(&b, "%s: %.300s\n", m.TS, m.Visible())
		}
	}
	return b.String()
}

// cards are the channel's cards with a reference, oldest first.
func cards(st *fakeslack.State, channel, reference string) []fakeslack.Message {
	var out []fakeslack.Message
	for _, m := range st.History(channel) {
		root := m.ThreadTS == "" || m.ThreadTS == m.TS
		if root && m.BotID != "" && strings.Contains(m.Visible(), reference) {
			out = append(out, m)
		}
	}
	return out
}

// card waits for the conversation's card and returns its ts.
func card(t *testing.T, h *handofftest.House, channel, reference string) string {
	t.Helper()
	var ts string
	slackShows(t, h, "the card of "+reference, func(st *fakeslack.State) bool {
		found := cards(st, channel, reference)
		if len(found) > 0 {
			ts = found[0].TS
		}
		return ts != ""
	})
	return ts
}

// threadShows waits until the thread below a card shows a text.
func threadShows(t *testing.T, h *handofftest.House, channel, root, text string) {
	t.Helper()
	slackShows(t, h, fmt.Sprintf("%q in the thread", text), func(st *fakeslack.State) bool {
		return strings.Count(replies(st, channel, root), text) > 0
	})
}

// replies is what the thread below a card reads.
func replies(st *fakeslack.State, channel, root string) string {
	var b strings.Builder
	for _, m := range st.Thread(channel, root) {
		if m.TS != root {
			b.WriteString(m.Visible() + "\n")
		}
	}
	return b.String()
}

// once checks that each text stands below the card exactly once, in this order.
func once(t *testing.T, h *handofftest.House, channel, root string, texts ...string) {
	t.Helper()
	threadShows(t, h, channel, root, texts[len(texts)-1])
	var shown string
	slackShows(t, h, "the thread", func(st *fakeslack.State) bool { shown = replies(st, channel, root); return true })
	at := 0
	for _, text := range texts {
		if n := strings.Count(shown, text); n != 1 {
			t.Errorf("%q stands %d times in the thread, want once:\n%s", text, n, shown)
			continue
		}
		if pos := strings.Index(shown, text); pos < at {
			t.Errorf("%q stands too early in the thread:\n%s", text, shown)
		} else {
			at = pos
		}
	}
}

// guest is a visitor whose requests a test writes by hand.
type guest struct {
	t            *testing.T
	base, token  string
	conversation string
	reference    string
}

// newGuest opens a session and, with this body, a conversation.
func newGuest(t *testing.T, h *handofftest.House, open any) *guest {
	t.Helper()
	g := session(t, h)
	var c struct{ ID, Reference string }
	g.must("POST", "/v1/conversations", open, &c)
	g.conversation, g.reference = c.ID, c.Reference
	return g
}

// session is a guest without a conversation.
func session(t *testing.T, h *handofftest.House) *guest {
	t.Helper()
	g := &guest{t: t, base: h.URL}
	var s struct{ Token string }
	g.must("POST", "/v1/sessions", map[string]any{"key": handofftest.Key}, &s)
	g.token = s.Token
	return g
}

// call makes one request. body is JSON text or what JSON is made of; nil is none.
func (g *guest) call(method, path string, body any) (int, string) {
	g.t.Helper()
	var in io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		in = strings.NewReader(b)
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			g.t.Fatal(err)
		}
		in = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(g.t.Context(), method, g.base+path, in)
	if err != nil {
		g.t.Fatal(err)
	}
	req.Header.Set("Origin", handofftest.Origin)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if g.token != "" {
		req.Header.Set("Authorization", "Bearer "+g.token)
	}
	return answer(g.t, req)
}

// answer sends a request and returns the status and the body.
func answer(t *testing.T, req *http.Request) (int, string) {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	return resp.StatusCode, string(raw)
}

// must makes a request that succeeds.
func (g *guest) must(method, path string, body, into any) {
	g.t.Helper()
	status, raw := g.call(method, path, body)
	if status >= 300 {
		g.t.Fatalf("%s %s: %d %s", method, path, status, raw)
	}
	if into != nil {
		decode(g.t, raw, into)
	}
}

func decode(t *testing.T, raw string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(raw), into); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
}

func (g *guest) at(act string) string { return "/v1/conversations/" + g.conversation + "/" + act }

func (g *guest) post(act string, body any) { g.t.Helper(); g.must("POST", g.at(act), body, nil) }

func (g *guest) say(clientID, text string) {
	g.t.Helper()
	g.post("messages", map[string]any{"client_id": clientID, "text": text})
}

// seen is an event as the visitor gets it.
type seen struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

func (s seen) field(name string) string {
	var m map[string]any
	_ = json.Unmarshal(s.Data, &m)
	text, _ := m[name].(string)
	return text
}

func (g *guest) events() []seen {
	g.t.Helper()
	var out struct{ Events []seen }
	g.must("GET", g.at("events?wait=0&limit=500"), nil, &out)
	return out.Events
}

// phase is the last phase the visitor was told.
func (g *guest) phase() string {
	g.t.Helper()
	phase := "bot"
	for _, e := range g.events() {
		if e.Type == "state" {
			phase = e.field("phase")
		}
	}
	return phase
}

// until waits for something the visitor sees; the API has no wake-up for a
// reader without a stream.
func (g *guest) until(what string, ok func([]seen) bool) {
	g.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		events := g.events()
		if ok(events) {
			return
		}
		if time.Now().After(deadline) {
			for _, e := range events {
				g.t.Logf("%s %s", e.Type, e.Data)
			}
			g.t.Fatalf("the visitor does not see %s", what)
		}
	}
}

// hears waits for a line with this text.
func (g *guest) hears(text string) {
	g.t.Helper()
	g.until(fmt.Sprintf("%q", text), func(events []seen) bool {
		for _, e := range events {
			if e.Type == "message" && strings.Contains(e.field("text"), text) {
				return true
			}
		}
		return false
	})
}

// recorder is a server that notes who calls and answers as it is told.
type recorder struct {
	*httptest.Server
	mu   sync.Mutex
	hits []string
}

func newRecorder(t *testing.T, reply http.HandlerFunc) *recorder {
	t.Helper()
	r := &recorder{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(io.LimitReader(req.Body, 64<<10))
		r.mu.Lock()
		r.hits = append(r.hits, fmt.Sprintf("%s %s %v %s", req.Method, req.URL, req.Header, body))
		r.mu.Unlock()
		reply(w, req)
	}))
	t.Cleanup(r.Close)
	return r
}

// canary is a server that nobody may call; the test fails when somebody did.
func canary(t *testing.T) *recorder {
	t.Helper()
	r := newRecorder(t, func(http.ResponseWriter, *http.Request) {})
	t.Cleanup(func() {
		if hits := r.calls(); len(hits) > 0 {
			t.Errorf("the canary was called %d times, first: %.300s", len(hits), hits[0])
		}
	})
	return r
}

func (r *recorder) calls() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.hits...)
}
