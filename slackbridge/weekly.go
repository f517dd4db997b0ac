package slackbridge

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// What the admin channel gets on Monday, 09:00 at the office, about the week
// before. Each kind and week has a row, written before the post and completed
// after it; in doubt the channel is read and the post looked for, so that it is
// told once, however many nodes there are and whenever they start.

// weekly is one kind of weekly post. Kind names it in its rows and its marker.
// Draw makes the post of a week; ok is false when there is nothing to say.
type weekly struct {
	kind string
	draw func(ctx context.Context, of week) (m draw.Message, ok bool, err error)
	// below does what belongs under the post (files, in its thread), nil for
	// nothing. It is called again after an error and after a crash until it
	// returns nil, and has to keep rows of its own ([Bridge.houseErrand]).
	below func(ctx context.Context, of week, channel, ts string) error
}

// weeklies lists the weekly posts. A new one is a line here.
func (b *Bridge) weeklies() (out []weekly) {
	if b.Numbers != nil {
		out = append(out, b.numbersWeekly())
	}
	if b.Marked != nil {
		out = append(out, b.marksWeekly())
	}
	return out
}

const (
	weeklyHour = 9
	weeklyTick = time.Minute
	// weeklyLate is how long after its time a post still goes out, because nobody
	// could write it then.
	weeklyLate = 3 * 24 * time.Hour
)

// week is what a weekly post is about: seven days at the office, from midnight
// on Monday to midnight on Monday.
type week struct{ From, To time.Time }

// name tells a week from others: 2026-11-16, the day it began.
func (w week) name() string { return w.From.Format(time.DateOnly) }

// weekToTell is the week whose post is due now; ok is false when it is too late
// for one and too early for the next.
func weekToTell(now time.Time, zone *time.Location) (of week, ok bool) {
	now = now.In(zone)
	monday := now.AddDate(0, 0, -(int(now.Weekday())+6)%7)
	to := time.Date(monday.Year(), monday.Month(), monday.Day(), 0, 0, 0, 0, zone)
	due := time.Date(to.Year(), to.Month(), to.Day(), weeklyHour, 0, 0, 0, zone)
	return week{From: to.AddDate(0, 0, -7), To: to}, !now.Before(due) && now.Before(due.Add(weeklyLate))
}

// keepWeekly posts what is due each week, until ctx ends.
func (b *Bridge) keepWeekly(ctx context.Context) error {
	if b.Config.AdminChannel == "" || b.Errands == nil {
		return nil
	}
	told := map[string]string{} // by kind, the week that is done
	for webapi.Sleep(ctx, weeklyTick) == nil {
		of, due := weekToTell(b.Now(), b.office(b.Now()).Zone)
		if ok, _ := b.health.State(); !ok || !due || !b.leads() || b.self.Load() == nil {
			continue
		}
		for _, w := range b.weeklies() {
			if told[w.kind] == of.name() {
				continue
			}
			done, err := b.tellWeekly(ctx, w, of)
			if done {
				told[w.kind] = of.name()
			}
			var wait *later
			if err != nil && ctx.Err() == nil && !errors.As(err, &wait) {
				b.log.Warn("a weekly post waits", "kind", w.kind, "error", err)
			}
		}
	}
	return nil
}

// tellWeekly posts one kind, unless that was done. It is called again until done.
func (b *Bridge) tellWeekly(ctx context.Context, w weekly, of week) (done bool, err error) {
	e, done, err := b.houseErrand(ctx, "weekly:"+w.kind+":"+of.name())
	if err != nil {
		return false, err
	}
	if !done {
		if e, err = b.postWeekly(ctx, w, of, e); err != nil || e.State == ledger.Sending {
			return false, err
		}
	}
	if e.State != ledger.Sent || w.below == nil {
		return true, nil
	}
	err = w.below(ctx, of, b.Config.AdminChannel, e.Ref)
	return err == nil, err
}

// houseErrand returns a row of the installation's own, a new one when there is
// none, and whether it is done.
func (b *Bridge) houseErrand(ctx context.Context, name string) (e ledger.Errand, done bool, err error) {
	e, err = b.Errands.Errand(ctx, "", name)
	if errors.Is(err, conversation.ErrNotFound) {
		return ledger.Errand{Name: name, State: ledger.Sending}, false, nil
	}
	if err != nil {
		return e, false, fmt.Errorf("look for an errand: %w", err)
	}
	return e, e.State != ledger.Sending, nil
}

// postWeekly looks for the post when it is in doubt, and posts it.
func (b *Bridge) postWeekly(ctx context.Context, w weekly, of week, e ledger.Errand) (ledger.Errand, error) {
	channel := b.Config.AdminChannel
	if f, err := b.rooms.look(ctx, b.self.Load().Team, channel); f != nil || err != nil {
		return e, errors.Join(err, errorOf(f))
	}
	if !e.Attempted.IsZero() {
		ts, err := b.weeklyStands(ctx, channel, e)
		if err != nil {
			return e, err
		}
		if ts != "" {
			e.State, e.Ref = ledger.Sent, ts
			return e, b.Errands.SaveErrand(ctx, e)
		}
	}
	m, ok, err := w.draw(ctx, of)
	switch {
	case err != nil:
		return e, fmt.Errorf("draw a weekly post: %w", err)
	case !ok:
		e.State = ledger.Gone
		return e, b.Errands.SaveErrand(ctx, e)
	}
	m.Metadata = draw.Marked("", e.Name)
	if ok, retry := b.client.Throttle.Take("chat.postMessage", channel); !ok {
		return e, &later{at: retry, why: "the channel's limit"}
	}
	if !b.leads() {
		return e, &later{at: b.Now().Add(notLeading), why: "another process leads"}
	}
	e.Attempted = b.Now()
	if err := b.Errands.SaveErrand(ctx, e); err != nil {
		return e, err
	}
	ts, err := b.send(ctx, channel, "", m)
	return b.weeklySent(ctx, e, ts, err)
}

// weeklySent notes what became of the post.
func (b *Bridge) weeklySent(ctx context.Context, e ledger.Errand, ts string, err error) (ledger.Errand, error) {
	f, bad := webapi.Failed(err)
	switch {
	case err == nil:
		e.State, e.Ref = ledger.Sent, ts
	case !bad || f.Kind == webapi.Doubtful:
		return e, err // the row says that it may have happened
	case ofChannel(f) || f.OfApp():
		b.rooms.refuse(b.Config.AdminChannel, f)
		e.Attempted = zeroTime
	case f.Kind == webapi.Refused:
		b.log.Warn("a weekly post was refused", "errand", e.Name, "error", err)
		e.State = ledger.Gone
	default:
		e.Attempted = zeroTime
	}
	return e, errors.Join(b.Errands.SaveErrand(ctx, e), errorUnlessSettled(e, err))
}

// errorUnlessSettled drops the error of an errand that is over.
func errorUnlessSettled(e ledger.Errand, err error) error {
	if e.State != ledger.Sending {
		return nil
	}
	return err
}

// weeklyStands looks for a weekly post whose answer is missing.
func (b *Bridge) weeklyStands(ctx context.Context, channel string, e ledger.Errand) (ts string, err error) {
	if err := b.settled(e.Attempted); err != nil {
		return "", err
	}
	args := url.Values{"channel": {channel}, "oldest": {stamp(e.Attempted.Add(-backlook))}, "include_all_metadata": {"true"}, "limit": {pageSize}}
	err = b.search(ctx, "conversations.history", args, func(m slackMessage) bool {
		if m.carries(e.Name) {
			ts = m.TS
		}
		return ts != ""
	})
	return ts, err
}

// errorOf is a failure as an error, nil for none.
func errorOf(f *webapi.Failure) error {
	if f == nil {
		return nil
	}
	return f
}
