package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

const selectThreads = `select t.id, t.conversation, t.epoch, t.team, t.channel, t.ts, t.state, t.marker,
	t.attempted, t.card, t.card_at, t.seen, t.opened_at, t.since from threads t`

func scanThread(r row) (ledger.Thread, error) {
	var t ledger.Thread
	var attempted, cardAt, openedAt int64
	err := r.Scan(&t.ID, &t.Conversation, &t.Epoch, &t.Team, &t.Channel, &t.TS, &t.State, &t.Marker,
		&attempted, &t.Card, &cardAt, &t.Seen, &openedAt, &t.Since)
	t.Attempted, t.CardAt, t.OpenedAt = at(attempted), at(cardAt), at(openedAt)
	return t, err
}

// OpenThread implements slackbridge.Threads. A zero OpenedAt means now. A thread
// of the conversation in that channel which it has left is taken up again.
func (s *Store) OpenThread(ctx context.Context, th ledger.Thread) (ledger.Thread, bool, error) {
	type result struct {
		thread ledger.Thread
		opened bool
	}
	out, err := write(ctx, s, func(ctx context.Context, t *tx) (result, error) {
		// Keeping the conversation's row makes two openings wait for each other.
		if _, err := t.lockState(ctx, th.Conversation); err != nil {
			return result{}, err
		}
		active, err := one(ctx, t, scanThread, selectThreads+` where t.conversation = $1 and t.team = $2 and t.channel = $3
			and t.state in ('opening', 'open')`, string(th.Conversation), th.Team, th.Channel)
		if !errors.Is(err, conversation.ErrNotFound) {
			return result{thread: active}, err
		}
		left, err := one(ctx, t, scanThread, selectThreads+` where t.conversation = $1 and t.team = $2 and t.channel = $3
			and t.state = 'moved' and t.ts <> '' order by t.id desc limit 1`, string(th.Conversation), th.Team, th.Channel)
		if err == nil {
			left.State, left.Since, left.Card = ledger.Open, th.Since, ""
			return result{thread: left}, t.saveThread(ctx, left)
		}
		if !errors.Is(err, conversation.ErrNotFound) {
			return result{}, err
		}
		opened, err := t.insertThread(ctx, th)
		return result{thread: opened, opened: true}, err
	})
	return out.thread, out.opened, err
}

func (t *tx) insertThread(ctx context.Context, th ledger.Thread) (ledger.Thread, error) {
	th.State = ledger.Opening
	if th.OpenedAt.IsZero() {
		th.OpenedAt = t.now
	}
	var err error
	if th.ID, err = t.next(ctx, "threads"); err != nil {
		return th, err
	}
	_, err = t.exec(ctx, `insert into threads
		(id, conversation, epoch, team, channel, ts, state, marker, attempted, card, card_at, seen, opened_at, since)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		th.ID, string(th.Conversation), th.Epoch, th.Team, th.Channel, th.TS, string(th.State), th.Marker,
		ms(th.Attempted), th.Card, ms(th.CardAt), th.Seen, ms(th.OpenedAt), int64(th.Since))
	if err != nil {
		return th, fmt.Errorf("open a thread of %s: %w", th.Conversation, err)
	}
	th.Attempted, th.CardAt, th.OpenedAt = at(ms(th.Attempted)), at(ms(th.CardAt)), at(ms(th.OpenedAt))
	return th, nil
}

// ChangeThread implements slackbridge.Threads; conversation.ErrNotFound when there
// is no thread with this ID.
func (s *Store) ChangeThread(ctx context.Context, id int64, change func(*ledger.Thread)) (ledger.Thread, error) {
	return write(ctx, s, func(ctx context.Context, t *tx) (ledger.Thread, error) {
		th, err := one(ctx, t, scanThread, selectThreads+` where t.id = $1`+t.d.lock, id)
		if err != nil {
			return th, err
		}
		change(&th)
		return th, t.saveThread(ctx, th)
	})
}

func (t *tx) saveThread(ctx context.Context, th ledger.Thread) error {
	return found(t.exec(ctx, `update threads
		set ts = $2, state = $3, attempted = $4, card = $5, card_at = $6, seen = $7, since = $8 where id = $1`,
		th.ID, th.TS, string(th.State), ms(th.Attempted), th.Card, ms(th.CardAt), th.Seen, int64(th.Since)))
}

// ThreadOf returns the thread the conversation is in, or the newest that it has
// left; never one that is Lost.
func (s *Store) ThreadOf(ctx context.Context, id conversation.ID) (ledger.Thread, error) {
	return one(ctx, s.read, scanThread,
		selectThreads+` where t.conversation = $1 and t.state <> 'lost'
			order by case when t.state = 'moved' then 1 else 0 end, t.id desc limit 1`, string(id))
}

// ThreadAt returns the thread whose root is (team, channel, ts), in any state.
func (s *Store) ThreadAt(ctx context.Context, team, channel, ts string) (ledger.Thread, error) {
	return one(ctx, s.read, scanThread,
		selectThreads+` where t.team = $1 and t.channel = $2 and t.ts = $3 and t.ts <> ''`, team, channel, ts)
}

// OpenThreads lists the Open threads of conversations that are not closed, or
// whose last event came after since, oldest root first.
func (s *Store) OpenThreads(ctx context.Context, since time.Time, limit int) ([]ledger.Thread, error) {
	return all(ctx, s.read, scanThread, selectThreads+` join conversations c on c.id = t.conversation
		where t.state = 'open' and (c.mode <> 'closed' or c.updated > $1) order by t.ts, t.id limit $2`, ms(since), limit)
}

// KnowsChannel says whether a conversation ever had a thread in the channel.
func (s *Store) KnowsChannel(ctx context.Context, team, channel string) (bool, error) {
	known, err := all(ctx, s.read, value[int], `select 1 from threads where team = $1 and channel = $2 and ts <> '' limit 1`, team, channel)
	return len(known) > 0, err
}
