package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// SQLite's numbers for pragma synchronous.
const syncNormal, syncFull = 1, 2

func level(ctx context.Context, t *tx) (int, error) {
	return one(ctx, t, value[int], `select synchronous from pragma_synchronous`)
}

func levelOf(t *testing.T, s *Store, lax bool) int {
	t.Helper()
	got, err := writeAs(context.Background(), s, lax, level)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestLaxGroups: a group goes without an fsync only when all of it may; after a
// lax one the next is durable again, also on a new connection.
func TestLaxGroups(t *testing.T) {
	s := openFile(t, file(t), Options{})
	for i, c := range []struct {
		lax  bool
		want int
	}{{false, syncFull}, {true, syncNormal}, {true, syncNormal}, {false, syncFull}, {true, syncNormal}, {false, syncFull}, {true, syncNormal}} {
		if got := levelOf(t, s, c.lax); got != c.want {
			t.Errorf("transaction %d, lax %v: synchronous = %d, want %d", i+1, c.lax, got, c.want)
		}
	}
	err := s.writer.alone(context.Background(), func(ctx context.Context, t *tx) error {
		if got, err := level(ctx, t); got != syncFull || err != nil {
			return errors.New("an operation alone is not durable")
		}
		return s.writer.conn.Raw(func(any) error { return driver.ErrBadConn })
	})
	if !errors.Is(err, driver.ErrBadConn) {
		t.Fatalf("losing the connection: %v", err)
	}
	if got := levelOf(t, s, true); got != syncNormal {
		t.Errorf("lax on a new connection: synchronous = %d", got)
	}
	if got := levelOf(t, s, false); got != syncFull {
		t.Errorf("after it: synchronous = %d, want %d", got, syncFull)
	}
}

// TestMixedGroupIsDurable: one durable operation makes its whole group durable.
func TestMixedGroupIsDurable(t *testing.T) {
	s := openFile(t, file(t), Options{})
	inside, gate := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = s.writeAs(context.Background(), lax, func(context.Context, *tx) error {
			close(inside)
			<-gate
			return nil
		})
	})
	<-inside
	for i := range 5 {
		wg.Go(func() {
			got, err := writeAs(context.Background(), s, i != 2, level)
			if got != syncFull || err != nil {
				t.Errorf("operation %d: synchronous = %d, %v, want %d", i, got, err, syncFull)
			}
		})
	}
	for len(s.writer.queue) < 5 {
		runtime.Gosched() // they are on their way into the queue
	}
	close(gate)
	wg.Wait()
}

// TestWhatIsLax: appends never are, and neither is the row of a post; claims and
// moves of a reader are.
func TestWhatIsLax(t *testing.T) {
	ctx := context.Background()
	s := openFile(t, file(t), Options{Consumers: []string{"bot"}})
	var c feed.Claim
	id := create(t, s)
	for _, step := range []struct {
		name string
		lax  bool
		do   func() error
	}{
		{"append", false, func() error { _, err := s.Append(ctx, id, "", says("hello")); return err }},
		{"claim", true, func() error {
			got, err := s.Claim(ctx, "bot", time.Now(), time.Minute, 1)
			c = got[0]
			return err
		}},
		{"renew", true, func() error { return s.Renew(ctx, c, time.Now().Add(time.Minute)) }},
		{"finish with a decider", false, func() error {
			_, err := s.Finish(ctx, c, feed.Done{Through: 1, Decide: says("an answer")})
			return err
		}},
		{"claim again", true, func() error {
			got, err := s.Claim(ctx, "bot", time.Now().Add(time.Second), time.Minute, 1)
			c = got[0]
			return err
		}},
		{"finish", true, func() error { _, err := s.Finish(ctx, c, feed.Done{Through: 3}); return err }},
		{"thread", false, func() error {
			_, _, err := s.OpenThread(ctx, ledgerThread(id))
			return err
		}},
		{"leader", false, func() error { _, err := s.Acquire(ctx, "slack", "a", time.Now(), time.Minute); return err }},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		// The writer has answered, so nobody else looks at it.
		if got := s.writer.lax; got != step.lax {
			t.Errorf("%s was committed lax: %v, want %v", step.name, got, step.lax)
		}
	}
}

func ledgerThread(id conversation.ID) ledger.Thread {
	return ledger.Thread{Conversation: id, Epoch: 1, Team: "T1", Channel: "C1", Marker: "h:1"}
}
