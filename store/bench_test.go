package store_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/store/storetest"
)

// BenchmarkAppend is one visitor's line with a key, to a log with three readers,
// by clients that each have their own conversation.
func BenchmarkAppend(b *testing.B) {
	for _, clients := range []int{1, 64} {
		b.Run(fmt.Sprintf("sqlite/clients=%d", clients), func(b *testing.B) {
			benchmarkAppend(b, storetest.SQLite(b), clients)
		})
		b.Run(fmt.Sprintf("postgres/clients=%d", clients), func(b *testing.B) {
			benchmarkAppend(b, storetest.Postgres(b), clients)
		})
	}
}

func benchmarkAppend(b *testing.B, url string, clients int) {
	ctx := context.Background()
	s := storetest.OpenAt(b, url, store.Options{Consumers: []string{"bot", "queue", "slack"}})
	ids := make([]conversation.ID, clients)
	for i := range ids {
		ids[i] = storetest.Conversation(b, s).ID
	}
	var n atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for _, id := range ids {
		wg.Go(func() {
			for {
				i := n.Add(1)
				if i > int64(b.N) {
					return
				}
				if _, err := s.Append(ctx, id, fmt.Sprintf("v:%d", i), storetest.Says("My order has not arrived yet.")); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "appends/s")
}

// BenchmarkIdle is what a Runner asks when nothing is due, among 1,000 quiet
// conversations: the question, and the claim that it saves.
func BenchmarkIdle(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			ctx := context.Background()
			s := storetest.OpenAt(b, url(b), store.Options{Consumers: []string{"bot"}})
			for range 1000 {
				storetest.Conversation(b, s)
			}
			for claims := 1; claims > 0; {
				got, err := s.Claim(ctx, "bot", time.Now(), time.Minute, 1000)
				if err != nil {
					b.Fatal(err)
				}
				for _, c := range got {
					if _, err := s.Finish(ctx, c, feed.Done{Through: 1}); err != nil {
						b.Fatal(err)
					}
				}
				claims = len(got)
			}
			b.Run("ask", func(b *testing.B) {
				for b.Loop() {
					if due, err := s.NextDue(ctx, "bot"); err != nil || !due.IsZero() {
						b.Fatal(due, err)
					}
				}
			})
			b.Run("claim", func(b *testing.B) {
				for b.Loop() {
					if got, err := s.Claim(ctx, "bot", time.Now(), time.Minute, 8); err != nil || len(got) > 0 {
						b.Fatal(got, err)
					}
				}
			})
		})
	}
}
