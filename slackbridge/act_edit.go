package slackbridge

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// where is a line of the log that was written in Slack, as it is now: the event
// that went out, or the note. A line can change between the two many times, and be
// moved to another conversation; in Slack it stays where it was written.
type where struct {
	thread ledger.Thread   // where it stands
	ts     string          // its own
	home   conversation.ID // the conversation it is said in now
	line   string          // the key of the line, which all acts about it begin with
	event  conversation.Event
	since  []conversation.Event // what came after it
	edited string               // the ts of its last edit before it was moved
}

// maxMoves bounds how often a line is followed to another conversation.
const maxMoves = 20

// find returns the living event of a line, errHold when there is none. thread may
// be "" when Slack did not say.
func (b *Bridge) find(ctx context.Context, team, channel, thread, ts string) (where, error) {
	threads, err := b.candidates(ctx, team, channel, thread, ts)
	if err != nil {
		return where{}, err
	}
	for _, t := range threads {
		w := where{thread: t, ts: ts, line: lineKey(team, channel, ts)}
		w, err = b.at(ctx, w)
		if errors.Is(err, conversation.ErrNotFound) {
			continue
		}
		if err != nil {
			return where{}, err
		}
		return b.follow(ctx, w)
	}
	return where{}, errHold
}

// at is the line in the conversation of its thread.
func (b *Bridge) at(ctx context.Context, w where) (where, error) {
	found, err := b.in(ctx, w, w.thread.Conversation, w.line)
	if !fromForm(w.ts) || !errors.Is(err, conversation.ErrNotFound) {
		return found, err
	}
	key, err := b.movedHere(ctx, w.thread.Conversation, w.line) // we have posted it in both
	if err != nil {
		return w, err
	}
	return b.in(ctx, w, w.thread.Conversation, key)
}

// in is the line in a conversation, from the event with this key on.
func (b *Bridge) in(ctx context.Context, w where, id conversation.ID, key string) (where, error) {
	first, err := b.Log.ByKey(ctx, id, key)
	if err != nil {
		return w, fmt.Errorf("look for the line: %w", err)
	}
	since, err := readAll(ctx, b.Log, id, first.Seq)
	if err != nil {
		return w, fmt.Errorf("read on from the line: %w", err)
	}
	w.edited, _ = w.last()
	w.home, w.event = id, first
	return w.living(since), nil
}

// follow goes after a line to the conversation it was moved to. While it is on its
// way it is where it was taken back.
func (b *Bridge) follow(ctx context.Context, w where) (where, error) {
	for range maxMoves {
		to, key := w.movedTo()
		if to == "" {
			break
		}
		next, err := b.in(ctx, w, to, key)
		if errors.Is(err, conversation.ErrNotFound) {
			break
		}
		if err != nil {
			return w, err
		}
		w = next
	}
	return w, nil
}

// movedTo is where the line was moved to, and the key it has there.
func (w where) movedTo() (to conversation.ID, key string) {
	for _, e := range w.since {
		if r, ok := e.Body.(conversation.Retracted); ok && r.Of == w.event.Seq {
			return r.MovedTo, e.Key
		}
	}
	return "", ""
}

// order is the platform's key for what is said of the line: none in a conversation
// whose thread does not show it.
func (w where) order() string {
	if w.home != w.thread.Conversation || fromForm(w.ts) {
		return ""
	}
	return w.ts
}

// living follows the line from its first event: each time it was sent on purpose
// or kept inside it became another one.
func (w where) living(since []conversation.Event) where {
	w.since = since
	for i, e := range since {
		if strings.HasPrefix(e.Key, w.line+sentOnPurpose) || strings.HasPrefix(e.Key, w.line+keptInside) {
			w.event, w.since = e, since[i+1:]
		}
	}
	return w
}

// candidates are the threads a line may be in.
func (b *Bridge) candidates(ctx context.Context, team, channel, thread, ts string) ([]ledger.Thread, error) {
	if thread != "" {
		t, err := b.Threads.ThreadAt(ctx, team, channel, thread)
		if errors.Is(err, conversation.ErrNotFound) {
			return nil, nil
		}
		return []ledger.Thread{t}, err
	}
	events, err := b.Log.ByOrder(ctx, ts)
	if err != nil {
		return nil, fmt.Errorf("look for the line: %w", err)
	}
	var out []ledger.Thread
	for _, e := range events {
		if inTeam, in, at, ok := splitKey(e.Key); !ok || inTeam != team || in != channel || at != ts {
			continue
		}
		t, err := b.Threads.ThreadOf(ctx, e.Conversation)
		if errors.Is(err, conversation.ErrNotFound) {
			t, err = ledger.Thread{Conversation: e.Conversation, Team: team, Channel: channel}, nil // they are all lost
		}
		if err != nil {
			return nil, fmt.Errorf("look for the thread: %w", err)
		}
		out = append(out, t)
	}
	return out, nil
}

// inside says that the event is a note.
func (w where) inside() bool {
	_, note := w.event.Body.(conversation.Note)
	return note
}

// last tells what became of the line since: the key of the latest edit, and
// whether it was taken back.
func (w where) last() (editedTS string, gone bool) {
	editedTS = w.edited
	for _, e := range w.since {
		switch b := e.Body.(type) {
		case conversation.Edited:
			if i := strings.LastIndex(e.Key, ":e:"); b.Of == w.event.Seq && i >= 0 {
				editedTS = max(editedTS, e.Key[i+3:])
			}
		case conversation.Retracted:
			gone = gone || b.Of == w.event.Seq
		}
	}
	return editedTS, gone
}

// carried are the files that the line still carries.
func (w where) carried() []conversation.File {
	for _, l := range conversation.Lines(append([]conversation.Event{w.event}, w.edits()...)) {
		return l.Files
	}
	return nil
}

// edits are those of the line.
func (w where) edits() []conversation.Event {
	var out []conversation.Event
	for _, e := range w.since {
		if b, ok := e.Body.(conversation.Edited); ok && b.Of == w.event.Seq {
			out = append(out, e)
		}
	}
	return out
}

// now is what the line says after its edits.
func (w where) now() (text string, content json.RawMessage) {
	switch body := w.event.Body.(type) {
	case conversation.Message:
		text, content = body.Text, body.Content
	case conversation.Note:
		text, content = body.Text, body.Content
	}
	for _, e := range w.since {
		if edit, ok := e.Body.(conversation.Edited); ok && edit.Of == w.event.Seq {
			text, content = edit.Text, edit.Content
		}
	}
	return text, content
}

// original is what its author wrote of a line that the visitor reads translated, ""
// for others.
func (w where) original() string {
	said, _ := w.event.Body.(conversation.Message)
	out := said.Original
	for _, e := range w.edits() {
		if edit, ok := e.Body.(conversation.Edited); ok && said.Original != "" {
			out = cmp.Or(edit.Original, edit.Text)
		}
	}
	return out
}

// holdUnlessDealtWith: the message of an edit or delete is not in the log. When
// it was never seen the row waits for it; when it was seen and had no effect, so
// has this.
func (b *Bridge) holdUnlessDealtWith(ctx context.Context, r ledger.Inbound) error {
	seen, err := b.Inbox.HasInbound(ctx, messageKey(r.Team, r.Channel, r.TS))
	switch {
	case err != nil:
		return fmt.Errorf("look for the message: %w", err)
	case !seen:
		return errHold
	case b.Now().Sub(r.Received) < inboxLease:
		return errHold // it may be in the middle of its own work
	}
	return errDrop
}

// releaseHeld works what waited for a message that has arrived.
func (b *Bridge) releaseHeld(ctx context.Context, team, channel, ts string) error {
	rows, err := b.Inbox.HeldInbound(ctx, team, channel, ts)
	if err != nil {
		return fmt.Errorf("look for what waited: %w", err)
	}
	for _, r := range rows {
		b.handle(ctx, &r)
	}
	return nil
}

// retryHeld looks once more, since the message may have arrived while the row
// was being put aside.
func (b *Bridge) retryHeld(ctx context.Context, r ledger.Inbound) {
	_, err := b.find(ctx, r.Team, r.Channel, r.Thread, r.TS)
	if err != nil {
		return
	}
	r.State = ledger.New
	b.handle(ctx, &r)
}
