package slackbridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// What an inbox row can be.
const (
	kindMessage = "message"
	kindChanged = "changed"
	kindDeleted = "deleted"
	kindAction  = "action"
	kindView    = "view"
	kindCommand = "command"
	kindCut     = "shortcut"
	kindEvent   = "event"
	kindOdd     = "odd" // could not be read; kept for whoever looks
)

// inboxLease is how long a row belongs to the process that stored it; after
// that any process may work it.
const inboxLease = 15 * time.Second

// receive stores what Slack told us. When it returns nil everything is
// committed and may be acknowledged; the work goes on by itself.
func (b *Bridge) receive(ctx context.Context, deliveries ...[]byte) error {
	var rows []ledger.Inbound
	for _, raw := range deliveries {
		rows = append(rows, b.rowsFor(raw)...)
	}
	return b.store(ctx, rows)
}

// store commits rows and gives the new ones to the workers. A line that came in
// earlier and is not committed yet goes first all the same.
func (b *Bridge) store(ctx context.Context, rows []ledger.Inbound) error {
	if len(rows) == 0 {
		return nil
	}
	now := b.Now()
	for i := range rows {
		rows[i].Received, rows[i].RetryAt = now, now.Add(inboxLease)
	}
	b.work.expect(rows)
	defer b.work.arrived(rows)
	fresh, err := b.Inbox.PutInbound(ctx, rows...)
	if err != nil {
		return fmt.Errorf("keep what Slack sent: %w", err)
	}
	for _, r := range fresh {
		if r.State == ledger.New {
			b.work.add(b, r)
		}
	}
	return nil
}

// rowsFor makes the rows of one delivery: none for the noise that never has an
// effect.
func (b *Bridge) rowsFor(raw []byte) []ledger.Inbound {
	var e envelope
	if err := webapi.Decode(raw, &e); err != nil {
		return []ledger.Inbound{{Key: "odd:" + hash(raw), Kind: kindOdd, Raw: raw, State: ledger.Dropped}}
	}
	row := ledger.Inbound{Team: e.team(), Raw: raw, State: ledger.New}
	switch {
	case e.Type == "app_rate_limited":
		b.log.Warn("Slack has dropped events; comparing the threads")
		b.askBackfill()
		return nil
	case len(e.Event) > 0:
		return b.eventRows(row, e)
	case e.Command != "":
		row.Kind, row.Key = kindCommand, "c:"+row.Team+":"+e.Trigger
	case e.Type == "block_actions" && len(e.Actions) > 0:
		a := e.Actions[0]
		row.Kind, row.Key = kindAction, fmt.Sprintf("a:%s:%s:%s%s:%s:%s", row.Team, e.User.ID, e.Container.MessageTS, e.View.ID, a.ActionID, a.ActionTS)
	case e.Type == "view_submission":
		row.Kind, row.Key = kindView, "v:"+row.Team+":"+e.User.ID+":"+e.View.ID+":"+e.View.Hash
	case e.Type == "view_closed":
		b.watches.closed(e.View.ID)
		return nil
	case e.Type == "message_action" || e.Type == "shortcut":
		row.Kind, row.Key = kindCut, "t:"+row.Team+":"+e.Trigger
	default:
		return nil
	}
	return []ledger.Inbound{row}
}

// eventRows reads the key of an event from its content: Slack gives one message
// new event ids.
func (b *Bridge) eventRows(row ledger.Inbound, e envelope) []ledger.Inbound {
	var m slackMessage
	_ = webapi.Decode(e.Event, &m) // what could not be read stays zero
	row.Channel = m.Channel
	switch {
	case m.Type == "message" && m.Subtype == "message_changed":
		return b.changedRow(row, m)
	case m.Type == "message" && m.Subtype == "message_deleted":
		return []ledger.Inbound{deletedRow(row, m)}
	case m.Type == "message" || m.Type == "app_mention":
		return b.messageRows(row, m)
	case m.Type == "reaction_added" || m.Type == "reaction_removed":
		return nil
	}
	row.Kind, row.Key = kindEvent, "x:"+row.Team+":"+e.EventID
	return []ledger.Inbound{row}
}

func (b *Bridge) messageRows(row ledger.Inbound, m slackMessage) []ledger.Inbound {
	if m.TS == "" || m.thread() == "" || b.echo(m) {
		return nil // a line of our own, or one outside of threads
	}
	row.Kind, row.Key, row.Thread, row.TS = kindMessage, messageKey(row.Team, m.Channel, m.TS), m.thread(), m.TS
	if m.ClientMsgID != "" { // one gesture can arrive as two messages with different ts
		row.Gesture = "cm:" + row.Team + ":" + m.Channel + ":" + m.User + ":" + m.ClientMsgID
	}
	return []ledger.Inbound{row}
}

func messageKey(team, channel, ts string) string { return "m:" + team + ":" + channel + ":" + ts }
func deletedKey(team, channel, ts string) string { return "d:" + team + ":" + channel + ":" + ts }

// changedRow keeps an edit by a person, and a root that became a tombstone.
// Everything else that changes a message (previews, our own updates) is noise.
func (b *Bridge) changedRow(row ledger.Inbound, m slackMessage) []ledger.Inbound {
	in := m.Message
	if in == nil {
		return nil
	}
	if in.Subtype == "tombstone" {
		m.DeletedTS = in.TS
		return []ledger.Inbound{deletedRow(row, m)}
	}
	if in.Edited == nil || in.thread() == "" || b.echo(*in) {
		return nil
	}
	row.Kind, row.Thread, row.TS = kindChanged, in.thread(), in.TS
	row.Key = "e:" + row.Team + ":" + m.Channel + ":" + in.TS + ":" + m.editedAt()
	return []ledger.Inbound{row}
}

func deletedRow(row ledger.Inbound, m slackMessage) ledger.Inbound {
	row.Kind, row.TS, row.Key = kindDeleted, m.DeletedTS, deletedKey(row.Team, m.Channel, m.DeletedTS)
	if m.Previous != nil {
		row.Thread = m.Previous.thread()
	}
	return row
}

// echo says that a message is our own, come back.
func (b *Bridge) echo(m slackMessage) bool {
	if me := b.self.Load(); me != nil {
		if m.User == me.User || m.BotID != "" && m.BotID == me.Bot || m.AppID != "" && m.AppID == me.App {
			return true
		}
	}
	return m.BotID != "" && m.marked()
}

// errHold says that a row waits for another message.
var errHold = errors.New("the message is not known yet")

// errDrop says that a row has no effect and never will.
var errDrop = errors.New("nothing to do")

// maxTries is how often a row that fails is tried, with growing pauses, over
// about a day.
const maxTries = 30

// inPlace is how often a line that fails keeps its place, and those behind it wait:
// a database that stumbles must not change the order. A line that fails again and
// again lets the others go on.
const inPlace = 3

// handle works one row and notes what became of it. A pause says that the row is to
// be handled again then, before those behind it: Slack is needed for it and cannot
// be used now, or it has failed and may not the next time.
func (b *Bridge) handle(ctx context.Context, r *ledger.Inbound) (pause time.Duration) {
	fresh := b.Now().Sub(r.Received) < triggerLife
	err := b.dispatch(ctx, *r, fresh)
	switch {
	case ctx.Err() != nil:
		return 0 // it stays New
	case err == nil:
		r.State = ledger.Done
	case errors.Is(err, errDrop):
		r.State = ledger.Dropped
	case errors.Is(err, errHold):
		r.State = ledger.Held
	case outage(err):
		pause = pauseOf(err)
		r.RetryAt = b.Now().Add(pause)
		b.log.Warn("inbox row waits for Slack", "kind", r.Kind, "error", err)
	default:
		r.Attempts++
		r.RetryAt = b.Now().Add(min(time.Second<<min(r.Attempts, 12), time.Hour))
		if r.Thread != "" && r.Attempts <= inPlace {
			pause = failedPause << r.Attempts
		}
		if r.Attempts >= maxTries {
			r.State = ledger.Dropped
			b.gaveUp(ctx, *r)
		}
		b.log.Warn("inbox row failed", "kind", r.Kind, "attempts", r.Attempts, "error", err)
	}
	if err := b.Inbox.SaveInbound(ctx, *r); err != nil && ctx.Err() == nil {
		b.log.Error("inbox row not settled", "kind", r.Kind, "error", err)
	}
	if r.State == ledger.Held {
		b.retryHeld(ctx, *r)
	}
	return pause
}

// failedPause doubles with each failure.
const failedPause = 50 * time.Millisecond

// outagePause is how long a row waits for Slack before it is tried again; after a
// rate limit it is what Slack has asked for.
const outagePause = 2 * time.Second

func pauseOf(err error) time.Duration {
	if f, ok := webapi.Failed(err); ok && f.Kind == webapi.Limited {
		return max(f.Retry, time.Second/10)
	}
	return outagePause
}

// outage says that the work failed because Slack cannot be used now.
func outage(err error) bool {
	f, ok := webapi.Failed(err)
	return ok && f.Kind != webapi.Refused
}

func (b *Bridge) dispatch(ctx context.Context, r ledger.Inbound, fresh bool) error {
	me := b.self.Load()
	if me == nil {
		return errors.New("who we are in Slack is not known yet")
	}
	var e envelope
	if err := webapi.Decode(r.Raw, &e); err != nil {
		return errDrop
	}
	if r.Team != me.Team || e.AppID != "" && me.App != "" && e.AppID != me.App {
		b.log.Warn("something for another workspace or app was ignored", "kind", r.Kind)
		return errDrop
	}
	var m slackMessage
	if len(e.Event) > 0 {
		_ = webapi.Decode(e.Event, &m) // what could not be read stays zero
	}
	switch r.Kind {
	case kindMessage:
		return b.workMessage(ctx, *me, r, m)
	case kindChanged:
		return b.workChanged(ctx, *me, r, m)
	case kindDeleted:
		return b.workDeleted(ctx, *me, r, m)
	case kindAction:
		return b.workPress(ctx, *me, e, fresh)
	case kindView:
		return b.workView(ctx, *me, e)
	case kindCut:
		return b.workShortcut(ctx, *me, e, fresh)
	case kindCommand:
		return b.workCommand(ctx, *me, e, fresh)
	case kindEvent:
		return b.workEvent(ctx, *me, e)
	}
	return errDrop
}

// sweepInbox picks up what an outage or another process left behind.
func (b *Bridge) sweepInbox(ctx context.Context) error {
	const tick = 2 * time.Second
	for purged := b.Now(); webapi.Sleep(ctx, tick) == nil; {
		b.sweep(ctx, b.Now(), sweepRows)
		if now := b.Now(); now.Sub(purged) > time.Hour {
			purged = now
			if _, err := b.Inbox.PurgeInbound(ctx, now.Add(-keepInbox)); err != nil && ctx.Err() == nil {
				b.log.Error("inbox not purged", "error", err)
			}
		}
	}
	return nil
}

// sweep gives the rows that are due by then to the workers.
func (b *Bridge) sweep(ctx context.Context, until time.Time, limit int) {
	b.work.forget()
	rows, err := b.Inbox.PendingInbound(ctx, until, limit)
	if err != nil && ctx.Err() == nil {
		b.log.Error("inbox not read", "error", err)
	}
	for _, r := range rows {
		b.work.add(b, r)
	}
}

const (
	// sweepRows is how many rows a sweep takes.
	sweepRows = 500
	// firstRows is how many the first one takes: all there are, so that no new
	// line overtakes an old one. Some kilobytes each.
	firstRows = 50_000
)

// keepInbox is how long keys are kept: Slack repeats what failed for a day.
const keepInbox = 26 * time.Hour

// askBackfill asks for a comparison with Slack soon. Lines that come in
// meanwhile wait a moment for it, so that they are worked in order.
func (b *Bridge) askBackfill() {
	b.gate.hold()
	select {
	case b.again <- struct{}{}:
	default:
	}
}

// inner makes the delivery of a message that was read from Slack, as if Slack
// had sent it.
func (b *Bridge) inner(me identity, event any) ([]byte, error) {
	inside, err := json.Marshal(event)
	if err != nil {
		return nil, err
	}
	return json.Marshal(envelope{Type: "event_callback", TeamID: me.Team, AppID: me.App, Event: inside})
}
