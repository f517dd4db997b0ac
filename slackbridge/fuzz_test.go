package slackbridge

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/markup"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// FuzzInbound gives the inbox any bytes: what it makes of them is the same each time,
// keeps them as they are, and a line that somebody wrote in a thread is never lost.
func FuzzInbound(f *testing.F) {
	paths, err := filepath.Glob("testdata/shapes/*.txtar")
	if err != nil || len(paths) == 0 {
		f.Fatal("no shapes", err)
	}
	for _, path := range paths {
		shapes, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range shapes.Files {
			if strings.HasSuffix(file.Name, ".json") && len(file.Data) < 4000 {
				f.Add([]byte(`{"type":"event_callback","team_id":"` + fakeslack.SampleTeam + `","event_id":"Ev1","event":` + strings.TrimSpace(string(file.Data)) + `}`))
			}
		}
	}
	f.Add([]byte(`{"type":"block_actions","team":{"id":"T1"},"user":{"id":"U1"},"actions":[{"action_id":"handoff_claim","action_ts":"1.2"}],"container":{"message_ts":"1.1"}}`))
	f.Add([]byte(`{"command":"/handoff","text":"on","trigger_id":"1.2","team_id":"T1"}`))
	cfg := Defaults()
	cfg.BotToken, cfg.AppToken, cfg.Channel = fakeslack.SampleBotToken, fakeslack.SampleAppToken, fakeslack.SampleSupport
	b, err := New(Deps{Config: cfg})
	if err != nil {
		f.Fatal(err)
	}
	b.self.Store(&identity{Team: fakeslack.SampleTeam, User: fakeslack.SampleBotUser, Bot: fakeslack.SampleBot, App: fakeslack.SampleApp})
	f.Fuzz(func(t *testing.T, raw []byte) {
		rows := b.rowsFor(raw)
		if again := b.rowsFor(bytes.Clone(raw)); !reflect.DeepEqual(rows, again) {
			t.Fatalf("%q\nonce  %+v\nagain %+v", raw, rows, again)
		}
		for _, r := range rows {
			if r.Key == "" || r.Kind == "" || !bytes.Equal(r.Raw, raw) {
				t.Errorf("%q makes the row %+v", raw, r)
			}
		}
		if written(raw) && (len(rows) != 1 || rows[0].Kind != kindMessage) {
			t.Errorf("%q is a line, and makes %+v", raw, rows)
		}
		var e envelope
		var m slackMessage
		if webapi.Decode(raw, &e) == nil && len(e.Event) > 0 && webapi.Decode(e.Event, &m) == nil {
			decoded(t, m)
		}
	})
}

// decoded reads a message twice, as a new line and as an edit.
func decoded(t *testing.T, m slackMessage) {
	t.Helper()
	list := []slackMessage{m}
	if m.Message != nil {
		list = append(list, *m.Message)
	}
	for _, m := range list {
		once, again := m.tree(markup.Names{}), m.tree(markup.Names{})
		if !reflect.DeepEqual(once, again) || m.mentions() != m.mentions() || ignored(m) != ignored(m) { //nolint:staticcheck // twice is the point
			t.Errorf("%+v is read in two ways", m)
		}
		if _, err := json.Marshal(once); err != nil {
			t.Error(err)
		}
		m.marked()
	}
}

// written says, without the decoder, that raw is a line that somebody wrote in a
// thread. It is not sure of objects that have a key twice.
func written(raw []byte) bool {
	var e struct{ Event map[string]any }
	var outer map[string]any
	if json.Unmarshal(raw, &outer) != nil || json.Unmarshal(raw, &e) != nil || twice(outer) || twice(e.Event) {
		return false
	}
	text := func(key string) string { s, _ := e.Event[key].(string); return s }
	for _, odd := range []string{"subtype", "bot_id", "app_id", "metadata", "blocks", "message"} {
		if e.Event[odd] != nil {
			return false
		}
	}
	return outer["type"] == "event_callback" && text("type") == "message" && text("ts") != "" && text("thread_ts") != "" && text("ts") != text("thread_ts") &&
		text("user") != "" && text("user") != fakeslack.SampleBotUser
}

func twice(object map[string]any) bool {
	seen := map[string]bool{}
	for k := range object {
		folded := strings.Map(func(r rune) rune {
			switch r { // Go's decoder folds these two into letters
			case 'ſ':
				return 's'
			case 'K':
				return 'k'
			}
			return r
		}, strings.ToLower(k))
		if seen[folded] || folded != k {
			return true
		}
		seen[folded] = true
	}
	return false
}
