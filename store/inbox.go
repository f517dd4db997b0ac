package store

import (
	"context"
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

const selectInbox = `select id, key, team, channel, thread, ts, kind, raw, state, attempts, retry_at, received from inbox`

func scanInbound(r row) (ledger.Inbound, error) {
	var in ledger.Inbound
	var retryAt, received int64
	err := r.Scan(&in.ID, &in.Key, &in.Team, &in.Channel, &in.Thread, &in.TS, &in.Kind, &in.Raw, &in.State,
		&in.Attempts, &retryAt, &received)
	in.RetryAt, in.Received = at(retryAt), at(received)
	return in, err
}

// PutInbound implements slackbridge.Inbox. An empty State means New, a zero
// Received now.
func (s *Store) PutInbound(ctx context.Context, rows ...ledger.Inbound) ([]ledger.Inbound, error) {
	return write(ctx, s, func(ctx context.Context, t *tx) ([]ledger.Inbound, error) {
		var fresh []ledger.Inbound
		for _, r := range rows {
			known, err := hasInbound(ctx, t, r.Key)
			if err != nil {
				return nil, err
			}
			if known {
				continue
			}
			if r, err = t.gesture(ctx, r); err == nil {
				r, err = t.insertInbound(ctx, r)
			}
			if err != nil {
				return nil, fmt.Errorf("keep what Slack sent: %w", err)
			}
			fresh = append(fresh, r)
		}
		return fresh, nil
	})
}

// gesture keeps the key of a row's gesture beside it, or drops the row when another
// one has kept it.
func (t *tx) gesture(ctx context.Context, r ledger.Inbound) (ledger.Inbound, error) {
	if r.Gesture == "" {
		return r, nil
	}
	known, err := hasInbound(ctx, t, r.Gesture)
	if err != nil {
		return r, err
	}
	if known {
		r.State = ledger.Dropped
		return r, nil
	}
	_, err = t.insertInbound(ctx, ledger.Inbound{Key: r.Gesture, Team: r.Team, Kind: "gesture", TS: r.TS, State: ledger.Done, Received: r.Received})
	return r, err
}

func (t *tx) insertInbound(ctx context.Context, r ledger.Inbound) (ledger.Inbound, error) {
	if r.State == "" {
		r.State = ledger.New
	}
	if r.Received.IsZero() {
		r.Received = t.now
	}
	if r.Raw == nil {
		r.Raw = []byte{}
	}
	var err error
	if r.ID, err = t.next(ctx, "inbox"); err != nil {
		return r, err
	}
	_, err = t.exec(ctx, `insert into inbox
		(id, key, team, channel, thread, ts, kind, raw, state, attempts, retry_at, received)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		r.ID, r.Key, r.Team, r.Channel, r.Thread, r.TS, r.Kind, r.Raw, string(r.State), r.Attempts, due(r.RetryAt), ms(r.Received))
	r.RetryAt, r.Received = at(due(r.RetryAt)), at(ms(r.Received))
	return r, err
}

// PendingInbound implements slackbridge.Inbox.
func (s *Store) PendingInbound(ctx context.Context, now time.Time, limit int) ([]ledger.Inbound, error) {
	return all(ctx, s.read, scanInbound, selectInbox+` where state = 'new' and retry_at <= $1
		order by team, channel, thread, ts, id limit $2`, ms(now), limit)
}

// HeldInbound implements slackbridge.Inbox. The TS of a held row is the ts of
// the message it is about.
func (s *Store) HeldInbound(ctx context.Context, team, channel, ts string) ([]ledger.Inbound, error) {
	return all(ctx, s.read, scanInbound,
		selectInbox+` where state = 'held' and team = $1 and channel = $2 and ts = $3 order by id`, team, channel, ts)
}

// SaveInbound implements slackbridge.Inbox; conversation.ErrNotFound when there
// is no row with this ID.
func (s *Store) SaveInbound(ctx context.Context, r ledger.Inbound) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		return found(t.exec(ctx, `update inbox set state = $2, attempts = $3, retry_at = $4 where id = $1`,
			r.ID, string(r.State), r.Attempts, due(r.RetryAt)))
	})
}

// HasInbound says whether a row with this key is there, dealt with or not. It
// forgets what PurgeInbound deletes.
func (s *Store) HasInbound(ctx context.Context, key string) (bool, error) {
	return hasInbound(ctx, s.read, key)
}

func hasInbound(ctx context.Context, q source, key string) (bool, error) {
	known, err := all(ctx, q, value[int], `select 1 from inbox where key = $1`, key)
	return len(known) > 0, err
}

// PurgeInbound deletes the rows received before t that are not New, and says how
// many.
func (s *Store) PurgeInbound(ctx context.Context, before time.Time) (int, error) {
	return write(ctx, s, func(ctx context.Context, t *tx) (int, error) {
		n, err := t.exec(ctx, `delete from inbox where state <> 'new' and received < $1`, ms(before))
		return int(n), err
	})
}
