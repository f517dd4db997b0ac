package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/store"
)

// backOff: a back-off is not shortened by events, and neither is the pause after
// a failure.
func backOff(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	id := Conversation(t, s).ID
	mustAppend(t, s, id, "", Says("one"))
	c := claim(t, s, "slack", clk.Now())
	finish(t, s, c, feed.Done{Through: c.After, Due: clk.Now().Add(30 * time.Second), BackOff: true})
	mustAppend(t, s, id, "", Says("two"))
	if got := claims(t, s, "slack", clk.Move(29*time.Second)); len(got) != 0 {
		t.Fatal("an event shortened the back-off")
	}
	c = claim(t, s, "slack", clk.Move(time.Second))
	if c.After != 0 || c.Attempts != 1 {
		t.Errorf("claim = %+v, want after 0, the first attempt: a back-off is no failure", c)
	}
	must(t, s.Fail(context.Background(), c, clk.Now().Add(time.Minute), "it broke", false))
	mustAppend(t, s, id, "", Says("three"))
	if got := claims(t, s, "slack", clk.Move(59*time.Second)); len(got) != 0 {
		t.Fatal("an event shortened the pause after a failure")
	}
	if c = claim(t, s, "slack", clk.Move(time.Second)); c.Attempts != 2 {
		t.Errorf("attempt %d, want 2", c.Attempts)
	}
	finish(t, s, c, feed.Done{Through: 4})
	mustAppend(t, s, id, "", Says("four"))
	if c = claim(t, s, "slack", clk.Now()); c.After != 4 || c.Attempts != 1 {
		t.Errorf("after a success: %+v, want after 4, the first attempt", c)
	}
}

// timer: a due time with everything read is an alarm; an event comes first. What
// the same Finish appended does not make it a back-off.
func timer(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	id := Conversation(t, s).ID
	alarm := clk.Now().Add(time.Minute + 300*time.Microsecond)
	finish(t, s, claim(t, s, "queue", clk.Now()), feed.Done{Through: 1, Due: alarm, Decide: Says("routed")})
	if got := claims(t, s, "queue", clk.Move(time.Minute)); len(got) != 0 {
		t.Fatal("the alarm rang before its time")
	}
	mustAppend(t, s, id, "", Says("one"))
	c := claim(t, s, "queue", clk.Now())
	finish(t, s, c, feed.Done{Through: 3, Due: clk.Now().Add(time.Hour)})
	c = claim(t, s, "queue", clk.Move(time.Hour))
	if c.After != 3 {
		t.Errorf("claim = %+v, want after 3", c)
	}
	// Said while the handler worked: it has not seen it, so the alarm waits.
	mustAppend(t, s, id, "", Says("meanwhile"))
	finish(t, s, c, feed.Done{Through: 3, Due: clk.Now().Add(time.Hour), Decide: Says("mine")})
	if c = claim(t, s, "queue", clk.Now()); c.After != 3 {
		t.Errorf("claim = %+v, want after 3", c)
	}
}

func nextDue(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	check := func(what string, want time.Time) {
		t.Helper()
		if got := one[time.Time](t)(s.NextDue(ctx, "queue")); !got.Equal(want) {
			t.Errorf("%s: next due %v, want %v", what, got, want)
		}
	}
	check("no rows", time.Time{})
	Conversation(t, s)
	check("a new row", start)
	c := claim(t, s, "queue", clk.Now())
	check("leased", start.Add(lease))
	finish(t, s, c, feed.Done{Through: 1, Due: start.Add(time.Hour)})
	check("an alarm", start.Add(time.Hour))
	clk.Move(time.Minute)
	other := Conversation(t, s).ID
	check("an alarm and a new row", start.Add(time.Minute))
	c = claim(t, s, "queue", clk.Now())
	if c.Conversation != other {
		t.Fatalf("claimed %s, want the new one", c.Conversation)
	}
	must(t, s.Fail(ctx, c, time.Time{}, "poison", true))
	check("the new row is parked", start.Add(time.Hour))
}

func parked(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	state := Conversation(t, s)
	other := Conversation(t, s)
	for _, c := range claims(t, s, "slack", clk.Now()) {
		must(t, s.Fail(ctx, c, time.Time{}, "cannot be drawn", true))
	}
	list := one[[]feed.Parked](t)(s.Parked(ctx))
	if len(list) != 2 {
		t.Fatalf("%d parked rows, want 2", len(list))
	}
	for _, p := range list {
		if p.Consumer != "slack" || p.Cause != "cannot be drawn" || p.Attempts != 1 || !p.Since.Equal(start) || p.Reference == "" {
			t.Errorf("parked = %+v", p)
		}
	}
	mustAppend(t, s, state.ID, "", Says("still parked"))
	if got := claims(t, s, "slack", clk.Move(time.Hour)); len(got) != 0 {
		t.Fatal("an event resumed a parked row")
	}
	if due := one[time.Time](t)(s.NextDue(ctx, "slack")); !due.IsZero() {
		t.Errorf("parked rows are due at %v", due)
	}
	for _, wrong := range []struct {
		consumer string
		id       conversation.ID
	}{{"bot", ""}, {"", "cnv_none"}, {"bot", state.ID}} {
		if n := one[int](t)(s.Resume(ctx, wrong.consumer, wrong.id)); n != 0 {
			t.Errorf("resume %+v: %d, want 0", wrong, n)
		}
	}
	if n := one[int](t)(s.Resume(ctx, "slack", state.ID)); n != 1 {
		t.Errorf("resumed %d, want 1", n)
	}
	if c := claim(t, s, "slack", clk.Now()); c.Attempts != 1 || c.Conversation != state.ID {
		t.Errorf("claim = %+v, want a first attempt", c)
	}
	if n := one[int](t)(s.Resume(ctx, "", "")); n != 1 {
		t.Errorf("resumed %d, want 1", n)
	}
	if c := claim(t, s, "slack", clk.Now()); c.Conversation != other.ID {
		t.Errorf("claim = %+v, want the other one", c)
	}
}

func yields(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	Conversation(t, s)
	for range 3 {
		c := claim(t, s, "bot", clk.Now())
		if c.Attempts != 1 {
			t.Fatalf("attempt %d, want 1: a yield is not counted", c.Attempts)
		}
		must(t, s.Yield(context.Background(), c))
	}
}

// newConsumer: a reader that a later version adds starts at the end of every log:
// it must not mail, post or announce what happened before it came.
func newConsumer(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, store.Options{Consumers: []string{"bot"}, Now: clk.Now})
	open, closed := Conversation(t, s).ID, Conversation(t, s).ID
	mustAppend(t, s, closed, "", conversation.CloseSelf(Visitor()))
	must(t, s.Close())
	for range 2 { // the second time nothing is new
		s = OpenAt(t, url, optionsAt(clk))
		must(t, s.Close())
	}
	s = OpenAt(t, url, optionsAt(clk))
	if got := claims(t, s, "slack", clk.Now()); len(got) != 0 {
		t.Errorf("claimed %+v, want nothing before there is news", got)
	}
	for id, after := range map[conversation.ID]conversation.Seq{open: 1, closed: 3} {
		if id == closed {
			mustAppend(t, s, id, "", conversation.Reopen(maya))
		} else {
			mustAppend(t, s, id, "", Says("news"))
		}
		if c := claim(t, s, "slack", clk.Now()); c.Conversation != id || c.After != after {
			t.Errorf("claim = %+v, want %s after %d", c, id, after)
		}
	}
	if got := claims(t, s, "bot", clk.Now()); len(got) != 2 || got[0].After != 0 || got[1].After != 0 {
		t.Errorf("claimed %+v, want the old reader where it was", got)
	}
}

func leases(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	take := func(holder string, now time.Time) bool {
		t.Helper()
		return one[bool](t)(s.Acquire(ctx, "slack", holder, now, lease))
	}
	if !take("a", start) || take("b", start) {
		t.Fatal("the first takes it, the second does not")
	}
	if !take("a", start.Add(10*time.Second)) || take("b", start.Add(20*time.Second)) {
		t.Fatal("the holder prolongs it")
	}
	must(t, s.ReleaseLease(ctx, "slack", "b"))
	if take("b", start.Add(20*time.Second)) {
		t.Fatal("a stranger's release freed it")
	}
	if !take("b", start.Add(25*time.Second)) || take("a", start.Add(25*time.Second)) {
		t.Fatal("it ends by itself")
	}
	must(t, s.ReleaseLease(ctx, "slack", "b"))
	if !take("a", start.Add(26*time.Second)) {
		t.Fatal("a released lease is free")
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	held := 0
	for i := range 10 {
		wg.Go(func() {
			ok, err := s.Acquire(ctx, "race", fmt.Sprint("node ", i), start, lease)
			if err != nil {
				t.Errorf("acquire: %v", err)
			}
			mu.Lock()
			defer mu.Unlock()
			if ok {
				held++
			}
		})
	}
	wg.Wait()
	if held != 1 {
		t.Errorf("%d hold the lease, want 1", held)
	}
}

// roused: rows that wait for a time are woken; one in work, one that backs off
// and a parked one are not.
func roused(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	for range 5 {
		Conversation(t, s)
	}
	rows := claims(t, s, "slack", clk.Now())
	later := clk.Now().Add(time.Hour)
	for _, c := range rows[:2] {
		one[conversation.Outcome](t)(s.Finish(ctx, c, feed.Done{Through: c.After, Due: later, BackOff: true}))
	}
	must(t, s.Fail(ctx, rows[2], later, "broken", false))
	must(t, s.Fail(ctx, rows[3], later, "broken", true))
	for _, want := range [][]conversation.ID{{rows[0].Conversation}, {}} {
		got := one[[]conversation.ID](t)(s.Rouse(ctx, "slack", rows[0].Conversation, rows[2].Conversation, rows[3].Conversation, rows[4].Conversation))
		if len(got) != len(want) || len(got) > 0 && got[0] != want[0] {
			t.Errorf("roused %v, want %v", got, want)
		}
	}
	if got := one[[]conversation.ID](t)(s.Rouse(ctx, "bot")); len(got) != 0 {
		t.Errorf("roused %v of another reader", got)
	}
	if got := one[[]conversation.ID](t)(s.Rouse(ctx, "slack")); len(got) != 1 || got[0] != rows[1].Conversation {
		t.Errorf("roused %v, want %v", got, rows[1].Conversation)
	}
	if got := claims(t, s, "slack", clk.Now()); len(got) != 2 {
		t.Errorf("%d rows are ready, want the two that were woken", len(got))
	}
}
