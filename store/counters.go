package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// What nobody will ask for again is deleted, at most every sweepEvery: windows of
// counters that began longer ago than counterLife, what a visitor spent on days
// before that, codes, used tokens and presences keepOver after they were over, the
// links that stop mails optOutLife after the last mail, unless they were used, and
// what a visitor did trackedLife after the last of it. No limit
// looks back longer than a day. The totals of the days are kept.
const (
	counterLife = 48 * time.Hour
	keepOver    = 24 * time.Hour
	sweepEvery  = time.Hour
	optOutLife  = 90 * 24 * time.Hour
	trackedLife = 30 * 24 * time.Hour
)

// Count adds n to the counter (name, start of its window) and returns the sum.
func (s *Store) Count(ctx context.Context, name string, window time.Time, n int) (int, error) {
	return write(ctx, s, func(ctx context.Context, t *tx) (int, error) {
		if err := t.sweep(ctx); err != nil {
			return 0, err
		}
		sum, err := one(ctx, t.writing(), value[int], `insert into counters (name, start, n) values ($1, $2, $3)
			on conflict (name, start) do update set n = counters.n + excluded.n returning n`, name, ms(window), n)
		if err != nil {
			return 0, fmt.Errorf("count %s: %w", name, err)
		}
		return sum, nil
	})
}

func (t *tx) sweep(ctx context.Context) error {
	last, now := t.s.swept.Load(), ms(t.now)
	if now-last < sweepEvery.Milliseconds() || !t.s.swept.CompareAndSwap(last, now) {
		return nil
	}
	old, over := now-counterLife.Milliseconds(), now-keepOver.Milliseconds()
	for _, d := range []struct {
		what, text string
		arg        any
	}{
		{"counters", `delete from counters where start < $1`, old},
		// A day's name sorts like the day. One day more, for clocks of all zones.
		{"what visitors spent", `delete from spend where day < $1 and scope <> ''`, at(old).AddDate(0, 0, -1).Format(time.DateOnly)},
		{"used tokens", `delete from used_tokens where expires < $1`, over},
		{"what visitors did", `delete from tracked where updated < $1`, now - trackedLife.Milliseconds()},
		{"codes", `delete from codes where expires < $1`, over},
		{"links that stop mails", `delete from optouts where not stopped and seen < $1`, now - optOutLife.Milliseconds()},
		{"who was there", `delete from presence where conversation in (select p.conversation from presence p
			join conversations c on c.id = p.conversation where c.mode = 'closed' and c.updated < $1)`, over},
	} {
		if _, err := t.exec(ctx, d.text, d.arg); err != nil {
			return fmt.Errorf("forget %s: %w", d.what, err)
		}
	}
	return nil
}

// AddSpend adds millionths of the currency to what a scope has spent on a
// calendar day (day's date in day's own location) and returns the day's total.
func (s *Store) AddSpend(ctx context.Context, day time.Time, scope string, micro int64) (int64, error) {
	return write(ctx, s, func(ctx context.Context, t *tx) (int64, error) {
		total, err := one(ctx, t.writing(), value[int64], `insert into spend (day, scope, micro) values ($1, $2, $3)
			on conflict (day, scope) do update set micro = spend.micro + excluded.micro returning micro`,
			day.Format(time.DateOnly), scope, micro)
		if err != nil {
			return 0, fmt.Errorf("add to what %s has spent: %w", scope, err)
		}
		return total, nil
	})
}

// Spent returns what a scope has spent on a calendar day, in millionths.
func (s *Store) Spent(ctx context.Context, day time.Time, scope string) (int64, error) {
	total, err := one(ctx, s.read, value[int64], `select micro from spend where day = $1 and scope = $2`,
		day.Format(time.DateOnly), scope)
	if errors.Is(err, conversation.ErrNotFound) {
		return 0, nil
	}
	return total, err
}
