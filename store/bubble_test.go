package store_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/store/storetest"
)

// TestBubble: SQLite works inside a synctest bubble, and its clock moves on
// while nothing is written, so that long stories are cheap to test.
func TestBubble(t *testing.T) {
	url := storetest.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), 48*time.Hour)
		defer cancel()
		s := storetest.OpenAt(t, url, store.Options{Consumers: []string{"queue"}})
		storetest.Conversation(t, s)
		began := time.Now()
		for hour := range 24 {
			c, err := s.Claim(ctx, "queue", time.Now(), time.Minute, 1)
			if err != nil || len(c) != 1 {
				t.Fatalf("hour %d: claimed %v, %v", hour, c, err)
			}
			if _, err := s.Finish(ctx, c[0], feed.Done{Through: 1, Due: time.Now().Add(time.Hour)}); err != nil {
				t.Fatal(err)
			}
			due, err := s.NextDue(ctx, "queue")
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Until(due))
		}
		if got := time.Since(began); got != 24*time.Hour {
			t.Errorf("%v passed, want 24h", got)
		}
	})
}
