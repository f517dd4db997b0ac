package feed_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
)

// A handler that cannot write for want of room is tried again for as long as it
// takes; a conversation is not parked for it.
func TestAFullDiskParksNothing(t *testing.T) {
	h := open(t)
	h.create(t)
	clock := newClock()
	tried := make(chan int, 100)
	h.run(t, feed.RunnerOptions{Now: clock.now, Tick: time.Millisecond}, func(_ context.Context, w feed.Work) (feed.Done, error) {
		tried <- w.Attempts
		return feed.Done{}, fmt.Errorf("note the attempt: %w", conversation.ErrStorageFull)
	})
	deadline := time.Now().Add(10 * time.Second)
	for attempts := 0; attempts < feed.MaxAttempts+3; {
		clock.add(10 * time.Minute) // longer than any pause between attempts
		select {
		case attempts = <-tried:
		case <-time.After(5 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("it was tried %d times, want it tried on", attempts)
		}
	}
	if parked, err := h.Parked(t.Context()); err != nil || len(parked) != 0 {
		t.Errorf("parked: %+v, %v; want none", parked, err)
	}
}
