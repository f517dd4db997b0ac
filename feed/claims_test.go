package feed_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
)

// cursors are a store's with some answers changed.
type cursors struct {
	feed.Cursors
	claims  atomic.Int64
	claim   func(context.Context) error
	nextDue func() (time.Time, error)
	renew   func() error
}

func (c *cursors) Claim(ctx context.Context, consumer string, now time.Time, lease time.Duration, limit int) ([]feed.Claim, error) {
	c.claims.Add(1)
	if c.claim != nil {
		return nil, c.claim(ctx)
	}
	return c.Cursors.Claim(ctx, consumer, now, lease, limit)
}

func (c *cursors) NextDue(ctx context.Context, consumer string) (time.Time, error) {
	if c.nextDue != nil {
		return c.nextDue()
	}
	return c.Cursors.NextDue(ctx, consumer)
}

func (c *cursors) Renew(ctx context.Context, claim feed.Claim, until time.Time) error {
	if c.renew != nil {
		return c.renew()
	}
	return c.Cursors.Renew(ctx, claim, until)
}

func alwaysDue() (time.Time, error) { return time.UnixMilli(1), nil }

// A Runner that is stopped while it claims has nothing to complain about.
func TestANormalStopLogsNothing(t *testing.T) {
	claiming := make(chan struct{}, 1)
	c := &cursors{nextDue: alwaysDue, claim: func(ctx context.Context) error {
		claiming <- struct{}{}
		<-ctx.Done()
		return fmt.Errorf("claim: %w", ctx.Err())
	}}
	var log bytes.Buffer
	r := feed.NewRunner("reader", nil, c, nil, feed.NewNotifier(), feed.RunnerOptions{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }() // ends with cancel
	receive(t, claiming, "the claim")
	cancel()
	if err := receive(t, done, "the end"); err != nil || log.Len() > 0 {
		t.Errorf("run: %v, log: %s", err, log.String())
	}
}

// A database that refuses claims, say because its disk is full, is asked once a
// second, although a row is due and everybody wakes.
func TestRefusedClaimsAreRare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &cursors{nextDue: alwaysDue, claim: func(context.Context) error { return conversation.ErrStorageFull }}
		n := feed.NewNotifier()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var waker sync.WaitGroup
		defer waker.Wait()
		waker.Go(func() {
			for ctx.Err() == nil {
				n.Wake()
				time.Sleep(time.Millisecond)
			}
		})
		if err := feed.NewRunner("reader", nil, c, nil, n, feed.RunnerOptions{}).Run(ctx); err != nil {
			t.Error(err)
		}
		if got := c.claims.Load(); got < 5 || got > 11 {
			t.Errorf("%d claims in ten seconds, want about one a second", got)
		}
	})
}

// A claim is a write; where nothing is due there is none, however often the
// Runner is woken.
func TestNothingDueIsNotClaimed(t *testing.T) {
	asked := make(chan struct{}, 1000)
	c := &cursors{nextDue: func() (time.Time, error) {
		asked <- struct{}{}
		return time.Time{}, nil
	}}
	n := feed.NewNotifier()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- feed.NewRunner("reader", nil, c, nil, n, feed.RunnerOptions{}).Run(ctx) }() // ends with cancel
	receive(t, asked, "the first look")
	for range 20 {
		n.Wake("cnv_1")
		receive(t, asked, "the next look")
	}
	cancel()
	receive(t, done, "the end")
	if got := c.claims.Load(); got != 0 {
		t.Errorf("%d claims", got)
	}
}

// An alarm is not a back-off: what was said while the handler worked, which it
// has not seen, does not wait for the alarm.
func TestAnAlarmDoesNotHideWhatCameMeanwhile(t *testing.T) {
	h := open(t)
	id := h.create(t)
	seen := make(chan conversation.Seq, 10)
	h.run(t, feed.RunnerOptions{}, func(_ context.Context, w feed.Work) (feed.Done, error) {
		if w.State.Seq == 1 {
			h.say(t, id, "said meanwhile")
		}
		seen <- w.State.Seq
		return feed.Done{Through: w.State.Seq, Due: w.Now.Add(time.Hour)}, nil
	})
	for want := conversation.Seq(1); want <= 2; want++ {
		if got := receive(t, seen, "the call"); got != want {
			t.Errorf("read up to %d, want %d", got, want)
		}
	}
}

// A decider that fails each time is as broken as a handler that does.
func TestABrokenDeciderIsParked(t *testing.T) {
	for name, decide := range map[string]conversation.Decider{
		"refuses":                 func(conversation.State) ([]conversation.Draft, error) { return nil, errors.New("never") },
		"panics":                  func(conversation.State) ([]conversation.Draft, error) { panic("never") },
		"appends what may not be": conversation.Append(conversation.Draft{Body: conversation.Reopened{}}),
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			h.create(t)
			clock := newClock()
			h.run(t, feed.RunnerOptions{Now: clock.now, Tick: time.Millisecond}, func(_ context.Context, w feed.Work) (feed.Done, error) {
				return feed.Done{Through: w.State.Seq, Decide: decide}, nil
			})
			for deadline := time.Now().Add(10 * time.Second); ; {
				clock.add(10 * time.Minute) // longer than any pause between attempts
				if parked, err := h.Parked(t.Context()); err != nil || len(parked) == 1 {
					return
				}
				if time.Now().After(deadline) {
					t.Fatal("the row is not parked")
				}
			}
		})
	}
}

// A lease that cannot be renewed, say because the disk is full, cancels the
// handler, but that is not the handler's failure. What is left of the lease, 100 ms,
// is time to give it back.
func TestAFailedRenewalIsNoAttempt(t *testing.T) {
	h := open(t)
	h.create(t)
	c := &cursors{Cursors: h, renew: func() error { return conversation.ErrStorageFull }}
	attempts := make(chan int, 100)
	r := feed.NewRunner("reader", handlerFunc(func(ctx context.Context, w feed.Work) (feed.Done, error) {
		attempts <- w.Attempts
		<-ctx.Done()
		return feed.Done{}, ctx.Err()
	}), c, h, h.notifier, feed.RunnerOptions{Lease: 150 * time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }() // ends with cancel
	for range feed.MaxAttempts + 2 {
		if n := receive(t, attempts, "the call"); n > 2 {
			t.Errorf("attempt %d", n)
		}
	}
	cancel()
	receive(t, done, "the end")
	if parked, err := h.Parked(t.Context()); err != nil || len(parked) != 0 {
		t.Errorf("parked: %+v, %v; want none", parked, err)
	}
}

// silent is a database that does not answer the first question.
type silent struct {
	feed.Leases
	asked int
}

func (s *silent) Acquire(ctx context.Context, _, _ string, _ time.Time, _ time.Duration) (bool, error) {
	if s.asked++; s.asked == 1 {
		<-ctx.Done()
		return false, ctx.Err()
	}
	return true, nil
}

func (s *silent) ReleaseLease(context.Context, string, string) error { return nil }

func TestALeaderAsksAgainWhenNobodyAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := feed.NewLeader(&silent{}, "slack", "node", time.Now, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithTimeout(t.Context(), feed.LeaseTTL)
		defer cancel()
		done := make(chan error, 1)
		go func() { done <- l.Run(ctx) }() // ends with ctx
		select {
		case <-l.Changed():
		case <-ctx.Done():
			t.Error("the lease was not won")
		}
		cancel()
		<-done
	})
}

// killed is a lease that a killed process holds until its end.
type killed struct {
	silent
	until time.Time
}

func (k *killed) Acquire(_ context.Context, _, _ string, now time.Time, _ time.Duration) (bool, error) {
	return !now.Before(k.until), nil
}

func TestAKilledLeaderIsFollowedSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		k := &killed{until: start.Add(feed.LeaseTTL - 100*time.Millisecond)}
		l := feed.NewLeader(k, "slack", "node", time.Now, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		done := make(chan error, 1)
		go func() { done <- l.Run(ctx) }() // ends with ctx
		<-l.Changed()
		if after := time.Since(k.until); after > time.Second {
			t.Errorf("the lease was taken %v after its end", after)
		}
		cancel()
		<-done
	})
}
