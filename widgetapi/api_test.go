package widgetapi

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

func (h *house) events(id conversation.ID) []conversation.Event {
	h.Helper()
	events, err := h.store.Events(context.Background(), id, 0, 1000)
	if err != nil {
		h.Fatal(err)
	}
	return events
}

// last returns the newest event's body.
func (h *house) last(id conversation.ID) conversation.Body {
	h.Helper()
	events := h.events(id)
	return events[len(events)-1].Body
}

// The same client_id is the same line, however often and whenever it comes, and
// for ten at once.
func TestMessagesAreIdempotent(t *testing.T) {
	g := newHouse(t).guest()
	id := g.open()
	body := MessageBody{ClientID: "c1", Text: "hi"}
	first := g.want(http.StatusCreated, "POST", at(id, "/messages"), body, nil)
	again := g.want(http.StatusOK, "POST", at(id, "/messages"), MessageBody{ClientID: "c1", Text: "changed"}, nil)
	if string(first.body) != string(again.body) {
		t.Errorf("got %s, then %s", first.body, again.body)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	statuses := map[int]int{}
	for range 10 {
		all.Go(func() {
			a := g.do("POST", at(id, "/messages"), MessageBody{ClientID: "c2", Text: "burst"})
			mu.Lock()
			defer mu.Unlock()
			statuses[a.status]++
		})
	}
	all.Wait()
	if statuses[http.StatusCreated] != 1 || statuses[http.StatusOK] != 9 {
		t.Errorf("ten at once: got %v", statuses)
	}
	g.clock.add(time.Hour)
	g.want(http.StatusOK, "POST", at(id, "/close"), EmptyBody{}, nil)
	g.clock.add(100 * time.Hour)
	late := g.want(http.StatusOK, "POST", at(id, "/messages"), body, nil)
	if string(late.body) != string(first.body) {
		t.Errorf("after the end: got %s, want %s", late.body, first.body)
	}
	g.refused(http.StatusConflict, codeClosed, "POST", at(id, "/messages"), MessageBody{ClientID: "c3", Text: "hello?"})
	g.refused(http.StatusConflict, codeClosed, "POST", at(id, "/escalate"), EscalateBody{})
}

// A line that reopens a chat which an agent had is followed by an escalation
// and its words; its replay still answers with the line.
func TestReplayOfAReopeningLine(t *testing.T) {
	g := newHouse(t).guest()
	id := g.open()
	g.appendAs(id, agentSays("hello"))
	g.appendAs(id, conversation.Close(maya, conversation.Closing{}, false))
	first := g.want(http.StatusCreated, "POST", at(id, "/messages"), MessageBody{ClientID: "c1", Text: "one more thing"}, nil)
	again := g.want(http.StatusOK, "POST", at(id, "/messages"), MessageBody{ClientID: "c1", Text: "one more thing"}, nil)
	if string(first.body) != string(again.body) {
		t.Errorf("got %s, then %s", first.body, again.body)
	}
	if m, ok := g.last(id).(conversation.Message); !ok || m.Notice != conversation.NoticeEscalatedReopened {
		t.Errorf("the last event is %+v, want the words of the escalation", g.last(id))
	}
}

func TestMessageBodies(t *testing.T) {
	g := newHouse(t).guest()
	id := g.open()
	path := at(id, "/messages")
	long := strings.Repeat("é", 4000)
	for name, c := range map[string]struct {
		body   any
		status int
		code   string
	}{
		"4,000 characters": {MessageBody{"ok1", long, nil}, http.StatusCreated, ""},
		"one more":         {MessageBody{"no1", long + "é", nil}, http.StatusRequestEntityTooLarge, codeTooLarge},
		"16 KB":            {MessageBody{"no2", strings.Repeat("😀", 4097), nil}, http.StatusRequestEntityTooLarge, codeTooLarge},
		"a megabyte":       {MessageBody{"no3", strings.Repeat("a", 1<<20), nil}, http.StatusRequestEntityTooLarge, codeTooLarge},
		"empty":            {MessageBody{"no4", "", nil}, http.StatusBadRequest, codeInvalid},
		"blank":            {MessageBody{"no5", " \u200b\u202e\n", nil}, http.StatusBadRequest, codeInvalid},
		"no client_id":     {MessageBody{"", "hi", nil}, http.StatusBadRequest, codeInvalid},
		"odd client_id":    {MessageBody{"a:b", "hi", nil}, http.StatusBadRequest, codeInvalid},
		"long client_id":   {MessageBody{strings.Repeat("a", 65), "hi", nil}, http.StatusBadRequest, codeInvalid},
		"a file":           {MessageBody{"no6", "hi", []FileBody{{"f"}}}, http.StatusBadRequest, codeInvalid},
		"no files":         {MessageBody{"ok2", "hi", []FileBody{}}, http.StatusCreated, ""},
		"null files":       {[]byte(`{"client_id":"ok3","text":"hi","files":null}`), http.StatusCreated, ""},
		"half an emoji":    {[]byte(`{"client_id":"ok4","text":"hi \ud83d"}`), http.StatusCreated, ""},
		"a number":         {[]byte(`{"client_id":"no7","text":1}`), http.StatusBadRequest, codeInvalid},
	} {
		got := g.do("POST", path, c.body)
		if got.status != c.status || got.code() != c.code {
			t.Errorf("%s: got %d %s, want %d %s", name, got.status, got.body, c.status, c.code)
		}
	}
	g.say(id, "clean", "a\u202eb\u0000c\r\nd")
	if m := g.last(id).(conversation.Message); m.Text != "abc\nd" || m.Content != nil {
		t.Errorf("stored %q, content %s", m.Text, m.Content)
	}
}

// B-57: what a page's address carries besides its path stays in the browser.
func TestB57PageIsStripped(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	var made ConversationReply
	g.want(http.StatusCreated, "POST", "/v1/conversations", OpenBody{
		Page:    PageBody{URL: "https://user:pw@www.shop.example/cart/a%20b?token=abc&email=x#s", Title: "Cart\n" + strings.Repeat("x", 200), Referrer: "javascript:alert(1)"},
		Context: map[string]any{"plan": "pro", "seats": 3, "trial": false},
	}, &made, "Accept-Language", "de-DE,de;q=0.9")
	opened := h.last(made.ID).(conversation.Opened)
	if opened.Page.URL != "https://www.shop.example/cart/a%20b" || opened.Page.Referrer != "" || len(opened.Page.Title) != 120 || strings.Contains(opened.Page.Title, "\n") {
		t.Errorf("got %+v", opened.Page)
	}
	if opened.Context["plan"] != "pro" || opened.Context["seats"] != float64(3) || opened.Locale != "de-DE" || opened.Visitor != g.id || opened.Widget != shopKey {
		t.Errorf("got %+v", opened)
	}
	g.want(http.StatusNoContent, "PATCH", at(made.ID, ""), PageChangeBody{Page: PageBody{URL: "/pricing?x=1"}}, nil)
	if got := h.last(made.ID).(conversation.PageChanged); got.Page.URL != "/pricing" {
		t.Errorf("got %+v", got)
	}
	n := len(h.events(made.ID))
	g.want(http.StatusNoContent, "PATCH", at(made.ID, ""), PageChangeBody{}, nil)
	if len(h.events(made.ID)) != n {
		t.Error("a change of nothing was appended")
	}
	for in, want := range map[string]string{
		"//evil.example/x": "", "data:text/html,x": "", "mailto:a@b": "", "https://": "", "x": "", "https://h/\x00": "", "ftp://h/x": "",
		"http://h": "http://h", "https://h/" + strings.Repeat("a", 2000): "https://h/",
	} {
		if got := bareURL(in); got != want {
			t.Errorf("%.40q: got %q, want %q", in, got, want)
		}
	}
}

func TestContextBounds(t *testing.T) {
	g := newHouse(t).guest()
	many := map[string]any{}
	for i := range 21 {
		many[fmt.Sprint("k", i)] = i
	}
	for name, about := range map[string]map[string]any{
		"21 entries": many, "an object": {"a": map[string]any{"b": 1}}, "a list": {"a": []int{1}}, "null": {"a": nil},
		"a long value": {"a": strings.Repeat("x", 201)}, "a long name": {strings.Repeat("x", 65): 1}, "no name": {"\u200b": 1},
	} {
		if got := g.do("POST", "/v1/conversations", OpenBody{Context: about}); got.status != http.StatusBadRequest {
			t.Errorf("%s: got %d %s", name, got.status, got.body)
		}
	}
}

func TestContact(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	id := g.open()
	for name, b := range map[string]ContactBody{
		"nothing": {}, "only a name": {Name: "Ada"}, "a line break": {Email: "a@b.example\r\nBcc: c@d.example"}, "no domain": {Email: "a@"},
		"a display name": {Email: "Ada <a@b.example>"}, "angle": {Email: "<a@b.example>"}, "two": {Email: "a@b.example, c@d.example"}, "no dot": {Email: "a@b"},
		"hidden": {Email: "a\u200b@b.example"}, "long": {Email: strings.Repeat("a", 250) + "@b.example"}, "a word": {Phone: "call me"}, "a long name": {Name: strings.Repeat("x", 81), Message: "x"},
	} {
		if got := g.do("POST", at(id, "/contact"), b); got.status != http.StatusBadRequest {
			t.Errorf("%s: got %d %s", name, got.status, got.body)
		}
	}
	var phase PhaseReply
	g.want(http.StatusOK, "POST", at(id, "/contact"), ContactBody{Name: "Ada\nMaya (Support)", Email: " ada@shop.example ", Phone: "+49 30 123-45", Message: "Please call"}, &phase)
	events := h.events(id)
	given := events[len(events)-2].Body.(conversation.ContactGiven)
	want := conversation.ContactGiven{Mail: true, Name: "Ada Maya (Support)", Email: "ada@shop.example", Phone: "+49 30 123-45", Message: "Please call"}
	if given != want {
		t.Errorf("got %+v, want %+v", given, want)
	}
	if m := h.last(id).(conversation.Message); m.Notice != conversation.NoticeContact {
		t.Errorf("the confirmation: got %+v", m)
	}
}

func TestEscalateAsksOnce(t *testing.T) {
	h := newHouse(t)
	h.button.Store(&Button{Escalated: conversation.Escalated{Level: "balanced", Policy: "abc", Priority: "high"}, Say: conversation.Message{Text: "One moment."}})
	g := h.guest()
	id := g.open()
	for range 3 {
		g.want(http.StatusOK, "POST", at(id, "/escalate"), EscalateBody{Reason: "I <b>need</b> help", Fields: map[string]string{"order": "17\u202e"}}, nil)
	}
	var kinds []conversation.Kind
	var asked conversation.Escalated
	for _, e := range h.events(id) {
		kinds = append(kinds, conversation.KindOf(e.Body))
		if b, ok := e.Body.(conversation.Escalated); ok {
			asked = b
		}
	}
	if got := fmt.Sprint(kinds); got != "[opened asked escalated message]" {
		t.Errorf("got %s", got)
	}
	if asked.Reason != conversation.ReasonButton || asked.Policy != "abc" || asked.Fields["reason"] != "I <b>need</b> help" || asked.Fields["order"] != "17" {
		t.Errorf("got %+v", asked)
	}
	if m := h.last(id).(conversation.Message); m.Text != "One moment." || m.Notice != conversation.NoticeEscalated {
		t.Errorf("got %+v", m)
	}
	many := map[string]string{}
	for i := range 9 {
		many[fmt.Sprint(i)] = "x"
	}
	g.refused(http.StatusBadRequest, codeInvalid, "POST", at(g.open(), "/escalate"), EscalateBody{Fields: many})
	g.refused(http.StatusBadRequest, codeInvalid, "POST", at(g.open(), "/escalate"), EscalateBody{Reason: strings.Repeat("x", 2001)})
}

// In ai_only nobody can be asked: the button leaves a message.
func TestLeaveMessage(t *testing.T) {
	h := newHouse(t, func(c *Config) { c.Level = "ai_only" })
	h.button.Store(&Button{LeaveMessage: true})
	g := h.guest()
	id := g.open()
	var phase PhaseReply
	for range 3 {
		g.want(http.StatusOK, "POST", at(id, "/escalate"), EscalateBody{}, &phase)
	}
	if phase != (PhaseReply{conversation.PhaseBot, true, true}) {
		t.Errorf("got %+v", phase)
	}
	if got := g.backlog(id, ""); len(got) != 1 || got[0].field("notice") != "ai_only" {
		t.Errorf("got %v", got)
	}
	var cfg ConfigReply
	g.want(http.StatusOK, "GET", "/v1/widget/config?key="+shopKey, nil, &cfg)
	if !cfg.LeaveMessage {
		t.Errorf("the config: got %+v", cfg)
	}
}

func TestStrictButton(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	id := g.open()
	h.button.Store(&Button{TooEarly: true})
	g.refused(http.StatusConflict, codeTooEarly, "POST", at(id, "/escalate"), EscalateBody{})
	h.button.Store(&Button{})
	g.want(http.StatusOK, "POST", at(id, "/escalate"), EscalateBody{}, nil)
}

func TestActs(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	id := g.open()
	g.say(id, "c1", "hi")
	g.want(http.StatusNoContent, "POST", at(id, "/stop"), EmptyBody{}, nil)
	if _, ok := h.last(id).(conversation.StopAsked); !ok {
		t.Errorf("stop: got %T", h.last(id))
	}
	g.want(http.StatusNoContent, "POST", at(id, "/stop"), nil, nil) // a body that holds nothing may be missing
	h.appendAs(id, conversation.Append(botSays("an answer")))
	h.appendAs(id, conversation.Append(conversation.Draft{Author: maya, Source: conversation.FromSlack, Body: conversation.Note{Text: "x"}}))
	g.want(http.StatusNoContent, "POST", at(id, "/feedback"), map[string]any{"seq": 2, "up": false}, nil)
	if got := h.last(id).(conversation.Feedback); got.Up || got.Of != 4 {
		t.Errorf("feedback: got %+v", got)
	}
	for _, body := range []map[string]any{{"seq": 1, "up": true}, {"seq": 3, "up": true}, {"seq": 0, "up": true}, {"seq": 2}, {"up": true}} {
		g.refused(http.StatusBadRequest, codeInvalid, "POST", at(id, "/feedback"), body)
	}
	g.refused(http.StatusBadRequest, codeInvalid, "POST", at(id, "/read"), ReadBody{Seq: 3})
	g.refused(http.StatusBadRequest, codeInvalid, "POST", at(id, "/read"), ReadBody{Seq: -1})
	for _, score := range []int{0, 6, -1} {
		g.refused(http.StatusBadRequest, codeInvalid, "POST", at(id, "/rating"), RatingBody{Score: score})
	}
	g.refused(http.StatusBadRequest, codeInvalid, "POST", at(id, "/rating"), []byte(`{"score":4.5}`))
}

func TestTranscript(t *testing.T) {
	h := newHouse(t)
	g := h.guest()
	id := g.open()
	g.say(id, "c1", "Hello\nthere")
	h.appendAs(id, conversation.Append(botSays("An answer")))
	h.appendAs(id, agentSays("I am here"))
	got := g.want(http.StatusOK, "GET", at(id, "/transcript"), nil, nil)
	if media := got.header.Get("Content-Type"); media != "text/plain; charset=utf-8" {
		t.Errorf("got %s", media)
	}
	if d := got.header.Get("Content-Disposition"); !strings.HasPrefix(d, `attachment; filename="chat-H-`) {
		t.Errorf("got %s", d)
	}
	for _, want := range []string{"2026-11-20 10:00  You: Hello\n    there\n", "Assistant: An answer", "— You're now chatting with Maya", "Maya: I am here"} {
		if !strings.Contains(string(got.body), want) {
			t.Errorf("%q is not in:\n%s", want, got.body)
		}
	}
}

func TestWidgetConfig(t *testing.T) {
	h := newHouse(t, func(c *Config) {
		c.Widget.Greeting, c.Widget.Starters = conversation.English("</script><b>"), []conversation.Text{conversation.English("Where is my order?")}
		c.Widget.Keys[1].Level = "human_only"
	})
	g := &guest{house: h, origin: shopOrigin}
	got := g.want(http.StatusOK, "GET", "/v1/widget/config?key="+shopKey, nil, nil)
	want := `{"key":"pk_test_shop","title":"Acme support","greeting":"\u003c/script\u003e\u003cb\u003e","starters":["Where is my order?"],"locale":"auto","language":"en","launcher":"Open chat","accent":"#3B4FD8",` +
		`"human_button":{"after_answers":2,"strict":false},"ai":true,"privacy_url":"","limits":{"message_chars":4000,"upload_bytes":10485760,"uploads_per_message":5},"open":false,"next_open":"2026-11-20T11:00:00.000Z","leave_message":false,"mail":false,"identity":"optional","devices":false}` + "\n"
	if string(got.body) != want {
		t.Errorf("got  %s\nwant %s", got.body, want)
	}
	g.refused(http.StatusNotFound, codeUnknownKey, "GET", "/v1/widget/config?key=pk_nobody", nil)
	g.refused(http.StatusNotFound, codeUnknownKey, "GET", "/v1/widget/config", nil)
	other := &guest{house: h, origin: otherSite}
	var cfg ConfigReply
	other.want(http.StatusOK, "GET", "/v1/widget/config?key="+otherKey, nil, &cfg)
	if cfg.AI {
		t.Error("human_only says that an AI answers")
	}
}

func TestAssets(t *testing.T) {
	g := &guest{house: newHouse(t)}
	loader := g.want(http.StatusOK, "GET", "/widget.js", nil, nil)
	if string(loader.body) != "/* loader */" || loader.header.Get("ETag") != `W/"abc"` {
		t.Errorf("got %s, %v", loader.body, loader.header)
	}
	g.want(http.StatusNotModified, "GET", "/widget.js", nil, nil, "If-None-Match", `"abc"`)
	g.want(http.StatusNotModified, "GET", "/widget.js", nil, nil, "If-None-Match", `W/"abc"`)
	panel := g.want(http.StatusOK, "GET", "/w/abc/panel.js", nil, nil)
	if cache := panel.header.Get("Cache-Control"); !strings.Contains(cache, "immutable") {
		t.Errorf("got %s", cache)
	}
	g.want(http.StatusOK, "GET", "/w/--abc/panel.js", nil, nil) // the same for a browser that tries again
	g.refused(http.StatusNotFound, codeNoRoute, "GET", "/w/abd/panel.js", nil)
}

// What is not served says so by name, after the same checks as everything else.
func TestNotInThisVersion(t *testing.T) {
	g := newHouse(t).guest()
	id := g.open()
	n := 0
	for _, rt := range routes() {
		if !rt.gives.notYet {
			continue
		}
		n++
		path := strings.ReplaceAll(rt.pattern, "{id}", string(id))
		got := g.refused(http.StatusNotImplemented, codeNotYet, rt.method, path, nil)
		if !strings.Contains(string(got.body), rt.method+" "+rt.pattern+" is not in this version.") {
			t.Errorf("%s: got %s", rt.pattern, got.body)
		}
	}
	if n != 0 {
		t.Errorf("%d routes are not in this version, want 0", n)
	}
}

func TestUnknownRoutesAndMethods(t *testing.T) {
	g := newHouse(t).guest()
	g.refused(http.StatusNotFound, codeNoRoute, "GET", "/v1/nothing", nil)
	g.refused(http.StatusNotFound, codeNoRoute, "GET", "/", nil)
	for _, path := range []string{"/admin", "/metrics", "/debug/pprof/", "/test"} {
		g.refused(http.StatusNotFound, codeNoRoute, "GET", path, nil) // B-82
	}
	got := g.refused(http.StatusMethodNotAllowed, codeMethod, "PUT", "/v1/conversations", nil)
	if allow := got.header.Get("Allow"); allow != "GET, HEAD, POST" {
		t.Errorf("Allow: got %q", allow)
	}
}
