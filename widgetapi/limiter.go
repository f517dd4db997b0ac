package widgetapi

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limiter holds the token buckets of this process. They start full after a
// restart.
type limiter struct {
	mu      sync.Mutex
	buckets map[string]*tokens
}

type tokens struct {
	*rate.Limiter
	period time.Duration
	used   time.Time
}

func newLimiter() *limiter { return &limiter{buckets: make(map[string]*tokens)} }

// take takes one token from each bucket, or from none and says how long to wait.
// who names the client per kind ("ip", "visitor", "subject"); a bucket whose kind it does
// not name is passed over.
func (l *limiter) take(now time.Time, buckets []bucket, who map[string]string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	var taken []*rate.Reservation
	for _, b := range buckets {
		name := who[b.per]
		if name == "" {
			continue
		}
		r := l.bucket(now, b, name).ReserveN(now, 1)
		taken = append(taken, r)
		wait := r.DelayFrom(now)
		if wait == 0 {
			continue
		}
		for _, r := range taken {
			r.CancelAt(now)
		}
		return wait
	}
	return 0
}

func (l *limiter) bucket(now time.Time, b bucket, name string) *tokens {
	key := b.name + "\x00" + b.per + "\x00" + name
	every := rate.Limit(float64(b.n) / b.period.Seconds())
	t := l.buckets[key]
	if t == nil {
		t = &tokens{Limiter: rate.NewLimiter(every, b.n), period: b.period}
		l.buckets[key] = t
	}
	if t.Burst() != b.n {
		t.SetLimitAt(now, every)
		t.SetBurstAt(now, b.n)
	}
	t.used = now
	return t
}

// sweep forgets the buckets that are full again.
func (l *limiter) sweep(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, t := range l.buckets {
		if now.Sub(t.used) > t.period {
			delete(l.buckets, key)
		}
	}
}

// dayCounts counts what is limited per day. The sum lives in the database; this
// process adds to it in batches, so that a message costs no second commit.
type dayCounts struct {
	counters Counters
	mu       sync.Mutex
	open     map[dayKey]*dayCount
}

type dayKey struct {
	name   string
	window time.Time
}

// dayCount is one counter of a day. read is closed once stored, or err, is known.
type dayCount struct {
	stored, added int
	read          chan struct{}
	err           error
}

// flushAt is how many counts may be ahead of the database within a tick.
const flushAt = 16

func newDayCounts(c Counters) *dayCounts {
	return &dayCounts{counters: c, open: make(map[dayKey]*dayCount)}
}

// add counts one and returns the sum of the day so far, this one included.
// Counts that arrive together are each told their own number.
func (d *dayCounts) add(ctx context.Context, name string, now time.Time) (int, error) {
	key := dayKey{name, day(now)}
	d.mu.Lock()
	c, known := d.open[key]
	if !known {
		c = &dayCount{read: make(chan struct{})}
		d.open[key] = c
	}
	d.mu.Unlock()
	if !known {
		return d.first(ctx, key, c)
	}
	<-c.read
	d.mu.Lock()
	if c.err != nil {
		d.mu.Unlock()
		return 0, c.err
	}
	c.added++
	sum, due := c.stored+c.added, c.added >= flushAt
	d.mu.Unlock()
	if due {
		return sum, d.flush(ctx, key)
	}
	return sum, nil
}

// first reads a counter from the database by counting one there.
func (d *dayCounts) first(ctx context.Context, key dayKey, c *dayCount) (int, error) {
	// Others wait for it, who are still there when this caller has gone.
	stored, err := d.counters.Count(context.WithoutCancel(ctx), key.name, key.window, 1)
	d.mu.Lock()
	defer d.mu.Unlock()
	defer close(c.read)
	if err != nil {
		c.err = err
		delete(d.open, key)
		return 0, err
	}
	c.stored = stored
	return stored, nil
}

// flush writes what was added. On an error it is kept for the next time.
func (d *dayCounts) flush(ctx context.Context, key dayKey) error {
	d.mu.Lock()
	c := d.open[key]
	if c == nil || c.added == 0 {
		d.mu.Unlock()
		return nil
	}
	n := c.added
	c.added, c.stored = 0, c.stored+n
	d.mu.Unlock()
	sum, err := d.counters.Count(ctx, key.name, key.window, n)
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil {
		c.added, c.stored = c.added+n, c.stored-n
		return err
	}
	c.stored = max(c.stored, sum)
	return nil
}

// flushAll writes everything and forgets the days that are over.
func (d *dayCounts) flushAll(ctx context.Context, now time.Time) error {
	d.mu.Lock()
	keys := make([]dayKey, 0, len(d.open))
	for key := range d.open {
		keys = append(keys, key)
	}
	d.mu.Unlock()
	var errs []error
	for _, key := range keys {
		if err := d.flush(ctx, key); err != nil {
			errs = append(errs, err)
			continue
		}
		if !key.window.Equal(day(now)) {
			d.mu.Lock()
			delete(d.open, key)
			d.mu.Unlock()
		}
	}
	return errors.Join(errs...)
}

func day(now time.Time) time.Time { return now.UTC().Truncate(24 * time.Hour) }

// nextDay is how long a limit per day stays used up.
func nextDay(now time.Time) time.Duration { return day(now).Add(24 * time.Hour).Sub(now) }

// pseudonym names a client in a stored counter without keeping its address.
func pseudonym(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}
