package handofftest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/handoff-bot/handoff/internal/sse"
)

// Item is one durable event as the visitor's API sends it.
type Item struct {
	Type     string
	Seq      int    `json:"seq"`
	Of       int    `json:"of"`
	Order    string `json:"order"`
	Text     string `json:"text"`
	ClientID string `json:"client_id"`
	Phase    string `json:"phase"`
	Reason   string `json:"reason"`
	Stopped  bool   `json:"stopped"`
	Offer    bool   `json:"offer"`
	Unseen   bool   `json:"unseen"`
	Score    int    `json:"score"`
	From     struct {
		Role string `json:"role"`
		Name string `json:"name"`
	} `json:"from"`
	Agent struct {
		Name string `json:"name"`
	} `json:"agent"`
	Sources []struct {
		Title string `json:"title"`
	} `json:"sources"`
	Files   []File   `json:"files"`
	Dropped []string `json:"dropped"`
}

// Visitor is a browser with the widget, without the browser.
type Visitor struct {
	tb           TB
	base, key    string
	origin       string
	client       *http.Client
	token        string
	Conversation string
	Reference    string

	mu      sync.Mutex
	items   []Item // durable events, by Seq
	drafts  []string
	places  []string // what she was told of her place in line, as JSON
	faults  []string // gaps and duplicates in the stream
	changed chan struct{}
	leave   context.CancelFunc
	left    chan struct{}
}

// NewVisitor opens a session and a conversation at base and follows its stream.
func NewVisitor(tb TB, base, key, origin string) *Visitor {
	v := &Visitor{
		tb: tb, base: base, key: key, origin: origin, changed: make(chan struct{}),
		client: &http.Client{Transport: &http.Transport{}},
	}
	tb.Cleanup(func() { v.Leave(); v.client.CloseIdleConnections() })
	var session struct{ Token string }
	v.must("POST", "/v1/sessions", map[string]any{"key": key}, &session)
	v.token = session.Token
	v.NewConversation()
	return v
}

// ResumeVisitor continues a conversation by the code of a mailed link, on the page
// that it leads to, and follows its stream.
func ResumeVisitor(tb TB, base, key, code string) *Visitor {
	v := &Visitor{
		tb: tb, base: base, key: key, origin: base, changed: make(chan struct{}),
		client: &http.Client{Transport: &http.Transport{}},
	}
	tb.Cleanup(func() { v.Leave(); v.client.CloseIdleConnections() })
	var made struct {
		Token        string
		Conversation struct{ ID, Reference string }
	}
	v.must("POST", "/v1/sessions/resume", map[string]any{"code": code}, &made)
	v.token, v.Conversation, v.Reference = made.Token, made.Conversation.ID, made.Conversation.Reference
	v.Return()
	return v
}

// NewConversation starts another conversation with the same session.
func (v *Visitor) NewConversation() {
	v.Leave()
	var opened struct{ ID, Reference string }
	v.must("POST", "/v1/conversations", map[string]any{
		"page": map[string]any{"url": "https://shop.example/checkout?token=secret#x", "title": "Checkout"},
	}, &opened)
	v.mu.Lock()
	v.Conversation, v.Reference, v.items, v.drafts = opened.ID, opened.Reference, nil, nil
	v.mu.Unlock()
	v.Return()
}

// do makes one call. Reply may be nil.
func (v *Visitor) do(ctx context.Context, method, path string, body, reply any) (int, error) {
	var in io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		in = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, v.base+path, in)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Origin", v.origin)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if v.token != "" {
		req.Header.Set("Authorization", "Bearer "+v.token)
	}
	resp, err := v.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return resp.StatusCode, err
	}
	if resp.StatusCode >= 300 {
		return resp.StatusCode, fmt.Errorf("%s %s: %d %s", method, path, resp.StatusCode, raw)
	}
	if reply != nil {
		return resp.StatusCode, json.Unmarshal(raw, reply)
	}
	return resp.StatusCode, nil
}

// must makes a call until it gets an answer, as a widget does while the server
// is away; a refusal fails the test.
func (v *Visitor) must(method, path string, body, reply any) {
	v.tb.Helper()
	deadline := time.Now().Add(Patience)
	for {
		ctx, cancel := context.WithTimeout(v.tb.Context(), 5*time.Second)
		status, err := v.do(ctx, method, path, body, reply)
		cancel()
		if err == nil {
			return
		}
		if status >= 400 && status < 500 || time.Now().After(deadline) {
			v.tb.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond) // the server is away; there is nothing to wait on
	}
}

// Post is a call on the visitor's conversation ("escalate", "stop", …).
func (v *Visitor) Post(act string, body any) {
	v.tb.Helper()
	v.must("POST", "/v1/conversations/"+v.Conversation+"/"+act, body, nil)
}

// Try is Post that returns the status and the error instead of failing.
func (v *Visitor) Try(act string, body any) (int, error) {
	return v.do(v.tb.Context(), "POST", "/v1/conversations/"+v.Conversation+"/"+act, body, nil)
}

// Say sends a line, again and again with the same client id until the server
// has answered.
func (v *Visitor) Say(clientID, text string) {
	v.tb.Helper()
	v.Post("messages", map[string]any{"client_id": clientID, "text": text})
}

// Leave closes the stream; the conversation stays.
func (v *Visitor) Leave() {
	if v.leave != nil {
		v.leave()
		<-v.left
		v.leave = nil
	}
}

// Return opens the stream where it was left and keeps it open.
func (v *Visitor) Return() {
	v.Leave()
	ctx, cancel := context.WithCancel(context.Background())
	v.leave, v.left = cancel, make(chan struct{})
	go v.follow(ctx, v.left)
}

func (v *Visitor) follow(ctx context.Context, left chan struct{}) {
	defer close(left)
	for ctx.Err() == nil {
		if err := v.stream(ctx); err != nil && ctx.Err() == nil {
			time.Sleep(20 * time.Millisecond) // the server is away
		}
	}
}

// stream reads one connection until it ends.
func (v *Visitor) stream(ctx context.Context) error {
	url := fmt.Sprintf("%s/v1/conversations/%s/events?after=%d", v.base, v.Conversation, v.last())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Origin", v.origin)
	req.Header.Set("Authorization", "Bearer "+v.token)
	resp, err := v.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return sse.Read(resp.Body, v.take)
}

// last is the highest number without a hole before it.
func (v *Visitor) last() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.items) == 0 {
		return 0
	}
	return v.items[len(v.items)-1].Seq
}

// take keeps one event and notes what a widget would have to repair.
func (v *Visitor) take(kind, id string, data []byte) {
	v.mu.Lock()
	defer v.mu.Unlock()
	defer func() { close(v.changed); v.changed = make(chan struct{}) }()
	if id == "" {
		switch kind {
		case "draft":
			v.drafts = append(v.drafts, string(data))
		case "queue":
			v.places = append(v.places, string(data))
		}
		return
	}
	item := Item{Type: kind}
	if err := json.Unmarshal(data, &item); err != nil {
		v.faults = append(v.faults, fmt.Sprintf("event %s is not JSON: %v", id, err))
		return
	}
	if want := len(v.items) + 1; item.Seq != want {
		v.faults = append(v.faults, fmt.Sprintf("event %d came where %d was expected", item.Seq, want))
	}
	v.items = append(v.items, item)
}

// Items returns the durable events so far; an event out of place fails the test.
func (v *Visitor) Items() []Item {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, f := range v.faults {
		v.tb.Errorf("stream of %s: %s", v.Reference, f)
	}
	return slices.Clone(v.items)
}

// Drafts returns the partial answers seen so far, as JSON.
func (v *Visitor) Drafts() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.drafts)
}

// WaitPlace returns when the last that the visitor was told of her place in line
// is this.
func (v *Visitor) WaitPlace(want string) {
	v.tb.Helper()
	var got []string
	err := v.wait(func([]Item) bool {
		v.mu.Lock()
		got = slices.Clone(v.places)
		v.mu.Unlock()
		return len(got) > 0 && got[len(got)-1] == want
	}, Patience)
	if err != nil {
		v.tb.Fatalf("the visitor's place is told as %q, want %s in the end", got, want)
	}
}

// Wait returns when ok holds for what the visitor has seen, or says what she
// saw instead.
func (v *Visitor) Wait(what string, ok func([]Item) bool) {
	v.tb.Helper()
	if err := v.wait(ok, Patience); err != nil {
		v.tb.Fatalf("the visitor does not see %s; she sees:\n%s", what, v.Transcript())
	}
}

func (v *Visitor) wait(ok func([]Item) bool, patience time.Duration) error {
	timeout := time.After(patience)
	for {
		v.mu.Lock()
		changed := v.changed
		v.mu.Unlock()
		if ok(v.Items()) {
			return nil
		}
		select {
		case <-changed:
		case <-timeout:
			return errors.New("it did not happen")
		}
	}
}

// Sees says whether a line by who (a role, or an agent's name) contains text.
func Sees(items []Item, who, text string) bool {
	return slices.ContainsFunc(Lines(items), func(l Line) bool {
		return (who == "" || l.Role == who || l.Name == who) && strings.Contains(l.Text, text)
	})
}

// Phase is the last phase the visitor was told, "bot" before any.
func Phase(items []Item) string {
	phase := "bot"
	for _, it := range items {
		if it.Type == "state" {
			phase = it.Phase
		}
	}
	return phase
}
