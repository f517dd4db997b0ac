package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
)

// A reader row moves between four conditions: quiet (ready_at null), ready
// (ready_at in the past), waiting (ready_at ahead; with held it backs off, and
// an event does not make it ready) and parked. Being leased comes on top.

// lax marks the operations that only claim or move a reader row.
const lax = true

const insertReader = `insert into readers
	(consumer, conversation, seq, ready_at, held, attempts, lease_until, token, parked_at, cause)
	values ($1, $2, $3, $4, false, 0, 0, '', 0, '')`

// addReaders gives a consumer that is new to this database its rows, at the end
// of each log: what happened before it came is not to be acted upon again.
func (t *tx) addReaders(ctx context.Context, consumer string) error {
	_, err := t.exec(ctx, `insert into readers
		(consumer, conversation, seq, ready_at, held, attempts, lease_until, token, parked_at, cause)
		select $1, c.id, c.last_seq, null, false, 0, 0, '', 0, ''
		from conversations c
		where not exists (select 1 from readers r where r.conversation = c.id and r.consumer = $1)
		on conflict do nothing`, consumer)
	return err
}

// voidLeases frees what a process before this one held. It is right only where
// a file lock says that there is no other process.
func (t *tx) voidLeases(ctx context.Context) error {
	if _, err := t.exec(ctx, `update readers set lease_until = 0, token = '' where lease_until > 0`); err != nil {
		return err
	}
	_, err := t.exec(ctx, `delete from leases`)
	return err
}

// claimed is a row as Claim returns it.
type claimed struct {
	feed.Claim
	readyAt int64
}

// Claim implements feed.Cursors.
func (s *Store) Claim(ctx context.Context, consumer string, now time.Time, lease time.Duration, limit int) ([]feed.Claim, error) {
	token := rand.Text()
	rows, err := writeAs(ctx, s, lax, func(ctx context.Context, t *tx) ([]claimed, error) {
		scan := func(r row) (claimed, error) {
			c := claimed{Claim: feed.Claim{Consumer: consumer, Token: token}}
			err := r.Scan(&c.Conversation, &c.After, &c.Attempts, &c.readyAt)
			return c, err
		}
		return all(ctx, t.writing(), scan, `with due as (
				select conversation from readers
				where consumer = $1 and ready_at <= $2 and lease_until <= $2 and parked_at = 0
				order by ready_at limit $5`+t.d.skip+`)
			update readers set attempts = attempts + 1, lease_until = $3, token = $4
			where consumer = $1 and conversation in (select conversation from due)
			returning conversation, seq, attempts, ready_at`,
			consumer, ms(now), ms(now.Add(lease)), token, limit)
	})
	if err != nil {
		return nil, fmt.Errorf("claim for %s: %w", consumer, err)
	}
	slices.SortFunc(rows, func(a, b claimed) int {
		return cmp.Or(cmp.Compare(a.readyAt, b.readyAt), cmp.Compare(a.Conversation, b.Conversation))
	})
	claims := make([]feed.Claim, len(rows))
	for i, r := range rows {
		claims[i] = r.Claim
	}
	return claims, nil
}

// NextDue implements feed.Cursors. A leased row counts from the end of its
// lease.
func (s *Store) NextDue(ctx context.Context, consumer string) (time.Time, error) {
	next, err := one(ctx, s.read, value[sql.NullInt64], `select min(soonest) from (
			select min(ready_at) as soonest from (
				select ready_at from readers
				where consumer = $1 and ready_at is not null and lease_until = 0 order by ready_at limit 1) free
			union all
			select min(case when ready_at > lease_until then ready_at else lease_until end)
			from readers where consumer = $1 and lease_until > 0) both_kinds`, consumer)
	if err != nil {
		return time.Time{}, fmt.Errorf("next due of %s: %w", consumer, err)
	}
	return at(next.Int64), nil
}

// Renew implements feed.Cursors.
func (s *Store) Renew(ctx context.Context, c feed.Claim, until time.Time) error {
	return s.writeAs(ctx, lax, func(ctx context.Context, t *tx) error {
		return t.move(ctx, c, `lease_until = $4`, ms(until))
	})
}

// move changes the row of a claim; feed.ErrLeaseLost when the token is no longer
// the row's. Its arguments follow $1 to $3.
func (t *tx) move(ctx context.Context, c feed.Claim, set string, args ...any) error {
	n, err := t.exec(ctx, `update readers set `+set+` where conversation = $1 and consumer = $2 and token = $3`,
		append([]any{string(c.Conversation), c.Consumer, c.Token}, args...)...)
	switch {
	case err != nil:
		return fmt.Errorf("move the %s reader of %s: %w", c.Consumer, c.Conversation, err)
	case n == 0 || c.Token == "":
		return feed.ErrLeaseLost
	}
	return nil
}

// Finish implements feed.Cursors. Without a decider it appends nothing and is
// lax.
func (s *Store) Finish(ctx context.Context, c feed.Claim, d feed.Done) (conversation.Outcome, error) {
	return writeAs(ctx, s, d.Decide == nil, func(ctx context.Context, t *tx) (conversation.Outcome, error) {
		// The conversation's row first, then the reader's: the order of Append.
		before, err := t.lockState(ctx, c.Conversation)
		if err != nil {
			return conversation.Outcome{}, err
		}
		woken, err := t.holds(ctx, c)
		if err != nil {
			return conversation.Outcome{}, err
		}
		out := conversation.Outcome{State: before}
		if d.Decide != nil {
			if out, err = t.append(ctx, before, d.Key, d.Decide); err != nil {
				return conversation.Outcome{}, err
			}
		}
		through := min(max(d.Through, c.After), out.State.Seq)
		ready := t.after(d, through, before.Seq, out.State.Seq)
		if woken && !d.BackOff {
			ready = sql.NullInt64{Int64: ms(t.now), Valid: true}
		}
		if ready.Valid && ready.Int64 <= ms(t.now) {
			t.touch(c.Conversation)
		}
		return out, t.move(ctx, c, `seq = $4, ready_at = $5, held = $6, attempts = 0, lease_until = 0, token = '', cause = ''`,
			int64(through), ready, d.BackOff)
	})
}

// after says when a row is ready that has read through, of a log that ended at
// before when the handler was done and ends at last now. What the handler itself
// appends does not shorten its alarm; what others have appended meanwhile does.
func (t *tx) after(d feed.Done, through, before, last conversation.Seq) sql.NullInt64 {
	alarm := sql.NullInt64{Int64: due(d.Due), Valid: !d.Due.IsZero()}
	switch {
	case d.BackOff, alarm.Valid && through >= before:
		return alarm
	case through < last:
		return sql.NullInt64{Int64: ms(t.now), Valid: true}
	}
	return alarm
}

// holds says whether the token is the row's, and keeps the row. woken says that
// something other than an event has happened since the claim.
func (t *tx) holds(ctx context.Context, c feed.Claim) (woken bool, err error) {
	type held struct {
		token string
		ready sql.NullInt64
	}
	is, err := one(ctx, t, func(r row) (h held, err error) {
		err = r.Scan(&h.token, &h.ready)
		return h, err
	}, `select token, ready_at from readers where conversation = $1 and consumer = $2`+t.d.lock, string(c.Conversation), c.Consumer)
	switch {
	case errors.Is(err, conversation.ErrNotFound), err == nil && (is.token == "" || is.token != c.Token):
		return false, feed.ErrLeaseLost
	}
	return is.ready.Int64 == wokenAtWork, err
}

// Fail implements feed.Cursors. A zero retry means at once.
func (s *Store) Fail(ctx context.Context, c feed.Claim, retry time.Time, cause string, park bool) error {
	return s.writeAs(ctx, lax, func(ctx context.Context, t *tx) error {
		if park {
			return t.move(ctx, c, `ready_at = null, held = false, parked_at = $4, cause = $5, lease_until = 0, token = ''`,
				ms(t.now), clean(cause))
		}
		ready := max(due(retry), ms(t.now))
		return t.move(ctx, c, `ready_at = $4, held = true, cause = $5, lease_until = 0, token = ''`, ready, clean(cause))
	})
}

// Yield implements feed.Cursors.
func (s *Store) Yield(ctx context.Context, c feed.Claim) error {
	return s.writeAs(ctx, lax, func(ctx context.Context, t *tx) error {
		t.touch(c.Conversation)
		return t.move(ctx, c, `ready_at = $4, held = false, lease_until = 0, token = '',
			attempts = case when attempts > 0 then attempts - 1 else 0 end`, ms(t.now))
	})
}

// Parked lists the reader rows that gave up, the newest first.
func (s *Store) Parked(ctx context.Context) ([]feed.Parked, error) {
	scan := func(r row) (feed.Parked, error) {
		var p feed.Parked
		var since int64
		err := r.Scan(&p.Consumer, &p.Conversation, &p.Reference, &p.After, &p.Attempts, &p.Cause, &since)
		p.Since = at(since)
		return p, err
	}
	return all(ctx, s.read, scan, `select r.consumer, r.conversation, c.reference, r.seq, r.attempts, r.cause, r.parked_at
		from readers r join conversations c on c.id = r.conversation
		where r.parked_at > 0 order by r.parked_at desc, r.conversation, r.consumer`)
}

// Resume makes parked rows ready again, with no attempts counted, and says how
// many. An empty consumer or id means all of them.
func (s *Store) Resume(ctx context.Context, consumer string, id conversation.ID) (int, error) {
	return write(ctx, s, func(ctx context.Context, t *tx) (int, error) {
		ids, err := all(ctx, t.writing(), value[conversation.ID], `update readers
			set parked_at = 0, attempts = 0, cause = '', ready_at = $1, held = false
			where parked_at > 0 and (consumer = $2 or $2 = '') and (conversation = $3 or $3 = '')
			returning conversation`, ms(t.now), consumer, string(id))
		for _, id := range ids {
			t.touch(id)
		}
		return len(ids), err
	})
}

// Rouse makes rows of a consumer that wait for a time ready at once and returns
// their conversations; without ids, all of them. A row that is leased, backs off
// after an error or is parked stays as it is.
func (s *Store) Rouse(ctx context.Context, consumer string, ids ...conversation.ID) ([]conversation.ID, error) {
	const wake = `update readers set ready_at = $2, held = false
		where consumer = $1 and ready_at > $2 and lease_until = 0 and attempts = 0 and parked_at = 0`
	return write(ctx, s, func(ctx context.Context, t *tx) (woken []conversation.ID, err error) {
		if len(ids) == 0 {
			woken, err = all(ctx, t.writing(), value[conversation.ID], wake+` returning conversation`, consumer, ms(t.now))
		}
		for _, id := range ids {
			n, err := t.exec(ctx, wake+` and conversation = $3`, consumer, ms(t.now), string(id))
			if err != nil {
				return nil, err
			}
			if n > 0 {
				woken = append(woken, id)
			}
		}
		for _, id := range woken {
			t.touch(id)
		}
		return woken, err
	})
}
