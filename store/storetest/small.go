package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

func counters(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if _, err := s.Count(ctx, "mail:a", start, 2); err != nil {
				t.Errorf("count: %v", err)
			}
		})
	}
	wg.Wait()
	count := func(name string, window time.Time, n, want int) {
		t.Helper()
		if got := one[int](t)(s.Count(ctx, name, window, n)); got != want {
			t.Errorf("%s = %d, want %d", name, got, want)
		}
	}
	count("mail:a", start, 0, 20)
	count("mail:b", start, 1, 1)
	count("mail:a", start.Add(time.Hour), 3, 3)
	clk.Move(47 * time.Hour)
	count("mail:a", start, 1, 21)
	clk.Move(2 * time.Hour)
	count("mail:a", start, 1, 1) // the window was purged
	count("mail:a", start.Add(time.Hour), 1, 4)
}

func spend(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	get := one[int64](t)
	if got := get(s.Spent(ctx, start, "model")); got != 0 {
		t.Errorf("spent %d before anything, want 0", got)
	}
	if got := get(s.AddSpend(ctx, start, "model", 1_500_000)); got != 1_500_000 {
		t.Errorf("total %d, want 1500000", got)
	}
	if got := get(s.AddSpend(ctx, start.Add(14*time.Hour), "model", 250)); got != 1_500_250 {
		t.Errorf("total %d, want 1500250: it is the same day", got)
	}
	get(s.AddSpend(ctx, start.Add(24*time.Hour), "model", 7))
	get(s.AddSpend(ctx, start, "vision", 9))
	if got := get(s.Spent(ctx, start, "model")); got != 1_500_250 {
		t.Errorf("spent %d, want 1500250", got)
	}
}

// spendIsForgotten: what a visitor spent is kept for the days that a limit can
// look at, the days' totals for ever.
func spendIsForgotten(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	get := one[int64](t)
	spent := func(scope string, want int64) {
		t.Helper()
		if got := get(s.Spent(ctx, start, scope)); got != want {
			t.Errorf("%q spent %d, want %d", scope, got, want)
		}
	}
	get(s.AddSpend(ctx, start, "vis_1", 5))
	get(s.AddSpend(ctx, start, "", 5))
	clk.Move(48 * time.Hour)
	one[int](t)(s.Count(ctx, "any", clk.Now(), 1))
	spent("vis_1", 5)
	clk.Move(48 * time.Hour)
	one[int](t)(s.Count(ctx, "any", clk.Now(), 1))
	spent("vis_1", 0)
	spent("", 5)
}

func policies(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	must(t, s.SavePolicy(ctx, "h1", "levels: []\n", map[string]string{"rule/vip": "handoff.yaml:7"}))
	must(t, s.SavePolicy(ctx, "h1", "another text", nil))
	if got := one[map[string]string](t)(s.PolicyPlaces(ctx, "h1")); got["rule/vip"] != "handoff.yaml:7" {
		t.Errorf("places = %v, want those of before", got)
	}
	must(t, s.SavePolicy(ctx, "h1", "another text", map[string]string{"rule/vip": "handoff.yaml:9"}))
	if got := one[map[string]string](t)(s.PolicyPlaces(ctx, "h1")); got["rule/vip"] != "handoff.yaml:9" {
		t.Errorf("places = %v, want those of now", got)
	}
	if got := one[string](t)(s.Policy(ctx, "h1")); got != "levels: []\n" {
		t.Errorf("policy = %q, want the first text", got)
	}
	if _, err := s.Policy(ctx, "h2"); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("an unknown policy: %v, want ErrNotFound", err)
	}
}

func ping(t *testing.T, url string) {
	s := OpenAt(t, url)
	must(t, s.Ping(context.Background()))
	must(t, s.Close())
	if err := s.Ping(context.Background()); err == nil {
		t.Error("a closed store answers")
	}
}
