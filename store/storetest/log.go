package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/store"
)

// appendRace: many writers, visible and invisible events, no gap and no double
// in either numbering.
func appendRace(t *testing.T, url string) {
	s := OpenAt(t, url)
	id := Conversation(t, s).ID
	const writers, each = 16, 12
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				d := Says(fmt.Sprintf("%d/%d", w, i))
				if i%3 == 0 {
					d = conversation.Append(conversation.Draft{Author: agent("U1", "Maya"), Source: conversation.FromSlack,
						Body: conversation.Note{Text: "inside"}})
				}
				if _, err := s.Append(context.Background(), id, "", d); err != nil {
					t.Errorf("append: %v", err)
				}
			}
		})
	}
	wg.Wait()
	got := events(t, s, id)
	if want := 1 + writers*each; len(got) != want {
		t.Fatalf("%d events, want %d", len(got), want)
	}
	var vseq conversation.Seq
	last := got[0].At
	for i, e := range got {
		if e.Seq != conversation.Seq(i+1) {
			t.Fatalf("event %d has seq %d", i+1, e.Seq)
		}
		if e.VSeq != 0 {
			if vseq++; e.VSeq != vseq {
				t.Fatalf("seq %d has vseq %d, want %d", e.Seq, e.VSeq, vseq)
			}
		}
		if e.At.Before(last) {
			t.Fatalf("time runs backwards at seq %d", e.Seq)
		}
		last = e.At
	}
	if want := conversation.Seq(writers * each * 2 / 3); vseq != want {
		t.Errorf("%d visible events, want %d", vseq, want)
	}
}

// claimRace: two agents press Claim, one wins and the other is told who.
func claimRace(t *testing.T, url string) {
	s := OpenAt(t, url)
	for range 10 {
		id := Conversation(t, s).ID
		escalate(t, s, id)
		var won, lost atomic.Int64
		var wg sync.WaitGroup
		for _, a := range []conversation.Author{agent("U1", "Maya"), agent("U2", "Tom")} {
			wg.Go(func() {
				_, err := s.Append(context.Background(), id, "", conversation.Claim(a, conversation.ByButton))
				if owned, ok := errors.AsType[*conversation.OwnedError](err); ok && owned.Owner.ID != a.ID {
					lost.Add(1)
				} else if err == nil {
					won.Add(1)
				} else {
					t.Errorf("claim: %v", err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 || lost.Load() != 1 {
			t.Fatalf("%d won, %d lost, want 1 and 1", won.Load(), lost.Load())
		}
	}
}

// keyReturnsOriginal: a repeated act returns its event even when it would be
// refused today.
func keyReturnsOriginal(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	id := Conversation(t, s).ID
	say := conversation.VisitorSays(Visitor(), conversation.Message{Text: "Hello"}, start.Add(time.Hour), 0)
	first := mustAppend(t, s, id, "v:1", say)
	mustAppend(t, s, id, "", conversation.CloseSelf(Visitor()))
	if _, err := s.Append(context.Background(), id, "v:2", say); !errors.Is(err, conversation.ErrClosed) {
		t.Fatalf("a new line after close: %v, want ErrClosed", err)
	}
	again := mustAppend(t, s, id, "v:1", say)
	if !again.Replayed || len(again.Events) != 1 || again.Events[0].Seq != first.Events[0].Seq {
		t.Fatalf("replay = %+v, want the event %d", again, first.Events[0].Seq)
	}
	if again.State.Mode != conversation.IsClosed {
		t.Errorf("the replay's state is %s, want the one of now", again.State.Mode)
	}
	e, err := s.ByKey(context.Background(), id, "v:1")
	if err != nil || e.Seq != first.Events[0].Seq || e.Body.(conversation.Message).Text != "Hello" {
		t.Errorf("ByKey = %+v, %v", e, err)
	}
	for _, key := range []string{"v:3", ""} {
		if _, err := s.ByKey(context.Background(), id, key); !errors.Is(err, conversation.ErrNotFound) {
			t.Errorf("ByKey(%q): %v, want ErrNotFound", key, err)
		}
	}
}

// keyRace: the same act delivered many times at once is one event.
func keyRace(t *testing.T, url string) {
	s := OpenAt(t, url)
	id := Conversation(t, s).ID
	var fresh atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			out, err := s.Append(context.Background(), id, "s:T1:C1:1.1", Says("once"))
			if err != nil || len(out.Events) != 1 || out.Events[0].Seq != 2 {
				t.Errorf("append = %+v, %v", out, err)
			}
			if !out.Replayed {
				fresh.Add(1)
			}
		})
	}
	wg.Wait()
	if n := len(events(t, s, id)); n != 2 || fresh.Load() != 1 {
		t.Errorf("%d events, %d fresh appends, want 2 and 1", n, fresh.Load())
	}
}

func appendUnknown(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	if _, err := s.Append(ctx, "cnv_none", "", Says("x")); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("append: %v, want ErrNotFound", err)
	}
	if _, err := s.State(ctx, "cnv_none"); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("state: %v, want ErrNotFound", err)
	}
	id := Conversation(t, s).ID
	out := mustAppend(t, s, id, "k", conversation.Append())
	if out.State.Seq != 1 || len(out.Events) != 0 {
		t.Errorf("an empty decision = %+v", out)
	}
}

// blocked starts an append whose decider waits, so that what is started next
// waits together with it. On PostgreSQL operations do not wait for each other.
func blocked(t *testing.T, s *store.Store, id conversation.ID) (release func()) {
	t.Helper()
	inside, gate, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var once sync.Once
	go func() {
		defer close(done)
		_, err := s.Append(context.Background(), id, "", func(conversation.State) ([]conversation.Draft, error) {
			once.Do(func() { close(inside) })
			<-gate
			return nil, nil
		})
		if err != nil {
			t.Errorf("the blocking append: %v", err)
		}
	}()
	<-inside
	return func() { close(gate); <-done }
}

// neighbours: in one group, a refusal and an unexpected error harm nobody else.
func neighbours(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	gate, a, b := Conversation(t, s).ID, Conversation(t, s).ID, Conversation(t, s).ID
	refusal := errors.New("refused")
	release := blocked(t, s, gate)
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			if _, err := s.Append(ctx, a, fmt.Sprintf("v:%d", i), Says("kept")); err != nil {
				t.Errorf("a neighbour: %v", err)
			}
		})
		wg.Go(func() {
			_, err := s.Append(ctx, b, "", func(conversation.State) ([]conversation.Draft, error) { return nil, refusal })
			if !errors.Is(err, refusal) {
				t.Errorf("the refused one: %v", err)
			}
		})
		wg.Go(func() {
			// Breaks a foreign key after it has drawn a number.
			_, err := s.SavePost(ctx, ledger.Post{Conversation: b, Thread: 987654, First: 1, Last: 1, State: ledger.Sending})
			if err == nil {
				t.Error("a post in no thread was saved")
			}
		})
	}
	release()
	wg.Wait()
	if n := len(events(t, s, a)); n != 11 {
		t.Errorf("%d events, want 11", n)
	}
	if n := len(events(t, s, b)); n != 1 {
		t.Errorf("the refused conversation has %d events, want 1", n)
	}
}

func panicInside(t *testing.T, url string) {
	s := OpenAt(t, url)
	id := Conversation(t, s).ID
	_, err := s.Append(context.Background(), id, "", func(conversation.State) ([]conversation.Draft, error) { panic("a mistake") })
	if err == nil || !strings.Contains(err.Error(), "a mistake") {
		t.Errorf("a panicking decider: %v", err)
	}
	mustAppend(t, s, id, "", Says("still here"))
}

// abandoned: a caller whose context ends while its operation waits gets the
// context's error, and the others of its group are not affected.
func abandoned(t *testing.T, url string) {
	s := OpenAt(t, url)
	gate, id := Conversation(t, s).ID, Conversation(t, s).ID
	release := blocked(t, s, gate)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			if _, err := s.Append(context.Background(), id, fmt.Sprintf("v:%d", i), Says("kept")); err != nil {
				t.Errorf("a neighbour: %v", err)
			}
		})
	}
	gone := make(chan error)
	go func() {
		_, err := s.Append(ctx, gate, "v:gone", Says("gone"))
		gone <- err
	}()
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("the abandoned append: %v, want context.Canceled", err)
	}
	release()
	wg.Wait()
	if n := len(events(t, s, id)); n != 11 {
		t.Errorf("%d events, want 11", n)
	}
	mustAppend(t, s, gate, "v:next", Says("the connection still works"))
}

// stopped: Close lets what waits finish, and later calls are refused.
func stopped(t *testing.T, url string) {
	s := OpenAt(t, url)
	id := Conversation(t, s).ID
	release := blocked(t, s, id)
	closed := make(chan error)
	go func() { release(); closed <- s.Close() }()
	must(t, <-closed)
	if _, err := s.Append(context.Background(), id, "", Says("late")); !errors.Is(err, store.ErrStopped) {
		t.Errorf("append after Close: %v, want ErrStopped", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("a second Close: %v", err)
	}
}

// wakes: Committed hears of conversations with news, and of no others.
func wakes(t *testing.T, url string) {
	var mu sync.Mutex
	heard := map[conversation.ID]int{}
	s := OpenAt(t, url, store.Options{Consumers: []string{"bot"}, Committed: func(ids []conversation.ID) {
		mu.Lock()
		defer mu.Unlock()
		for _, id := range ids {
			heard[id]++
		}
	}})
	a, b := Conversation(t, s).ID, Conversation(t, s).ID
	for i := range 3 {
		mustAppend(t, s, a, fmt.Sprintf("v:%d", i), Says("x"))
	}
	mustAppend(t, s, a, "v:0", Says("x"))                    // replayed
	mustAppend(t, s, b, "", conversation.Append())           // nothing decided
	must(t, s.SavePolicy(context.Background(), "", "", nil)) // no conversation
	mu.Lock()
	defer mu.Unlock()
	if heard[a] != 4 || heard[b] != 1 || len(heard) != 2 {
		t.Errorf("heard %v, want 4 of %s and 1 of %s", heard, a, b)
	}
}

// references: names are unique although they are short and drawn at random.
func references(t *testing.T, url string) {
	s := OpenAt(t, url)
	var mu sync.Mutex
	seen := map[string]bool{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 25 {
				state, err := s.Create(context.Background(), Visitor(), conversation.Opened{Visitor: "vis_test", Widget: "web"})
				if err != nil {
					t.Errorf("create: %v", err)
					return
				}
				mu.Lock()
				if seen[state.Reference] || !strings.HasPrefix(state.Reference, "H-") {
					t.Errorf("reference %q is taken or malformed", state.Reference)
				}
				seen[state.Reference] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(seen) != 200 {
		t.Errorf("%d references, want 200", len(seen))
	}
}

// isolation: a server whose transactions are stricter by default, so that a
// statement would not see what others have committed since the first one.
func isolation(t *testing.T, url string) {
	if !isPostgres(url) {
		t.Skip("SQLite has one writer")
	}
	appendRace(t, url+"&default_transaction_isolation=repeatable%20read")
}
