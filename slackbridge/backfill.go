package slackbridge

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sort"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// backfillLoop compares the open threads with Slack: at the start, after a time
// without any connection, after Slack says that it dropped events, and slowly on
// a tick. What staff wrote while nobody listened goes through the same inbox.
func (b *Bridge) backfillLoop(ctx context.Context) error {
	for first := true; ; {
		asked := false
		select {
		case <-ctx.Done():
			return nil
		case <-b.again:
			asked = true
		case <-time.After(b.Limits.BackfillEvery):
		}
		if b.untilAble(ctx, asked) != nil {
			return nil
		}
		select {
		case <-b.again: // asked meanwhile: this comparison is the answer
		default:
		}
		gap := b.gate.gaps()
		if err := b.backfill(ctx, *b.self.Load()); err != nil && ctx.Err() == nil {
			b.log.Warn("the threads were not compared to the end", "error", err)
		}
		if asked && first {
			// A commit of the process before may have become visible only now.
			b.sweep(ctx, b.Now().Add(inboxLease), firstRows)
			first = false
		}
		b.gate.filled(gap)
	}
}

// listenFor is how long a comparison waits for a socket. What is written after it
// and before one opens, Slack delivers a minute late.
const listenFor = 2 * time.Second

// untilAble waits until Slack can be used and tells us what happens, and, for the
// comparison by the clock, until this process leads. A gap of its own each process
// fills itself: after a crash nobody leads for a while, and the lines must not wait
// so long.
func (b *Bridge) untilAble(ctx context.Context, asked bool) error {
	const look = 20 * time.Millisecond
	for up := (time.Time{}); ; {
		ok, _ := b.health.State()
		switch {
		case !ok || b.self.Load() == nil:
			up = time.Time{}
		case up.IsZero():
			up = b.Now()
		}
		hears := b.Config.Mode == ModeHTTP || !b.sockets.deaf() || b.Now().Sub(up) >= listenFor
		if !up.IsZero() && hears && (asked || b.leads()) {
			return nil
		}
		if err := webapi.Sleep(ctx, look); err != nil {
			return err
		}
	}
}

// backfillReach is for how long after its end a conversation's thread is still
// compared.
const backfillReach = 72 * time.Hour

// backfill reads the roots of each channel, oldest first, and the replies of the
// threads that moved, those of owned conversations first.
func (b *Bridge) backfill(ctx context.Context, me identity) error {
	threads, err := b.Threads.OpenThreads(ctx, b.Now().Add(-backfillReach), 5000)
	if err != nil {
		return fmt.Errorf("list the open threads: %w", err)
	}
	byChannel := map[string][]ledger.Thread{}
	for _, t := range threads {
		if t.Team == me.Team {
			byChannel[t.Channel] = append(byChannel[t.Channel], t)
		}
	}
	var refusals error
	for channel, list := range byChannel {
		err := b.backfillChannel(ctx, me, channel, list)
		if f, ok := webapi.Failed(err); ok && f.Kind == webapi.Refused {
			refusals = errors.Join(refusals, fmt.Errorf("compare the threads of %s: %w", channel, err))
			continue // the others can be read
		}
		if err != nil {
			return err
		}
	}
	return refusals
}

func (b *Bridge) backfillChannel(ctx context.Context, me identity, channel string, list []ledger.Thread) error {
	moved, err := b.movedThreads(ctx, me, channel, list)
	if err != nil {
		return err
	}
	for _, t := range b.ownedFirst(ctx, moved) {
		if err := b.backfillThread(ctx, me, t); err != nil {
			return err
		}
	}
	return nil
}

// movedThreads reads the channel's roots and returns the threads with a reply we
// have not read, those that moved last first. Few threads are read directly, which
// is cheaper; a thread in which nobody but us has written is not read at all.
func (b *Bridge) movedThreads(ctx context.Context, me identity, channel string, list []ledger.Thread) ([]ledger.Thread, error) {
	const few = 3
	if len(list) <= few {
		return list, nil
	}
	latest, ours := map[string]string{}, map[string]bool{}
	args := url.Values{"channel": {channel}, "oldest": {list[0].TS}, "inclusive": {"true"}, "limit": {pageSize}}
	err := b.eachPage(ctx, "conversations.history", args, func(p messagePage) error {
		for _, m := range p.messages {
			latest[m.TS], ours[m.TS] = m.LatestReply, m.oursAlone(me)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var moved []ledger.Thread
	for _, t := range list {
		if latest[t.TS] <= t.Seen {
			continue
		}
		if ours[t.TS] {
			heard, err := b.heardOf(ctx, t)
			if err != nil {
				return nil, err
			}
			if !heard {
				continue
			}
		}
		moved = append(moved, t)
	}
	sort.SliceStable(moved, func(i, j int) bool { return latest[moved[i].TS] > latest[moved[j].TS] })
	return moved, nil
}

// oursAlone says that all replies below a root are ours: Slack has said who wrote
// them, and it names no person. Of a post under a visitor's name it may name nobody,
// or the bot.
func (m slackMessage) oursAlone(me identity) bool {
	return m.Repliers != nil && *m.Repliers == len(m.ReplyUsers) &&
		!slices.ContainsFunc(m.ReplyUsers, func(id string) bool { return id != me.User && id != me.Bot })
}

// heardOf says that the log has a line that was written in a thread, which may have
// been deleted since.
func (b *Bridge) heardOf(ctx context.Context, t ledger.Thread) (bool, error) {
	events, err := readAll(ctx, b.Log, t.Conversation, 0)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(events, func(e conversation.Event) bool {
		team, channel, _, ok := splitKey(e.Key)
		return ok && e.Order != "" && team == t.Team && channel == t.Channel
	}), nil
}

// eachPage reads all pages of a list at the pace Slack allows.
func (b *Bridge) eachPage(ctx context.Context, method string, args url.Values, use func(messagePage) error) error {
	for {
		var p messagePage
		err := b.client.Throttle.Await(ctx, method, args.Get("channel"))
		if err == nil {
			p, err = messages(ctx, b.client, method, args)
		}
		if f, bad := webapi.Failed(err); bad && f.Kind == webapi.Limited {
			continue // await knows how long
		}
		if err != nil {
			return err
		}
		if err := use(p); err != nil {
			return err
		}
		if p.next == "" {
			return nil
		}
		args.Set("cursor", p.next)
	}
}

func (b *Bridge) ownedFirst(ctx context.Context, list []ledger.Thread) []ledger.Thread {
	owned := map[int64]bool{}
	for _, t := range list {
		if s, err := b.Log.State(ctx, t.Conversation); err == nil {
			owned[t.ID] = s.Mode == conversation.WithAgent
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return owned[list[i].ID] && !owned[list[j].ID] })
	return list
}

// overlapSeen is how far before the last reply read the next reading starts:
// edits of what was read a while ago still arrive.
const overlapSeen = 10 * time.Minute

// backfillThread puts the replies of a thread into the inbox, and its edits and
// deletions. What is known already is passed over there.
func (b *Bridge) backfillThread(ctx context.Context, me identity, t ledger.Thread) error {
	oldest := t.TS
	if t.Seen > oldest {
		oldest = max(oldest, seconds(t.Seen, -overlapSeen))
	}
	args := url.Values{"channel": {t.Channel}, "ts": {t.TS}, "oldest": {oldest}, "limit": {pageSize}}
	there, odd, newest := map[string]bool{}, 0, t.Seen
	err := b.eachPage(ctx, "conversations.replies", args, func(p messagePage) error {
		odd += p.odd
		var rows []ledger.Inbound
		for _, m := range p.messages {
			there[m.TS] = true
			if m.TS != t.TS {
				newest = max(newest, m.TS)
				rows = append(rows, b.backfillRows(ctx, me, t, m)...)
			}
		}
		return b.store(ctx, rows)
	})
	if webapi.HasCode(err, "thread_not_found") {
		return b.giveUp(ctx, t)
	}
	if err != nil {
		return err
	}
	if odd == 0 {
		if err := b.missing(ctx, me, t, oldest, newest, there); err != nil {
			return err
		}
	}
	if newest == t.Seen {
		return nil
	}
	_, err = b.changeThread(ctx, t, func(t *ledger.Thread) { t.Seen = newest })
	return err
}

// seconds moves a ts by a duration.
func seconds(ts string, by time.Duration) string {
	var whole int64
	if _, err := fmt.Sscanf(ts, "%d", &whole); err != nil {
		return ts
	}
	return stamp(time.Unix(whole, 0).Add(by))
}

// backfillRows are the rows Slack's own delivery of a message would have made.
func (b *Bridge) backfillRows(ctx context.Context, me identity, t ledger.Thread, m slackMessage) []ledger.Inbound {
	if b.echo(m) || ignored(m) {
		return nil
	}
	m.Type, m.Channel = "message", t.Channel
	raw, err := b.inner(me, m)
	if err != nil {
		return nil
	}
	rows := b.messageRows(ledger.Inbound{Team: me.Team, Channel: t.Channel, Raw: raw, State: ledger.New}, m)
	if m.Edited == nil || len(rows) == 0 {
		return rows
	}
	known, err := b.Inbox.HasInbound(ctx, rows[0].Key)
	if err != nil || !known {
		return rows // the line arrives with its latest words
	}
	changed := slackMessage{Type: "message", Subtype: "message_changed", Channel: t.Channel, Message: &m}
	if raw, err = b.inner(me, changed); err != nil {
		return rows
	}
	return append(rows, b.changedRow(ledger.Inbound{Team: me.Team, Channel: t.Channel, Raw: raw, State: ledger.New}, changed)...)
}

// missing takes back the lines that stand in the log and no longer in the
// thread: their deletion was never delivered.
func (b *Bridge) missing(ctx context.Context, me identity, t ledger.Thread, oldest, newest string, there map[string]bool) error {
	events, err := readAll(ctx, b.Log, t.Conversation, 0)
	if err != nil {
		return err
	}
	var rows []ledger.Inbound
	for _, e := range events {
		team, channel, ts, ok := splitKey(e.Key)
		if !ok || e.Order == "" || team != t.Team || channel != t.Channel || ts <= oldest || ts > newest || ts <= t.TS || there[ts] {
			continue
		}
		gone := slackMessage{Type: "message", Subtype: "message_deleted", Channel: t.Channel, DeletedTS: ts, Previous: &slackMessage{TS: ts, ThreadTS: t.TS}}
		raw, err := b.inner(me, gone)
		if err != nil {
			return err
		}
		rows = append(rows, deletedRow(ledger.Inbound{Team: me.Team, Channel: t.Channel, Raw: raw, State: ledger.New}, gone))
	}
	return b.store(ctx, rows)
}
