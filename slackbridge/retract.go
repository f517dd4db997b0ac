package slackbridge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// vanishWithin is how old a line may be when it is taken back and leaves no trace
// at a visitor who has not seen it (contract: "Nothing is delayed").
const vanishWithin = 10 * time.Second

// workDeleted takes a line back. A message that was never seen leaves this row
// behind as its tombstone, so that it is dropped when it comes late.
func (b *Bridge) workDeleted(ctx context.Context, me identity, r ledger.Inbound, m slackMessage) error {
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
	return b.takeBack(ctx, w, w.line+takenBack, r.TS, cmp.Or(m.EventTS, m.TS))
}

// takeBack retracts a line, with the edits of it that stayed inside, and tells its
// author what the visitor sees now. key names the act, ts the line, at when it was
// taken back by Slack's clock, "" when that is not known. Worked again after a
// crash it only tells again.
func (b *Bridge) takeBack(ctx context.Context, w where, key, ts, at string) error {
	if _, gone := w.last(); gone {
		return b.tellAgain(ctx, w, key)
	}
	unseen := b.unseen(ctx, w, ts, at)
	drafts := make([]conversation.Draft, 0, 2)
	for _, n := range w.held() {
		drafts = append(drafts, conversation.Draft{Author: w.event.Author, Source: conversation.FromSlack, Body: conversation.Retracted{Of: n.Seq, Inside: true}})
	}
	drafts = append(drafts, w.retraction(unseen))
	if _, err := b.Log.Append(ctx, w.home, key, conversation.Append(drafts...)); err != nil {
		return fmt.Errorf("take the line back: %w", err)
	}
	if !w.inside() {
		b.tellAuthor(w, draw.Words(gonePrivately(unseen)))
	}
	return nil
}

func (w where) retraction(unseen bool) conversation.Draft {
	return conversation.Draft{Author: w.event.Author, Source: conversation.FromSlack,
		Body: conversation.Retracted{Of: w.event.Seq, Inside: w.inside(), Unseen: unseen && !w.inside()}}
}

// tellAgain tells the author what a retraction that stands already has done, when
// it was this act's. Otherwise there is nothing to do.
func (b *Bridge) tellAgain(ctx context.Context, w where, key string) error {
	e, err := b.Log.ByKey(ctx, w.home, key)
	if errors.Is(err, conversation.ErrNotFound) {
		return errDrop
	}
	if err != nil {
		return fmt.Errorf("look for the retraction: %w", err)
	}
	if r, ok := e.Body.(conversation.Retracted); ok && !r.Inside {
		b.tellAuthor(w, draw.Words(gonePrivately(r.Unseen)))
	}
	return nil
}

// gonePrivately is what the author of a line that was taken back is told.
func gonePrivately(unseen bool) string {
	if unseen {
		return "The visitor had not seen it; it is gone."
	}
	return "The visitor may have read it; it now reads “Message removed”."
}

func (b *Bridge) tellAuthor(w where, spans ...draw.Span) {
	b.tellAt(w, w.event.Author.ID, spans...)
}

// tellAt says something privately in the thread of a line.
func (b *Bridge) tellAt(w where, user string, spans ...draw.Span) {
	b.whisperSpans(w.thread.Channel, user, w.thread.TS, spans...)
}

// unseen says that a line may vanish: it was taken back at once, the visitor has
// not read that far, and no mail has carried it to her. What is not known counts
// as seen.
func (b *Bridge) unseen(ctx context.Context, w where, ts, at string) bool {
	if w.inside() || b.Desk == nil {
		return false
	}
	age, ok := between(ts, at)
	if fromForm(ts) { // it has no time of Slack's
		age, ok = b.Now().Sub(w.event.At), true
	}
	if !ok || age < 0 || age > vanishWithin {
		return false
	}
	read, err := b.Desk.Seen(ctx, w.home)
	if err != nil {
		b.log.Warn("how far the visitor has read is not known", "conversation", w.home, "error", err)
		return false
	}
	state, err := b.Log.State(ctx, w.home)
	if err != nil {
		b.log.Warn("what was mailed is not known", "conversation", w.home, "error", err)
		return false
	}
	mailed := state.Verified.Seq != 0 && state.Mailed >= w.event.Seq // to any other address go nobody's words
	return read < w.event.VSeq && !mailed
}

// between is the time from one ts of Slack to another, by Slack's clock alone.
func between(from, to string) (time.Duration, bool) {
	a, ok1 := micros(from)
	b, ok2 := micros(to)
	return time.Duration(b-a) * time.Microsecond, ok1 && ok2
}

// micros reads a ts: seconds, a dot and six digits.
func micros(ts string) (int64, bool) {
	whole, part, ok := strings.Cut(ts, ".")
	s, err := strconv.ParseInt(whole, 10, 40)
	if !ok || err != nil || s < 0 || len(part) != 6 {
		return 0, false
	}
	us, err := strconv.ParseUint(part, 10, 32)
	return s*1_000_000 + int64(us), err == nil
}

// slackTime is a time of ours as a ts.
func slackTime(t time.Time) string {
	return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000)
}

// keepInside takes a line that went out back from the visitor and keeps it as a
// note. at is when, by Slack's clock.
func (b *Bridge) keepInside(ctx context.Context, w where, text, at string) error {
	unseen := b.unseen(ctx, w, w.ts, at)
	key := fmt.Sprintf("%s%s:%d", w.line, keptInside, w.event.Seq)
	note := conversation.Draft{Author: w.event.Author, Source: conversation.FromSlack, Order: w.order(), Body: conversation.Note{Text: text}}
	out, err := b.Log.Append(ctx, w.home, key, conversation.Append(w.retraction(unseen), note))
	if err != nil {
		return fmt.Errorf("keep the line inside: %w", err)
	}
	b.lock(ctx, w.home, w.thread.Channel, w.ts, true)
	if !out.Replayed {
		b.tellAuthor(w, draw.Words("This line had gone out and is a note now. "+gonePrivately(unseen)))
	}
	return nil
}
