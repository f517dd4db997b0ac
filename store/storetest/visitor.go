package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// ownerIsolation: another visitor's conversation, or the same visitor's under
// another widget key, looks exactly like one that does not exist.
func ownerIsolation(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	first := Conversation(t, s)
	clk.Move(time.Minute)
	second := Conversation(t, s)
	if got := one[conversation.State](t)(s.Owned(ctx, Owner(), first.ID)); asJSON(got) != asJSON(first) {
		t.Errorf("owned = %+v, want %+v", got, first)
	}
	for _, o := range []session.Owner{{}, {Visitor: "vis_other", Widget: "web"}, {Visitor: "vis_test", Widget: "shop"}} {
		if _, err := s.Owned(ctx, o, first.ID); !errors.Is(err, conversation.ErrNotFound) {
			t.Errorf("owned by %+v: %v, want ErrNotFound", o, err)
		}
		if got := one[[]session.Summary](t)(s.Mine(ctx, o, 10)); len(got) != 0 {
			t.Errorf("%+v has %d conversations, want none", o, len(got))
		}
	}
	clk.Move(time.Minute)
	mustAppend(t, s, first.ID, "", Says("newest"))
	mine := one[[]session.Summary](t)(s.Mine(ctx, Owner(), 10))
	if len(mine) != 2 || mine[0].State.ID != first.ID || mine[1].State.ID != second.ID {
		t.Fatalf("mine = %+v, want the one with the newest event first", mine)
	}
	if !mine[0].Updated.Equal(clk.Now()) || mine[0].Read != 0 {
		t.Errorf("summary = %+v", mine[0])
	}
	if got := one[[]session.Summary](t)(s.Mine(ctx, Owner(), 1)); len(got) != 1 {
		t.Errorf("a limit of 1 gave %d", len(got))
	}
}

// visitorNumbers: her numbering has no holes where something is hidden.
func visitorNumbers(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	id := Conversation(t, s).ID // seq 1, hidden
	for i := range 6 {          // lines at 2, 4, 6, …; notes between
		mustAppend(t, s, id, "", Says(fmt.Sprintf("line %d", i+1)))
		mustAppend(t, s, id, "", conversation.Append(conversation.Draft{Author: maya, Source: conversation.FromSlack,
			Body: conversation.Note{Text: "hidden"}}))
	}
	check := func(what string, got []conversation.Event, want ...conversation.Seq) {
		t.Helper()
		var have []conversation.Seq
		for _, e := range got {
			have = append(have, e.VSeq)
			if e.Seq != 2*e.VSeq {
				t.Errorf("%s: vseq %d is seq %d, want %d", what, e.VSeq, e.Seq, 2*e.VSeq)
			}
		}
		if fmt.Sprint(have) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", what, have, want)
		}
	}
	get := one[[]conversation.Event](t)
	check("from the start", get(s.VisitorEvents(ctx, id, 0, 10)), 1, 2, 3, 4, 5, 6)
	check("after 2, two", get(s.VisitorEvents(ctx, id, 2, 2)), 3, 4)
	check("after the end", get(s.VisitorEvents(ctx, id, 6, 10)))
	check("from the end", get(s.VisitorEventsBefore(ctx, id, 0, 2)), 5, 6)
	check("before 3", get(s.VisitorEventsBefore(ctx, id, 3, 10)), 1, 2)
	check("before 1", get(s.VisitorEventsBefore(ctx, id, 1, 10)))
	number := one[conversation.Seq](t)
	if got := number(s.VisitorSeq(ctx, id, 3)); got != 6 {
		t.Errorf("vseq 3 is seq %d, want 6", got)
	}
	if got := number(s.VSeqOf(ctx, id, 6)); got != 3 {
		t.Errorf("seq 6 is vseq %d, want 3", got)
	}
	if got := number(s.VSeqOf(ctx, id, 5)); got != 0 {
		t.Errorf("a note has vseq %d, want 0", got)
	}
	for _, vseq := range []conversation.Seq{0, 7} {
		if _, err := s.VisitorSeq(ctx, id, vseq); !errors.Is(err, conversation.ErrNotFound) {
			t.Errorf("vseq %d: %v, want ErrNotFound", vseq, err)
		}
	}
	if _, err := s.VSeqOf(ctx, id, 99); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("seq 99: %v, want ErrNotFound", err)
	}
}

func markRead(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	id := Conversation(t, s).ID
	for range 3 {
		mustAppend(t, s, id, "", Says("x"))
	}
	for _, step := range []struct{ mark, want conversation.Seq }{{2, 2}, {1, 2}, {0, 2}, {900, 3}, {-4, 3}} {
		must(t, s.MarkRead(ctx, id, step.mark))
		if got := one[[]session.Summary](t)(s.Mine(ctx, Owner(), 1))[0].Read; got != step.want {
			t.Errorf("after marking %d: read %d, want %d", step.mark, got, step.want)
		}
	}
	if err := s.MarkRead(ctx, "cnv_none", 1); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("mark an unknown one: %v, want ErrNotFound", err)
	}
}

// readWakes: that she has read what an agent wrote wakes the desk's reader, while
// one has the conversation; nothing else that she reads does.
func readWakes(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	id := Conversation(t, s).ID
	by := agent("U0MAYA", "Maya")
	reply := func(text, ts string) {
		mustAppend(t, s, id, "", conversation.AgentSays(by, conversation.Message{Text: text}, ts, conversation.AsOwner))
	}
	woken := func(what string, want int) {
		t.Helper()
		settle := func() (slack int) {
			for _, consumer := range []string{"bot", "queue", "slack"} {
				got := claims(t, s, consumer, clk.Now())
				for _, c := range got {
					finishAll(t, s, c)
				}
				slack = len(got)
			}
			return slack
		}
		settle()
		last := one[conversation.State](t)(s.State(ctx, id)).VSeq
		must(t, s.MarkRead(ctx, id, last))
		if got := settle(); got != want {
			t.Errorf("%s: %d rows of slack are woken, want %d", what, got, want)
		}
		must(t, s.MarkRead(ctx, id, last))
		if got := settle(); got != 0 {
			t.Errorf("%s, once more: %d rows of slack are woken, want none", what, got)
		}
	}
	mustAppend(t, s, id, "", Says("Help"))
	woken("with the bot", 0)
	escalate(t, s, id)
	woken("waiting", 0)
	reply("Hello", "1.1")
	woken("the agent's line", 1)
	mustAppend(t, s, id, "", Says("Thanks"))
	woken("her own line", 0)
	reply("Bye", "1.2")
	mustAppend(t, s, id, "", conversation.Close(by, conversation.Closing{}, true))
	woken("closed", 0)
}

func newSession(n byte, visitor string) session.Session {
	return session.Session{Hash: [32]byte{n, 1, 2, 255}, Visitor: visitor, Widget: "web", Origin: "https://example.org",
		Verified: n%2 == 1, Created: start, Expires: start.Add(time.Hour)}
}

func sessions(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	old := newSession(1, "vis_test")
	if _, err := s.Session(ctx, old.Hash); !errors.Is(err, conversation.ErrNotFound) {
		t.Fatalf("an unknown session: %v, want ErrNotFound", err)
	}
	must(t, s.SaveSession(ctx, old))
	if got := one[session.Session](t)(s.Session(ctx, old.Hash)); got != old {
		t.Errorf("session = %+v, want %+v", got, old)
	}
	must(t, s.TouchSession(ctx, old.Hash, start.Add(5*time.Hour)))
	if got := one[session.Session](t)(s.Session(ctx, old.Hash)); !got.Expires.Equal(start.Add(5 * time.Hour)) {
		t.Errorf("expires %v after a touch", got.Expires)
	}
	// Several tabs rotate the same token: one wins, the others are told.
	var won atomic.Int64
	var wg sync.WaitGroup
	for i := range byte(6) {
		wg.Go(func() {
			err := s.RotateSession(ctx, old.Hash, newSession(10+i, "vis_test"))
			switch {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, conversation.ErrNotFound):
				t.Errorf("rotate: %v", err)
			}
		})
	}
	wg.Wait()
	alive := 0
	for i := range byte(6) {
		if _, err := s.Session(ctx, newSession(10+i, "").Hash); err == nil {
			alive++
		}
	}
	if won.Load() != 1 || alive != 1 {
		t.Errorf("%d rotations won and %d tokens live, want 1 and 1", won.Load(), alive)
	}
	if _, err := s.Session(ctx, old.Hash); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("the old token: %v, want ErrNotFound", err)
	}
	for what, err := range map[string]error{"delete": s.DeleteSession(ctx, old.Hash), "touch": s.TouchSession(ctx, old.Hash, start)} {
		if !errors.Is(err, conversation.ErrNotFound) {
			t.Errorf("%s what is not there: %v, want ErrNotFound", what, err)
		}
	}
}

// purgeSessions: an expired session stays while its visitor has an open
// conversation, and as long again after that was closed.
func purgeSessions(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	id := Conversation(t, s).ID
	must(t, s.SaveSession(ctx, newSession(1, "vis_test")))
	must(t, s.SaveSession(ctx, newSession(2, "vis_gone")))
	purge := func(then time.Time, want int) {
		t.Helper()
		if got := one[int](t)(s.PurgeSessions(ctx, then)); got != want {
			t.Errorf("purged %d at %v, want %d", got, then, want)
		}
	}
	purge(start.Add(59*time.Minute), 0)
	purge(start.Add(time.Hour), 1)
	clk.Move(90 * 24 * time.Hour)
	closed := start.Add(90 * 24 * time.Hour)
	purge(closed, 0) // it is open, however old
	mustAppend(t, s, id, "", conversation.CloseSelf(Visitor()))
	purge(closed.Add(-time.Millisecond), 0)
	purge(closed, 1)
	purge(closed, 0)
}
