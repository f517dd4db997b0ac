package slackbridge

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// where is a line of the log that was written in Slack.
type where struct {
	thread ledger.Thread
	event  conversation.Event
	since  []conversation.Event // what came after it
}

// find returns the living event of a line: the one that went out, or the note.
// thread may be "" when Slack did not say.
func (b *Bridge) find(ctx context.Context, team, channel, thread, ts string) (where, error) {
	threads, err := b.candidates(ctx, team, channel, thread, ts)
	if err != nil {
		return where{}, err
	}
	for _, t := range threads {
		for _, key := range []string{":kept", ":out", ""} {
			e, err := b.Log.ByKey(ctx, t.Conversation, lineKey(team, channel, ts)+key)
			if errors.Is(err, conversation.ErrNotFound) {
				continue
			}
			if err != nil {
				return where{}, fmt.Errorf("look for the line: %w", err)
			}
			since, err := readAll(ctx, b.Log, t.Conversation, e.Seq)
			if err != nil {
				return where{}, fmt.Errorf("read on from the line: %w", err)
			}
			return where{t, e, since}, nil
		}
	}
	return where{}, errHold
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

// workChanged carries an edit to the line it belongs to.
func (b *Bridge) workChanged(ctx context.Context, me identity, r ledger.Inbound, m slackMessage) error {
	in := m.Message
	if in == nil || in.Edited == nil {
		return errDrop
	}
	if m.Previous != nil && m.Previous.Text == in.Text && len(m.Previous.Files) == len(in.Files) && in.Text != "" {
		return errDrop // a preview came or went
	}
	w, err := b.find(ctx, r.Team, r.Channel, r.Thread, r.TS)
	if errors.Is(err, errHold) {
		return b.holdUnlessDealtWith(ctx, r)
	}
	if err != nil {
		return err
	}
	if latest, gone := w.last(); gone || latest >= in.Edited.TS {
		return errDrop
	}
	if w.event.Author.ID != in.User && in.User != "" {
		return errDrop
	}
	text, content, note, err := b.words(ctx, *in)
	if err != nil {
		return err
	}
	if note && !w.inside() && text != "" {
		return b.keepInside(ctx, w, r.Team, r.Channel, r.TS, text)
	}
	draft := conversation.Draft{Author: w.event.Author, Source: conversation.FromSlack,
		Body: conversation.Edited{Of: w.event.Seq, Inside: w.inside(), Text: text, Content: content}}
	if text == "" {
		draft.Body = conversation.Retracted{Of: w.event.Seq, Inside: w.inside()}
	}
	_, err = b.Log.Append(ctx, w.thread.Conversation, lineKey(r.Team, r.Channel, r.TS)+":e:"+in.Edited.TS, conversation.Append(draft))
	if err != nil {
		return fmt.Errorf("carry the edit: %w", err)
	}
	return nil
}

// keepInside takes a line that went out back from the visitor and keeps it as a
// note.
func (b *Bridge) keepInside(ctx context.Context, w where, team, channel, ts, text string) error {
	by := w.event.Author
	_, err := b.Log.Append(ctx, w.thread.Conversation, lineKey(team, channel, ts)+":kept", conversation.Append(
		conversation.Draft{Author: by, Source: conversation.FromSlack, Body: conversation.Retracted{Of: w.event.Seq}},
		conversation.Draft{Author: by, Source: conversation.FromSlack, Order: ts, Body: conversation.Note{Text: text}}))
	if err != nil {
		return fmt.Errorf("keep the line inside: %w", err)
	}
	if err := b.react(ctx, channel, ts, markInside); err != nil {
		b.log.Warn("a line was not marked", "conversation", w.thread.Conversation, "error", err)
	}
	return nil
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

// workDeleted takes a line back. A message that was never seen leaves this row
// behind as its tombstone, so that it is dropped when it comes late.
func (b *Bridge) workDeleted(ctx context.Context, me identity, r ledger.Inbound) error {
	t, err := b.Threads.ThreadAt(ctx, r.Team, r.Channel, r.TS)
	if err == nil {
		return b.giveUp(ctx, t) // it was a root
	}
	if !errors.Is(err, conversation.ErrNotFound) {
		return fmt.Errorf("look for the thread: %w", err)
	}
	w, err := b.find(ctx, r.Team, r.Channel, r.Thread, r.TS)
	if errors.Is(err, errHold) {
		return b.holdUnlessDealtWith(ctx, r)
	}
	if err != nil {
		return err
	}
	if _, gone := w.last(); gone {
		return errDrop
	}
	draft := conversation.Draft{Author: w.event.Author, Source: conversation.FromSlack, Body: conversation.Retracted{Of: w.event.Seq, Inside: w.inside()}}
	_, err = b.Log.Append(ctx, w.thread.Conversation, lineKey(r.Team, r.Channel, r.TS)+":d", conversation.Append(draft))
	if err != nil {
		return fmt.Errorf("take the line back: %w", err)
	}
	return nil
}

// releaseHeld works what waited for a message that has arrived.
func (b *Bridge) releaseHeld(ctx context.Context, team, channel, ts string) error {
	rows, err := b.Inbox.HeldInbound(ctx, team, channel, ts)
	if err != nil {
		return fmt.Errorf("look for what waited: %w", err)
	}
	for _, r := range rows {
		b.handle(ctx, r)
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
	b.handle(ctx, r)
}
