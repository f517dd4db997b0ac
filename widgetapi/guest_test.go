package widgetapi

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// guest is a visitor with a session.
type guest struct {
	*house
	token, id, origin string
}

func (h *house) guest() *guest { return h.guestAt(shopKey, shopOrigin) }

func (h *house) guestAt(key, origin string) *guest {
	h.Helper()
	g := &guest{house: h, origin: origin}
	var made SessionReply
	g.want(http.StatusCreated, "POST", "/v1/sessions", SessionBody{key}, &made)
	g.token, g.id = made.Token, made.VisitorID
	return g
}

// open starts a conversation.
func (g *guest) open() conversation.ID {
	g.Helper()
	var made ConversationReply
	g.want(http.StatusCreated, "POST", "/v1/conversations", OpenBody{}, &made)
	return made.ID
}

func (g *guest) say(id conversation.ID, clientID, text string) MessageReply {
	g.Helper()
	var out MessageReply
	g.want(http.StatusCreated, "POST", at(id, "/messages"), MessageBody{ClientID: clientID, Text: text}, &out)
	return out
}

func at(id conversation.ID, rest string) string { return "/v1/conversations/" + string(id) + rest }

// answerOf is what came back.
type answerOf struct {
	status int
	header http.Header
	body   []byte
}

func (a answerOf) code() string { return a.fault().Code }

func (a answerOf) fault() ErrorDetail {
	var e ErrorReply
	_ = json.Unmarshal(a.body, &e)
	return e.Error
}

// do sends a request. body may be a []byte, nil, or what JSON is made of.
func (g *guest) do(method, path string, body any, headers ...string) answerOf {
	g.Helper()
	resp := g.send(context.Background(), method, path, body, headers...)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		g.Fatalf("%s %s: %v", method, path, err)
	}
	return answerOf{resp.StatusCode, resp.Header, raw}
}

func (g *guest) send(ctx context.Context, method, path string, body any, headers ...string) *http.Response {
	g.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case []byte:
		reader = bytes.NewReader(b)
	case io.Reader:
		reader = b
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			g.Fatalf("encode: %v", err)
		}
		reader = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, g.url+path, reader)
	if err != nil {
		g.Fatalf("request: %v", err)
	}
	if reader != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if g.token != "" {
		req.Header.Set("Authorization", "Bearer "+g.token)
	}
	if g.origin != "" {
		req.Header.Set("Origin", g.origin)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if req.Header.Del(headers[i]); headers[i+1] != "" {
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	resp, err := g.client.Do(req)
	if err != nil {
		g.Fatalf("%s %s: %v", method, path, err)
	}
	return resp
}

// want sends a request and insists on a status; out may be nil.
func (g *guest) want(status int, method, path string, body, out any, headers ...string) answerOf {
	g.Helper()
	a := g.do(method, path, body, headers...)
	if a.status != status {
		g.Fatalf("%s %s: got %d %s, want %d", method, path, a.status, a.body, status)
	}
	if out != nil {
		if err := json.Unmarshal(a.body, out); err != nil {
			g.Fatalf("%s %s: decode %s: %v", method, path, a.body, err)
		}
	}
	return a
}

// refused sends a request and insists on a status and a code.
func (g *guest) refused(status int, code, method, path string, body any, headers ...string) answerOf {
	g.Helper()
	a := g.want(status, method, path, body, nil, headers...)
	if got := a.code(); got != code {
		g.Fatalf("%s %s: got code %q, want %q", method, path, got, code)
	}
	return a
}

// wire is an event as a client reads it.
type wire struct {
	ID   string
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

func (w wire) field(name string) any {
	var m map[string]any
	_ = json.Unmarshal(w.Data, &m)
	return m[name]
}

func (w wire) String() string { return fmt.Sprintf("%s %s %s", w.ID, w.Type, w.Data) }

func (g *guest) backlog(id conversation.ID, query string) []wire {
	g.Helper()
	var out struct {
		Events []wire `json:"events"`
	}
	g.want(http.StatusOK, "GET", at(id, "/events?wait=0"+query), nil, &out)
	return out.Events
}

// tail is an open event stream.
type tail struct {
	*guest
	events chan wire // closed at the end of the stream
	stop   context.CancelFunc
}

func (g *guest) follow(id conversation.ID, query string, headers ...string) *tail {
	g.Helper()
	ctx, stop := context.WithCancel(context.Background())
	resp := g.send(ctx, "GET", at(id, "/events"+query), nil, headers...)
	if resp.StatusCode != http.StatusOK {
		g.Fatalf("stream: got %d, want 200", resp.StatusCode)
	}
	t := &tail{guest: g, events: make(chan wire, 10000), stop: stop}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(t.events)
		defer resp.Body.Close()
		readFrames(resp.Body, t.events)
	}()
	g.Cleanup(func() { stop(); <-done })
	return t
}

func readFrames(r io.Reader, out chan<- wire) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	var w wire
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "id":
			w.ID = value
		case "event":
			w.Type = value
		case "data":
			w.Data = json.RawMessage(value)
		}
		if lines.Text() == "" {
			if w.Data != nil {
				out <- w
			}
			w = wire{}
		}
	}
}

// next waits for an event.
func (t *tail) next() wire {
	t.Helper()
	select {
	case w, ok := <-t.events:
		if !ok {
			t.Fatal("the stream ended, want an event")
		}
		return w
	case <-time.After(5 * time.Second):
		t.Fatal("no event within 5 s")
	}
	return wire{}
}

// ends waits for the end of the stream.
func (t *tail) ends(within time.Duration) {
	t.Helper()
	after := time.After(within)
	for {
		select {
		case _, ok := <-t.events:
			if !ok {
				return
			}
		case <-after:
			t.Fatalf("the stream goes on after %v", within)
		}
	}
}
