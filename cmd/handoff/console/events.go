package console

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation/eval"
)

// atOnce is how many conversations one question to the running server is about:
// its answer is held in memory.
const atOnce = 50

// Events implements Console.
func (d Direct) Events(ctx context.Context, idOrReference string, w io.Writer) error {
	if name := strings.TrimSpace(idOrReference); name != "" {
		st, err := d.Desk.Find(ctx, name)
		if err != nil {
			return fmt.Errorf("find %s: %w", name, err)
		}
		return d.write(ctx, st.ID, w)
	}
	for after := conversation.ID(""); ; {
		next, err := d.some(ctx, after, w)
		if err != nil || next == "" {
			return err
		}
		after = next
	}
}

func (d Direct) write(ctx context.Context, id conversation.ID, w io.Writer) error {
	events, err := d.all(ctx, id)
	if err != nil {
		return err
	}
	return eval.WriteEvents(w, events)
}

// some writes the events of the conversations that follow one, and returns the
// last of them, "" at the end.
func (d Direct) some(ctx context.Context, after conversation.ID, w io.Writer) (last conversation.ID, err error) {
	ids, err := d.Desk.IDs(ctx, after, atOnce)
	if err != nil {
		return "", fmt.Errorf("list the conversations: %w", err)
	}
	for _, id := range ids {
		if err := d.write(ctx, id, w); err != nil {
			return "", err
		}
		last = id
	}
	return last, nil
}

// part is the server's answer to a question about some conversations.
type part struct {
	Last  conversation.ID `json:"last"`
	Lines string          `json:"lines"`
}

// handleEvents answers [Remote.Events].
func (d Direct) handleEvents(w http.ResponseWriter, r *http.Request) {
	var b strings.Builder
	if id := r.FormValue("id"); id != "" {
		answer(w, d.Events(r.Context(), id, &b), b.String)
		return
	}
	last, err := d.some(r.Context(), conversation.ID(r.FormValue("after")), &b)
	answer(w, err, func() string { return encode(part{last, b.String()}) })
}

// Events implements Console.
func (r Remote) Events(ctx context.Context, idOrReference string, w io.Writer) error {
	if name := strings.TrimSpace(idOrReference); name != "" {
		body, err := r.ask(ctx, http.MethodGet, "events", url.Values{"id": {name}})
		if err == nil {
			_, err = w.Write(body)
		}
		return err
	}
	for after := ""; ; {
		body, err := r.ask(ctx, http.MethodGet, "events", url.Values{"after": {after}})
		if err != nil {
			return err
		}
		var p part
		if err := json.Unmarshal(body, &p); err != nil {
			return fmt.Errorf("read the server's answer: %w", err)
		}
		if _, err := io.WriteString(w, p.Lines); err != nil || p.Last == "" {
			return err
		}
		after = string(p.Last)
	}
}
