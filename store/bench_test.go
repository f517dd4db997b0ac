package store_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
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
