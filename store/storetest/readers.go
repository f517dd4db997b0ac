package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/store"
)

const lease = 15 * time.Second

func optionsAt(c *clock) store.Options {
	return store.Options{Consumers: []string{"bot", "queue", "slack"}, Now: c.Now}
}

// claim takes one row, which has to be there.
func claim(t *testing.T, s *store.Store, consumer string, now time.Time) feed.Claim {
	t.Helper()
	got := claims(t, s, consumer, now)
	if len(got) != 1 {
		t.Fatalf("claimed %d rows of %s, want 1", len(got), consumer)
	}
	return got[0]
}

func claims(t *testing.T, s *store.Store, consumer string, now time.Time) []feed.Claim {
	t.Helper()
	got, err := s.Claim(context.Background(), consumer, now, lease, 10)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	return got
}

func finish(t *testing.T, s *store.Store, c feed.Claim, d feed.Done) conversation.Outcome {
	t.Helper()
	out, err := s.Finish(context.Background(), c, d)
	if err != nil {
		t.Fatalf("finish: %v", err)
	}
	return out
}

// finishAll finishes a claim at the end of its log.
func finishAll(t *testing.T, s *store.Store, c feed.Claim) {
	t.Helper()
	finish(t, s, c, feed.Done{Through: 1 << 40})
}

func readerLifecycle(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	a, b := Conversation(t, s).ID, conversation.ID("")
	clk.Move(time.Second)
	b = Conversation(t, s).ID
	got := claims(t, s, "bot", clk.Now())
	if len(got) != 2 || got[0].Conversation != a || got[1].Conversation != b {
		t.Fatalf("claimed %+v, want %s and %s, oldest first", got, a, b)
	}
	if c := got[0]; c.After != 0 || c.Attempts != 1 || c.Token == "" || c.Consumer != "bot" {
		t.Errorf("claim = %+v", c)
	}
	if more := claims(t, s, "bot", clk.Now()); len(more) != 0 {
		t.Errorf("leased rows were claimed again: %+v", more)
	}
	if more := claims(t, s, "queue", clk.Now()); len(more) != 2 {
		t.Errorf("another consumer got %d rows, want 2", len(more))
	}
	finish(t, s, got[0], feed.Done{Through: 1})
	if _, err := s.Finish(context.Background(), got[0], feed.Done{Through: 1}); !errors.Is(err, feed.ErrLeaseLost) {
		t.Errorf("finishing twice: %v, want ErrLeaseLost", err)
	}
	if more := claims(t, s, "bot", clk.Now()); len(more) != 0 {
		t.Errorf("a quiet row was claimed: %+v", more)
	}
	mustAppend(t, s, a, "", Says("one"))
	mustAppend(t, s, a, "", Says("two"))
	c := claim(t, s, "bot", clk.Now())
	if c.After != 1 || c.Attempts != 1 {
		t.Errorf("claim = %+v, want after 1, the first attempt", c)
	}
	finish(t, s, c, feed.Done{Through: 2})
	if c = claim(t, s, "bot", clk.Now()); c.After != 2 {
		t.Errorf("an unread event left the row at %+v, want ready after 2", c)
	}
	finish(t, s, c, feed.Done{}) // nothing read: never backwards
	if c = claim(t, s, "bot", clk.Now()); c.After != 2 {
		t.Errorf("the position went to %d, want 2", c.After)
	}
}

// leaseExpires: another process takes over after the lease, and the first one
// can no longer commit. Renewing in time prevents it.
func leaseExpires(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	Conversation(t, s)
	old := claim(t, s, "bot", clk.Now())
	must(t, s.Renew(ctx, old, clk.Move(10*time.Second).Add(lease)))
	if got := claims(t, s, "bot", clk.Move(10*time.Second)); len(got) != 0 {
		t.Fatal("a renewed lease was taken")
	}
	now := clk.Move(lease)
	fresh := claim(t, s, "bot", now)
	if fresh.Attempts != 2 {
		t.Errorf("attempt %d after an expired lease, want 2", fresh.Attempts)
	}
	if err := s.Renew(ctx, old, now.Add(lease)); !errors.Is(err, feed.ErrLeaseLost) {
		t.Errorf("renew: %v, want ErrLeaseLost", err)
	}
	if err := s.Fail(ctx, old, now, "x", true); !errors.Is(err, feed.ErrLeaseLost) {
		t.Errorf("fail: %v, want ErrLeaseLost", err)
	}
	if err := s.Yield(ctx, old); !errors.Is(err, feed.ErrLeaseLost) {
		t.Errorf("yield: %v, want ErrLeaseLost", err)
	}
	_, err := s.Finish(ctx, old, feed.Done{Through: 1, Decide: Says("too late")})
	if !errors.Is(err, feed.ErrLeaseLost) {
		t.Errorf("finish: %v, want ErrLeaseLost", err)
	}
	out := finish(t, s, fresh, feed.Done{Through: 1, Decide: Says("in time")})
	if out.State.Seq != 2 {
		t.Errorf("the log ends at %d, want 2: the late one must not have appended", out.State.Seq)
	}
}

// ownerCrash: the process dies with rows claimed. On SQLite the next one has
// them at once, because the file lock says that the old one is gone; on
// PostgreSQL when the lease ends. Either way the attempt was counted.
func ownerCrash(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	Conversation(t, s)
	claim(t, s, "bot", clk.Now())
	if ok := one[bool](t)(s.Acquire(context.Background(), "slack", "first", clk.Now(), lease)); !ok {
		t.Fatal("the lease was not free")
	}
	must(t, s.Close())
	s = OpenAt(t, url, optionsAt(clk))
	if isPostgres(url) {
		if got := claims(t, s, "bot", clk.Now()); len(got) != 0 {
			t.Fatal("a lease that another node may hold was taken")
		}
		clk.Move(lease)
	}
	if c := claim(t, s, "bot", clk.Now()); c.Attempts != 2 {
		t.Errorf("attempt %d after a crash, want 2", c.Attempts)
	}
	if ok := one[bool](t)(s.Acquire(context.Background(), "slack", "second", clk.Now(), lease)); !ok {
		t.Error("the dead process still leads")
	}
}

// readerClaimRace: many workers claim at once; nobody gets a row twice.
func readerClaimRace(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	const rows = 60
	for range rows {
		Conversation(t, s)
	}
	var mu sync.Mutex
	seen := map[conversation.ID]int{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range rows {
				got, err := s.Claim(context.Background(), "bot", clk.Now(), lease, 3)
				if err != nil {
					t.Errorf("claim: %v", err)
				}
				if len(got) == 0 {
					return
				}
				mu.Lock()
				for _, c := range got {
					seen[c.Conversation]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(seen) != rows {
		t.Errorf("%d rows claimed, want %d", len(seen), rows)
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s was claimed %d times", id, n)
		}
	}
}

// finishIsAtomic: the append and the move happen together or not at all, and a
// repeated key moves the row without a second event.
func finishIsAtomic(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	id := Conversation(t, s).ID
	c := claim(t, s, "bot", clk.Now())
	refused := errors.New("superseded")
	_, err := s.Finish(ctx, c, feed.Done{Through: 1, Decide: func(conversation.State) ([]conversation.Draft, error) { return nil, refused }})
	if !errors.Is(err, refused) {
		t.Fatalf("finish: %v, want the decider's error", err)
	}
	if got := claims(t, s, "bot", clk.Now()); len(got) != 0 {
		t.Fatal("the refusal freed the lease")
	}
	// A Refusal of the invariants is the same.
	_, err = s.Finish(ctx, c, feed.Done{Through: 1, Decide: conversation.Append(conversation.Draft{Body: conversation.Reopened{}})})
	if _, ok := errors.AsType[*conversation.Refusal](err); !ok {
		t.Fatalf("finish: %v, want a Refusal", err)
	}
	out := finish(t, s, c, feed.Done{Through: 1, Key: "b:1", Decide: Says("done")})
	if out.State.Seq != 2 || len(out.Events) != 1 || out.Events[0].Key != "b:1" {
		t.Fatalf("outcome = %+v", out)
	}
	c = claim(t, s, "bot", clk.Now()) // its own event counts as unread
	if c.After != 1 || c.Attempts != 1 {
		t.Errorf("claim = %+v, want after 1, the first attempt", c)
	}
	out = finish(t, s, c, feed.Done{Through: 2, Key: "b:1", Decide: Says("done")})
	if !out.Replayed || out.State.Seq != 2 || len(events(t, s, id)) != 2 {
		t.Errorf("a repeated key gave %+v", out)
	}
	if got := claims(t, s, "bot", clk.Now()); len(got) != 0 {
		t.Error("the replay did not move the row")
	}
}
