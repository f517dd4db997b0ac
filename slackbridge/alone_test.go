package slackbridge

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/store/storetest"
)

// Of the works of one name one is done at a time, over two processes on one database;
// those of another name do not wait for it.
func TestAloneOverTwoProcesses(t *testing.T) {
	db := storetest.Open(t)
	nodes := [2]*Bridge{}
	for i := range nodes {
		nodes[i] = &Bridge{Deps: Deps{Leases: db, Now: time.Now}}
	}
	var inside, done atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			err := nodes[i%2].alone(t.Context(), "line", func() error {
				if inside.Add(1) != 1 {
					t.Error("two work at once")
				}
				if i == 0 {
					if err := nodes[1].alone(t.Context(), "another line", func() error { return nil }); err != nil {
						t.Errorf("another line waits: %v", err)
					}
				}
				inside.Add(-1)
				done.Add(1)
				return nil
			})
			if err != nil {
				t.Errorf("work %d: %v", i, err)
			}
		})
	}
	all.Wait()
	if done.Load() != 8 {
		t.Errorf("%d works were done, want 8", done.Load())
	}
}
