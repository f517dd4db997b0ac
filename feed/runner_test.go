package feed_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/store"
)

var anna = conversation.Author{Role: conversation.Visitor, ID: "vis_anna"}

// house is a store with one consumer and whatever handles it.
type house struct {
	*store.Store
	notifier *feed.Notifier
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{notifier: feed.NewNotifier()}
	s, err := store.Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "test.db"), store.Options{
		Consumers: []string{"reader"},
		Committed: func(ids []conversation.ID) { h.notifier.Wake(ids...) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	h.Store = s
	return h
}

// run runs a handler until the test ends.
func (h *house) run(t *testing.T, o feed.RunnerOptions, handle handlerFunc) (stop func()) {
	t.Helper()
	r := feed.NewRunner("reader", handle, h, h, h.notifier, o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }() // ends with stop
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func (h *house) create(t *testing.T) conversation.ID {
	t.Helper()
	s, err := h.Create(t.Context(), anna, conversation.Opened{Visitor: anna.ID, Widget: "pk"})
	if err != nil {
		t.Fatal(err)
	}
	return s.ID
}

func (h *house) say(t *testing.T, id conversation.ID, text string) {
	t.Helper()
	decide := conversation.VisitorSays(anna, conversation.Message{Text: text}, time.Now(), time.Hour)
	if _, err := h.Append(t.Context(), id, "", decide); err != nil {
		t.Fatal(err)
	}
}

type handlerFunc func(context.Context, feed.Work) (feed.Done, error)

func (f handlerFunc) Handle(ctx context.Context, w feed.Work) (feed.Done, error) { return f(ctx, w) }

func receive[T any](t *testing.T, ch <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(10 * time.Second):
		t.Fatalf("%s did not happen", what)
		panic("unreachable")
	}
}

func TestRunnerMovesThroughTheLog(t *testing.T) {
	h := open(t)
	got := make(chan conversation.Seq, 100)
	h.run(t, feed.RunnerOptions{}, func(_ context.Context, w feed.Work) (feed.Done, error) {
		for _, e := range w.Events {
			got <- e.Seq
		}
		return feed.Done{Through: w.State.Seq}, nil
	})
	id := h.create(t)
	for range 5 {
		h.say(t, id, "hello")
	}
	for want := conversation.Seq(1); want <= 6; want++ {
		if seq := receive(t, got, "the next event"); seq != want {
			t.Fatalf("event %d, want %d", seq, want)
		}
	}
}

func TestRunnerAppendsAndMovesAtOnce(t *testing.T) {
	h := open(t)
	answered := make(chan conversation.Seq, 10)
	h.run(t, feed.RunnerOptions{}, func(_ context.Context, w feed.Work) (feed.Done, error) {
		done := feed.Done{Through: w.State.Seq}
		if w.State.LastVisitor.Seq > w.State.LastBot.Seq {
			answered <- w.State.LastVisitor.Seq
			done.Decide = conversation.BotActs(w.State.LastVisitor.Seq, conversation.Draft{
				Author: conversation.Author{Role: conversation.Bot}, Body: conversation.Message{Text: "hi"},
			})
		}
		return done, nil
	})
	id := h.create(t)
	h.say(t, id, "hello")
	receive(t, answered, "the answer")
	waitFor(t, h, id, func(s conversation.State) bool { return s.LastBot.Seq == 3 })
	if n := len(answered); n != 0 {
		t.Errorf("%d more answers", n)
	}
}

// waitFor blocks until the state is as wanted.
func waitFor(t *testing.T, h *house, id conversation.ID, ok func(conversation.State) bool) {
	t.Helper()
	wake, stop := h.notifier.Watch(id)
	defer stop()
	for {
		s, err := h.State(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if ok(s) {
			return
		}
		receive(t, wake, "the wanted state")
	}
}

func TestSupersededWorkStartsAgainWithoutAnAttempt(t *testing.T) {
	h := open(t)
	attempts := make(chan int, 10)
	h.run(t, feed.RunnerOptions{}, func(_ context.Context, w feed.Work) (feed.Done, error) {
		attempts <- w.Attempts
		if len(attempts) < 4 {
			return feed.Done{Through: w.State.Seq, Decide: func(conversation.State) ([]conversation.Draft, error) {
				return nil, conversation.ErrSuperseded
			}}, nil
		}
		return feed.Done{Through: w.State.Seq}, nil
	})
	h.create(t)
	for i := range 4 {
		if n := receive(t, attempts, "the next attempt"); n != 1 {
			t.Errorf("call %d: attempt %d, want 1", i+1, n)
		}
	}
}

func TestBrokenWorkBlocksOnlyItsConversation(t *testing.T) {
	h := open(t)
	broken := h.create(t)
	good := make(chan conversation.ID, 10)
	failed := make(chan int, 100)
	h.run(t, feed.RunnerOptions{}, func(_ context.Context, w feed.Work) (feed.Done, error) {
		if w.Conversation == broken {
			failed <- w.Attempts
			if w.Attempts%2 == 1 {
				panic("poisoned")
			}
			return feed.Done{}, errors.New("poisoned")
		}
		good <- w.Conversation
		return feed.Done{Through: w.State.Seq}, nil
	})
	receive(t, failed, "the first failure")
	other := h.create(t)
	if got := receive(t, good, "the other conversation's work"); got != other {
		t.Errorf("handled %s, want %s", got, other)
	}
	if n := receive(t, failed, "the second attempt"); n != 2 {
		t.Errorf("attempt %d, want 2", n)
	}
}

func TestBrokenWorkIsParkedAndResumed(t *testing.T) {
	h := open(t)
	id := h.create(t)
	clock := newClock()
	var mended atomic.Bool
	handled := make(chan struct{}, 100)
	h.run(t, feed.RunnerOptions{Now: clock.now, Tick: time.Millisecond}, func(_ context.Context, w feed.Work) (feed.Done, error) {
		if !mended.Load() {
			return feed.Done{}, errors.New("the event is broken")
		}
		handled <- struct{}{}
		return feed.Done{Through: w.State.Seq}, nil
	})
	var parked []feed.Parked
	for deadline := time.Now().Add(10 * time.Second); len(parked) == 0; {
		if time.Now().After(deadline) {
			t.Fatal("the row is not parked")
		}
		clock.add(10 * time.Minute) // longer than any pause between attempts
		var err error
		if parked, err = h.Parked(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if p := parked[0]; p.Conversation != id || p.Attempts < feed.MaxAttempts || p.Cause == "" {
		t.Errorf("parked %+v; want %s after %d attempts with a cause", p, id, feed.MaxAttempts)
	}
	mended.Store(true)
	if n, err := h.Resume(t.Context(), "reader", id); n != 1 || err != nil {
		t.Fatalf("resumed %d, %v", n, err)
	}
	receive(t, handled, "the resumed work")
}

func TestGivenUpIsParkedAtOnce(t *testing.T) {
	h := open(t)
	id := h.create(t)
	var calls atomic.Int32
	h.run(t, feed.RunnerOptions{Tick: time.Millisecond}, func(context.Context, feed.Work) (feed.Done, error) {
		calls.Add(1)
		return feed.Done{}, fmt.Errorf("%w: nobody answers", feed.ErrPark)
	})
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		parked, err := h.Parked(t.Context())
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("the row is not parked: %v", err)
		}
		if len(parked) == 1 {
			if p := parked[0]; p.Conversation != id || p.Attempts != 1 || p.Cause != "given up: nobody answers" || calls.Load() != 1 {
				t.Errorf("parked %+v after %d calls", p, calls.Load())
			}
			return
		}
	}
}

func TestDueIsKept(t *testing.T) {
	h := open(t)
	id := h.create(t)
	calls := make(chan time.Time, 10)
	h.run(t, feed.RunnerOptions{}, func(_ context.Context, w feed.Work) (feed.Done, error) {
		calls <- w.Now
		if w.After == 0 {
			return feed.Done{Through: 0, Due: w.Now.Add(150 * time.Millisecond)}, nil // a back-off
		}
		return feed.Done{Through: w.State.Seq}, nil
	})
	first := receive(t, calls, "the first call")
	h.say(t, id, "an event does not shorten the back-off")
	second := receive(t, calls, "the second call")
	if gap := second.Sub(first); gap < 140*time.Millisecond {
		t.Errorf("called again after %v", gap)
	}
}

func TestStoppingYieldsTheWork(t *testing.T) {
	h := open(t)
	h.create(t)
	started := make(chan struct{})
	stop := h.run(t, feed.RunnerOptions{}, func(ctx context.Context, _ feed.Work) (feed.Done, error) {
		close(started)
		<-ctx.Done()
		return feed.Done{}, ctx.Err()
	})
	receive(t, started, "the call")
	stop()
	claims, err := h.Claim(t.Context(), "reader", time.Now(), time.Second, 10)
	if err != nil || len(claims) != 1 || claims[0].Attempts != 1 {
		t.Errorf("claims %+v, %v; want the row free, at its first attempt", claims, err)
	}
}

func TestALostLeaseCancelsTheHandler(t *testing.T) {
	h := open(t)
	id := h.create(t)
	clock := newClock()
	started, cancelled := make(chan struct{}, 10), make(chan error, 10)
	h.run(t, feed.RunnerOptions{Lease: 60 * time.Millisecond, Now: clock.now}, func(ctx context.Context, w feed.Work) (feed.Done, error) {
		if w.Attempts > 1 {
			return feed.Done{Through: w.State.Seq}, nil
		}
		started <- struct{}{}
		<-ctx.Done()
		cancelled <- context.Cause(ctx)
		return feed.Done{Through: w.State.Seq}, nil
	})
	receive(t, started, "the call")
	// Another node, whose clock is ahead, takes the row over.
	claims, err := h.Claim(t.Context(), "reader", time.Now().Add(time.Hour), time.Hour, 1)
	if err != nil || len(claims) != 1 || claims[0].Conversation != id {
		t.Fatalf("claims %+v, %v", claims, err)
	}
	if why := receive(t, cancelled, "the cancellation"); !errors.Is(why, feed.ErrLeaseLost) {
		t.Errorf("cancelled because of %v, want ErrLeaseLost", why)
	}
}

type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func newClock() *clock { return &clock{} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

func TestOnlyTheLeaderClaims(t *testing.T) {
	h := open(t)
	h.create(t)
	var leads atomic.Bool
	handled := make(chan struct{}, 10)
	h.run(t, feed.RunnerOptions{Leads: leads.Load, Tick: time.Millisecond}, func(_ context.Context, w feed.Work) (feed.Done, error) {
		handled <- struct{}{}
		return feed.Done{Through: w.State.Seq}, nil
	})
	time.Sleep(50 * time.Millisecond) // many ticks
	if len(handled) != 0 {
		t.Fatal("a node that does not lead has worked")
	}
	leads.Store(true)
	receive(t, handled, "the leader's work")
}
