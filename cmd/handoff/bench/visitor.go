package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// visitor is a browser with the widget, without the browser.
type visitor struct {
	base   string
	client *http.Client
	token  string
	id     string // of the conversation
	ref    string // its reference, H-4F2K
	*stream
}

// refusal is an answer of the API that is no success.
type refusal struct {
	status int
	text   string
}

func (r *refusal) Error() string { return r.text }

// newClient makes a client for many visitors at once.
func newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConns: 4096, MaxIdleConnsPerHost: 4096}}
}

// newVisitor opens a session and a conversation on a page.
func newVisitor(ctx context.Context, c *http.Client, base, page string) (*visitor, error) {
	v := &visitor{base: base, client: c}
	var session struct{ Token string }
	if err := v.call(ctx, "/v1/sessions", map[string]any{"key": widgetKey}, &session); err != nil {
		return nil, fmt.Errorf("open a session: %w", err)
	}
	v.token = session.Token
	return v, v.open(ctx, page)
}

// open starts a conversation; the one before is left behind.
func (v *visitor) open(ctx context.Context, page string) error {
	v.leave()
	var opened struct{ ID, Reference string }
	err := v.call(ctx, "/v1/conversations", map[string]any{"page": map[string]any{"url": origin + page, "title": "Bench"}}, &opened)
	if err != nil {
		return fmt.Errorf("open a conversation: %w", err)
	}
	v.id, v.ref = opened.ID, opened.Reference
	return nil
}

// follow opens the event stream and keeps it open until leave.
func (v *visitor) follow(ctx context.Context) {
	v.leave()
	v.stream = newStream(ctx, v.client, v.base+"/v1/conversations/"+v.id+"/events", v.token)
}

// leave closes the stream; the conversation stays.
func (v *visitor) leave() {
	if v.stream != nil {
		v.close()
		v.stream = nil
	}
}

// say sends one line.
func (v *visitor) say(ctx context.Context, clientID, text string) error {
	return v.act(ctx, "messages", map[string]any{"client_id": clientID, "text": text})
}

// insist says a line again and again until the server has answered, as the widget
// does while it is away.
func (v *visitor) insist(ctx context.Context, clientID, text string) error {
	for {
		try, cancel := context.WithTimeout(ctx, 5*time.Second)
		err := v.say(try, clientID, text)
		cancel()
		var no *refusal
		if err == nil || asRefusal(err, &no) && no.status < http.StatusInternalServerError {
			return err
		}
		if err := sleep(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
}

// act is a call on the visitor's conversation: escalate, messages, …
func (v *visitor) act(ctx context.Context, act string, body any) error {
	return v.call(ctx, "/v1/conversations/"+v.id+"/"+act, body, nil)
}

// call posts to the API. Reply may be nil.
func (v *visitor) call(ctx context.Context, path string, body, reply any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, v.base+path, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	req.Header.Set("Origin", origin)
	req.Header.Set("Content-Type", "application/json")
	if v.token != "" {
		req.Header.Set("Authorization", "Bearer "+v.token)
	}
	resp, err := v.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return err
	case resp.StatusCode >= http.StatusMultipleChoices:
		return &refusal{resp.StatusCode, fmt.Sprintf("POST %s: %d %s", path, resp.StatusCode, answer)}
	case reply != nil:
		return json.Unmarshal(answer, reply)
	}
	return nil
}

// sleep waits, or returns the error of a context that ended.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
