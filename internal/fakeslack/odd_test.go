package fakeslack_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// What no client library knows arrives all the same, and is retried like the
// rest.
func TestOddDeliveries(t *testing.T) {
	s, _ := start(t, fakeslack.Options{})
	conn, _ := dial(t, s)
	s.Emit(map[string]any{"type": "brand_new_thing", "channel": support})
	s.EmitRaw("events_api", []byte(`{"event":{"type":"message","files":[{"id":"F1","initial_comment":"a string"}]}}`))
	s.EmitRaw("telepathy", []byte(`{"x":1}`))
	want := []string{"brand_new_thing", "a string", "telepathy"}
	for i := range want {
		f, err := json.Marshal(frame(t, conn))
		if err != nil || !strings.Contains(string(f), want[i]) {
			t.Errorf("frame %d: got %s, want %s", i, f, want[i])
		}
	}
	s.Switch(func(sw *fakeslack.Switches) { sw.EventsOff = true })
	say(t, s, "unheard")
	if got := len(s.Deliveries()); got != 3 {
		t.Errorf("subscription off: got %d deliveries", got)
	}
}

func TestGarbledReplies(t *testing.T) {
	s, api := start(t, fakeslack.Options{})
	root := thread(t, s, 2)
	reply := s.Thread(support, root)[1].TS
	if err := s.Garble(support, reply, map[string]any{"files": []any{map[string]any{"id": "F1", "initial_comment": "a string"}}}); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := api.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: support, Timestamp: root}); err == nil {
		t.Error("slack-go read the garbled page; the fault does nothing")
	}
	list := call(t, s, "conversations.replies", set{"channel": support, "ts": root})["messages"].([]any)
	if got := list[1].(map[string]any)["ts"]; got != reply || len(list) != 3 {
		t.Errorf("by hand: got %v of %d", got, len(list))
	}
}

func TestUploadedFiles(t *testing.T) {
	cases := []struct {
		sw               fakeslack.Switches
		subtype, present string
	}{
		{fakeslack.Switches{}, "file_share", "url_private"},
		{fakeslack.Switches{PlainFileMessages: true}, "", "url_private"},
		{fakeslack.Switches{StubFiles: true}, "file_share", "check_file_info"},
	}
	for _, c := range cases {
		s, api := start(t, fakeslack.Options{Switches: c.sw})
		ts, err := s.Upload(maya, support, "", "look", fakeslack.File{Name: "a b.png", Data: []byte("png")})
		if err != nil {
			t.Fatal(err)
		}
		m, _ := s.Message(support, ts)
		payload := string(s.Deliveries()[0].Payload)
		if m.Subtype != c.subtype || !strings.Contains(payload, c.present) || strings.Contains(payload, "url_private") != (c.present == "url_private") {
			t.Errorf("%+v: got subtype %q, %s", c.sw, m.Subtype, payload)
		}
		if f, _, _, err := api.GetFileInfo(m.Files[0].ID, 0, 0); err != nil || f.URLPrivate == "" || f.Mimetype != "image/png" {
			t.Errorf("files.info: got %+v, %v", f, err)
		}
	}
}

func TestShortcuts(t *testing.T) {
	s, _ := start(t, fakeslack.Options{})
	l := listen(t, s, nil)
	root := thread(t, s, 1)
	if err := s.Shortcut(maya, "handoff_note", support, root); err != nil {
		t.Fatal(err)
	}
	if err := s.GlobalShortcut(maya, "handoff_inbox"); err != nil {
		t.Fatal(err)
	}
	var got []string
	for len(got) < 2 {
		if cb, ok := l.next(t).Data.(slack.InteractionCallback); ok {
			got = append(got, fmt.Sprint(cb.Type, " ", cb.CallbackID, " ", cb.Message.Timestamp == root, cb.ResponseURL != "", cb.TriggerID != ""))
		}
	}
	want := "message_action handoff_note true true true|shortcut handoff_inbox false false true"
	if strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHomePresses(t *testing.T) {
	s, api := start(t, fakeslack.Options{})
	l := listen(t, s, nil)
	if err := s.OpenHome(maya); err != nil {
		t.Fatal(err)
	}
	if e := l.next(t); e.Type != socketmode.EventTypeEventsAPI {
		t.Errorf("got %v", e.Type)
	}
	if _, err := api.PublishViewContext(context.Background(), slack.PublishViewContextRequest{UserID: maya, View: homeRequest(t)}); err != nil {
		t.Fatal(err)
	}
	if err := s.PressIn(maya, "", "home_open", ""); err != nil {
		t.Fatal(err)
	}
	cb := l.next(t).Data.(slack.InteractionCallback)
	v, _ := s.Home(maya)
	if cb.View.ID != v.ID || cb.View.Type != slack.VTHomeTab || cb.ActionCallback.BlockActions[0].Value != "c1" || !strings.Contains(v.Visible(), "Visitor 7K2") {
		t.Errorf("got %+v", cb.View)
	}
	for name, err := range map[string]error{
		"no such button": s.PressIn(maya, "", "nothing", ""), "no Home": s.PressIn(sam, "", "home_open", ""),
		"no message": s.Press(maya, support, "1.0", "claim"), "stranger": s.Press("U0NONE", support, "1.0", "claim"),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// The page takes deeds from itself alone, and its composer treats a slash as
// Slack's does.
func TestPageDeeds(t *testing.T) {
	s, _ := start(t, fakeslack.Options{})
	root := thread(t, s, 0)
	act := func(origin string, deed map[string]any) (int, string) {
		body, _ := json.Marshal(deed)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/page/act", strings.NewReader(string(body)))
		if err != nil {
			t.Fatal(err)
		}
		req.Close = true
		req.Header.Set("Content-Type", "application/json")
		if origin != "" {
			req.Header.Set("Origin", origin)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		out, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(out)
	}
	cases := []struct {
		name, origin string
		deed         map[string]any
		status       int
		want         string
	}{
		{"a message", "", map[string]any{"do": "type", "channel": support, "text": "hi"}, 200, `"ok":true`},
		{"from another site", "https://evil.example", map[string]any{"do": "type", "channel": support, "text": "hi"}, 403, ""},
		{"a slash in a thread", "", map[string]any{"do": "type", "channel": support, "thread": root, "text": "/handoff off"}, 200, "do not work in threads"},
		{"an unknown command", "", map[string]any{"do": "type", "channel": support, "text": "/dance"}, 200, "not a command"},
		{"a slash after a space", "", map[string]any{"do": "type", "channel": support, "thread": root, "text": " /note"}, 200, `"ok":true`},
		{"somebody else's message", "", map[string]any{"do": "delete", "channel": support, "ts": root}, 200, "only delete your own"},
		{"nothing known", "", map[string]any{"do": "fly"}, 400, "no such action"},
	}
	for _, c := range cases {
		c.deed["user"] = maya
		status, body := act(c.origin, c.deed)
		if status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s: got %d %s", c.name, status, body)
		}
	}
	if list := s.Thread(support, root); list[len(list)-1].Text != "/note" {
		t.Errorf("the space is trimmed: got %q", list[len(list)-1].Text)
	}
}

func TestPageFilesAreGuarded(t *testing.T) {
	s, _ := start(t, fakeslack.Options{})
	for path, kind := range map[string]string{"/": "text/html", "/page/app.js": "text/javascript", "/page/layout.css": "text/css", "/page/state": "application/json", "/avatar/U0MAYA": "image/svg+xml"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Close = true
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), kind) {
			t.Errorf("%s: got %d %s", path, res.StatusCode, res.Header.Get("Content-Type"))
		}
		if csp := res.Header.Get("Content-Security-Policy"); path == "/" && !strings.Contains(csp, "script-src 'self'") {
			t.Errorf("%s: policy %q", path, csp)
		}
	}
}

func TestCustomNamesMayRefuseDeletion(t *testing.T) {
	s, _ := start(t, fakeslack.Options{Switches: fakeslack.Switches{KeepCustomPosts: true}})
	for name, want := range map[string]any{"Ana": "cant_delete_message", "": nil} {
		ts, _ := call(t, s, "chat.postMessage", set{"channel": support, "text": "x", "username": name})["ts"].(string)
		if got := call(t, s, "chat.delete", set{"channel": support, "ts": ts})["error"]; got != want {
			t.Errorf("name %q: got %v, want %v", name, got, want)
		}
	}
}

func TestDelayedEventsGoOnForADay(t *testing.T) {
	s, _ := start(t, fakeslack.Options{Switches: fakeslack.Switches{DelayedEvents: true}, Delay: func(d time.Duration) time.Duration { return d / 1_000_000 }})
	say(t, s, "x")
	wait(t, s, func(st *fakeslack.State) bool { return st.Deliveries()[0].Over })
	if got := s.Deliveries()[0].Attempts; got != 28 {
		t.Errorf("got %d attempts, want 1 + 3 + 24", got)
	}
}
