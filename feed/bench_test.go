package feed_test

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/store"
)

// BenchmarkLine is one visitor's line after the other until each is durable, on
// SQLite, while three readers follow that have nothing to append.
func BenchmarkLine(b *testing.B) {
	ctx, cancel := context.WithCancel(b.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	n := feed.NewNotifier()
	readers := []string{"bot", "queue", "slack"}
	s, err := store.Open(ctx, "sqlite://"+filepath.Join(b.TempDir(), "handoff.db"), store.Options{
		Consumers: readers, Committed: func(ids []conversation.ID) { n.Wake(ids...) },
	})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	defer running.Wait()
	defer cancel()
	for _, name := range readers {
		r := feed.NewRunner(name, handlerFunc(func(_ context.Context, w feed.Work) (feed.Done, error) {
			return feed.Done{Through: w.State.Seq}, nil
		}), s, s, n, feed.RunnerOptions{})
		running.Go(func() { _ = r.Run(ctx) })
	}
	state, err := s.Create(ctx, anna, conversation.Opened{Visitor: anna.ID, Widget: "pk"})
	if err != nil {
		b.Fatal(err)
	}
	says := conversation.Append(conversation.Draft{Author: anna, Source: conversation.FromWidget, Body: conversation.Message{Text: "hello"}})
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := s.Append(ctx, state.ID, "", says); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds()), "p95-µs")
}
