package feed_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
)

func TestNotifierMergesAndNeverBlocks(t *testing.T) {
	n := feed.NewNotifier()
	one, stop := n.Watch("cnv_1")
	all, stopAll := n.WatchAll()
	defer stopAll()
	for range 100 {
		n.Wake("cnv_1", "cnv_2")
	}
	receive(t, one, "the wake-up")
	receive(t, all, "the wake-up of all")
	select {
	case <-one:
		t.Error("a hundred wake-ups did not become one")
	default:
	}
	stop()
	n.Wake("cnv_1")
	select {
	case <-one:
		t.Error("woken after stop")
	default:
	}
}

func TestLiveKeepsTheNewest(t *testing.T) {
	l := feed.NewLive(nil)
	signal := func(s string, keep bool) feed.Signal {
		return feed.Signal{Kind: feed.SignalDraft, Data: json.RawMessage(s), Keep: keep}
	}
	l.Publish("cnv_1", signal(`"kept"`, true))
	got, stop := l.Watch("cnv_1")
	defer stop()
	if s := receive(t, got, "the kept signal"); string(s.Data) != `"kept"` {
		t.Errorf("got %s", s.Data)
	}
	for range 100 {
		l.Publish("cnv_1", signal(`"old"`, false))
	}
	l.Publish("cnv_1", signal(`"new"`, false))
	var last feed.Signal
	for len(got) > 0 {
		last = <-got
	}
	if string(last.Data) != `"new"` {
		t.Errorf("the newest signal was dropped; last is %s", last.Data)
	}
	l.Publish("cnv_1", feed.Signal{Kind: feed.SignalDraft, Keep: true})
	late, stopLate := l.Watch("cnv_1")
	defer stopLate()
	if len(late) != 0 {
		t.Error("a forgotten signal was kept")
	}
}

func TestLiveForwards(t *testing.T) {
	forwarded := make(chan conversation.ID, 1)
	l := feed.NewLive(func(id conversation.ID, _ feed.Signal) { forwarded <- id })
	l.Publish("cnv_1", feed.Signal{Kind: feed.SignalTyping, Data: json.RawMessage(`{}`)})
	if id := receive(t, forwarded, "the forward"); id != "cnv_1" {
		t.Errorf("forwarded %s", id)
	}
	l.Deliver("cnv_1", feed.Signal{Kind: feed.SignalTyping, Data: json.RawMessage(`{}`)})
	if len(forwarded) != 0 {
		t.Error("a delivered signal went out again")
	}
}

// table is a Leases in memory: one row, no clock of its own.
type table struct {
	mu     sync.Mutex
	holder string
	until  time.Time
	broken bool
}

func (l *table) Acquire(_ context.Context, _, holder string, now time.Time, ttl time.Duration) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken {
		return false, context.DeadlineExceeded
	}
	if l.holder != holder && now.Before(l.until) {
		return false, nil
	}
	l.holder, l.until = holder, now.Add(ttl)
	return true, nil
}

func (l *table) ReleaseLease(_ context.Context, _, holder string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.holder == holder {
		l.until = time.Time{}
	}
	return nil
}

func TestOneLeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases := &table{}
		first, stopFirst := lead(t, leases, "a")
		synctest.Wait()
		second, stopSecond := lead(t, leases, "b")
		defer stopSecond()
		time.Sleep(time.Minute)
		if !first.Held() || second.Held() {
			t.Fatalf("held: a %v, b %v; want a alone", first.Held(), second.Held())
		}
		stopFirst()
		time.Sleep(feed.LeaseTTL)
		if first.Held() || !second.Held() {
			t.Fatalf("held after a stopped: a %v, b %v; want b alone", first.Held(), second.Held())
		}
		leases.fail()
		time.Sleep(feed.LeaseTTL)
		if second.Held() {
			t.Error("b still acts although its lease cannot be renewed")
		}
	})
}

func (l *table) fail() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = true
}

func lead(t *testing.T, leases feed.Leases, holder string) (*feed.Leader, func()) {
	l := feed.NewLeader(leases, "slack", holder, time.Now, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }() // ends with the returned stop
	return l, func() { cancel(); <-done }
}
