package feed

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

// Leader holds a named lease while it runs, so that of several processes one
// does a thing. Held is checked before each act; it turns false by itself when
// the lease could not be renewed in time, without asking the database.
type Leader struct {
	leases  Leases
	name    string
	holder  string
	ttl     time.Duration
	now     func() time.Time
	logger  *slog.Logger
	until   atomic.Int64 // Unix ms up to which we are sure to hold it
	changed chan struct{}
}

// LeaseTTL is how long a leader's lease lasts without renewal. It is renewed
// three times in that time.
const LeaseTTL = 15 * time.Second

// NewLeader returns a Leader for name; holder names this process.
func NewLeader(leases Leases, name, holder string, now func() time.Time, logger *slog.Logger) *Leader {
	return &Leader{
		leases: leases, name: name, holder: holder, ttl: LeaseTTL, now: now, logger: logger,
		changed: make(chan struct{}, 1),
	}
}

// Held says whether this process has the lease now.
func (l *Leader) Held() bool { return l.now().UnixMilli() < l.until.Load() }

// Changed gets a value when the lease was won or lost. Capacity one.
func (l *Leader) Changed() <-chan struct{} { return l.changed }

// Run tries to hold the lease until ctx ends, then gives it up. Without it, it
// asks every second: the holder may have been killed, and then only its lease's
// end says so.
func (l *Leader) Run(ctx context.Context) error {
	for {
		pause := l.ttl / 3
		if !l.renew(ctx) {
			pause = l.ttl / 15
		}
		rest(ctx, pause)
		if ctx.Err() != nil {
			l.release(ctx)
			return nil
		}
	}
}

// renew says whether the lease was won or prolonged.
func (l *Leader) renew(ctx context.Context) bool {
	before := l.Held()
	now := l.now()
	// A database that does not answer must not keep the next attempt, which may
	// find another connection, from being made.
	asking, cancel := context.WithTimeout(ctx, l.ttl/3)
	defer cancel()
	ok, err := l.leases.Acquire(asking, l.name, l.holder, now, l.ttl)
	switch {
	case err != nil && ctx.Err() == nil:
		l.logger.Warn("lease not renewed", "lease", l.name, "error", err)
	case ok:
		// A margin: stop acting before others may start.
		l.until.Store(now.Add(l.ttl - l.ttl/5).UnixMilli())
	case err == nil:
		l.until.Store(0)
	}
	if l.Held() != before {
		poke(l.changed)
	}
	return ok && err == nil
}

func (l *Leader) release(ctx context.Context) {
	l.until.Store(0)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := l.leases.ReleaseLease(ctx, l.name, l.holder); err != nil {
		l.logger.Warn("lease not released", "lease", l.name, "error", err)
	}
}
