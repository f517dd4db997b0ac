package storetest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

func newCode(n byte, purpose session.Purpose, id conversation.ID) session.Code {
	return session.Code{Hash: [32]byte{n, 7}, Purpose: purpose, Conversation: id, Address: "ada@example.org", Expires: start.Add(time.Hour)}
}

// tries uses codes and compares the answer.
func tries(t *testing.T, s *store.Store) func(what string, purpose session.Purpose, id conversation.ID, n byte, now time.Time, want error) {
	return func(what string, purpose session.Purpose, id conversation.ID, n byte, now time.Time, want error) {
		t.Helper()
		g, err := s.UseCode(context.Background(), purpose, id, newCode(n, purpose, id).Hash, now)
		if !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
		if granted := g != (session.Grant{}); granted != (want == nil) {
			t.Errorf("%s: it grants %+v", what, g)
		}
		if want == nil && (g.Owner != Owner() || g.Address != "ada@example.org") {
			t.Errorf("%s: grant = %+v", what, g)
		}
	}
}

func verifyCodes(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	id, other := Conversation(t, s).ID, Conversation(t, s).ID
	try := tries(t, s)
	try("none was sent", session.Verify, id, 1, start, session.ErrCodeExpired)
	must(t, s.SaveCode(ctx, newCode(1, session.Verify, id)))
	must(t, s.SaveCode(ctx, newCode(1, session.Verify, other))) // the same digits
	try("wrong", session.Verify, id, 2, start, session.ErrCodeWrong)
	try("too late", session.Verify, id, 1, start.Add(time.Hour), session.ErrCodeExpired)
	try("not a code to resume", session.Resume, id, 1, start, session.ErrCodeWrong)
	try("right", session.Verify, id, 1, start.Add(time.Hour-time.Millisecond), nil)
	try("again", session.Verify, id, 1, start, session.ErrCodeSpent)
	try("the other conversation's is its own", session.Verify, other, 1, start, nil)

	must(t, s.SaveCode(ctx, newCode(3, session.Verify, id)))
	try("the old one after a new one", session.Verify, id, 1, start, session.ErrCodeWrong)
	for range session.CodeTries - 2 {
		try("wrong again", session.Verify, id, 2, start, session.ErrCodeWrong)
	}
	try("the fifth time", session.Verify, id, 2, start, session.ErrCodeSpent)
	try("right, but too often wrong before", session.Verify, id, 3, start, session.ErrCodeSpent)
	must(t, s.SaveCode(ctx, newCode(4, session.Verify, id)))
	try("a new one has new tries", session.Verify, id, 4, start, nil)
	if err := s.SaveCode(ctx, newCode(1, session.Verify, "cnv_none")); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("a code for an unknown conversation: %v, want ErrNotFound", err)
	}
}

func resumeCodes(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	id := Conversation(t, s).ID
	try := tries(t, s)
	must(t, s.SaveCode(ctx, newCode(1, session.Resume, id)))
	must(t, s.SaveCode(ctx, newCode(9, session.Verify, id)))
	try("unknown", session.Resume, "", 2, start, session.ErrCodeWrong)
	try("not a code to resume", session.Resume, "", 9, start, session.ErrCodeWrong)
	try("too late", session.Resume, "", 1, start.Add(2*time.Hour), session.ErrCodeExpired)
	// Once, whoever else opens the link at the same time.
	var granted atomic.Int64
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			g, err := s.UseCode(ctx, session.Resume, "", newCode(1, "", "").Hash, start)
			switch {
			case err == nil && g.Conversation == id && g.Owner == Owner():
				granted.Add(1)
			case !errors.Is(err, session.ErrCodeSpent):
				t.Errorf("grant %+v, %v", g, err)
			}
		})
	}
	wg.Wait()
	if granted.Load() != 1 {
		t.Errorf("a code to resume was good %d times, want once", granted.Load())
	}
	must(t, s.SaveCode(ctx, newCode(2, session.Resume, id)))
	must(t, s.SaveCode(ctx, newCode(3, session.Resume, id)))
	try("replaced", session.Resume, "", 2, start, session.ErrCodeWrong)
	try("the newest", session.Resume, "", 3, start, nil)
}

// forgotten: what is over is deleted, and what an erased conversation had.
func forgotten(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	id, closed := Conversation(t, s).ID, Conversation(t, s).ID
	must(t, s.SaveCode(ctx, newCode(1, session.Verify, id)))
	mustAppend(t, s, closed, "", conversation.CloseSelf(Visitor()))
	for _, c := range []conversation.ID{id, closed} {
		must(t, s.SetPresence(ctx, c, true, start))
	}
	sweep := func() { one[int](t)(s.Count(ctx, "any", clk.Now(), 1)) }
	here := func(id conversation.ID) bool {
		here, _, err := s.Presence(ctx, id)
		must(t, err)
		return here
	}
	try := tries(t, s)
	clk.Move(24 * time.Hour)
	sweep()
	try("expired since less than a day", session.Verify, id, 1, start, nil)
	if !here(id) || !here(closed) {
		t.Error("the presence is forgotten within a day")
	}
	clk.Move(2 * time.Hour)
	sweep()
	try("expired since more than a day", session.Verify, id, 1, start, session.ErrCodeExpired)
	if !here(id) || here(closed) {
		t.Errorf("presence: open %v, closed %v, want only the open one's", here(id), here(closed))
	}

	must(t, s.SaveCode(ctx, newCode(2, session.Resume, id)))
	must(t, s.Erase(ctx, id))
	try("erased", session.Resume, "", 2, start, session.ErrCodeWrong)
	if here(id) {
		t.Error("an erased conversation has a presence")
	}
	out := mustAppend(t, s, id, "", conversation.GiveContact(Visitor(), conversation.ContactGiven{Email: "ada@example.org"}))
	must(t, s.SaveCode(ctx, newCode(3, session.Resume, id)))
	must(t, s.Redact(ctx, id, 1))
	must(t, s.Redact(ctx, id, out.Events[0].Seq))
	try("the address is redacted", session.Resume, "", 3, start, session.ErrCodeWrong)
}

// optOuts: the link of an address is one and stays, and says by itself whose
// mails it stops. What was never used is forgotten.
func optOuts(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	link := func(address string, want bool) string {
		t.Helper()
		token, stopped, err := s.OptOut(ctx, address)
		if err != nil || stopped != want || len(token) < 20 {
			t.Errorf("%s: %q, stopped %v, %v; want %v", address, token, stopped, err, want)
		}
		return token
	}
	ada, eve := link("ada@example.org", false), link("eve@example.org", false)
	if ada == eve || link("Ada@Example.org", false) != ada {
		t.Errorf("the links are %q and %q", ada, eve)
	}
	must(t, s.StopMails(ctx, ada, true))
	must(t, s.StopMails(ctx, ada, true))
	for _, unknown := range []string{"", "x", ada + "x"} {
		if err := s.StopMails(ctx, unknown, true); !errors.Is(err, conversation.ErrNotFound) {
			t.Errorf("an unknown link: %v, want ErrNotFound", err)
		}
	}
	link("eve@example.org", false)
	clk.Move(91 * 24 * time.Hour)
	one[int](t)(s.Count(ctx, "any", clk.Now(), 1)) // sweeps
	if err := s.StopMails(ctx, eve, true); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("a link of long ago: %v, want ErrNotFound", err)
	}
	link("ada@example.org", true)
	must(t, s.StopMails(ctx, ada, false))
	link("ADA@example.org", false)
}
