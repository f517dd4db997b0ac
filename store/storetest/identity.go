package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/store"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// anonymous stores a session of the suite's visitor and returns it.
func anonymous(t *testing.T, s *store.Store, n byte, visitor string) session.Session {
	t.Helper()
	made := session.Session{Hash: [32]byte{n}, Visitor: visitor, Widget: Owner().Widget, Created: start, Expires: start.Add(time.Hour)}
	must(t, s.SaveSession(context.Background(), made))
	return made
}

// identification is that of a subject with a session, into one with the hash n.
func identification(old session.Session, n byte, subject string) session.Identification {
	return session.Identification{
		Old:     old.Hash,
		Next:    session.Session{Hash: [32]byte{n, n}, Widget: old.Widget, Verified: true, Proof: "key", Created: start, Expires: start.Add(time.Hour)},
		Subject: subject,
		Claims:  conversation.Identified{Subject: subject, Name: "Anna", Mail: true, Email: "anna@mail.example"},
		Within:  time.Hour,
	}
}

// identify: the conversation of an anonymous visitor comes along once, with
// nothing else of hers.
func identify(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	older := Conversation(t, s).ID
	clk.Move(time.Minute)
	newer := Conversation(t, s).ID
	here, there := anonymous(t, s, 1, Owner().Visitor), anonymous(t, s, 2, Owner().Visitor)
	must(t, s.SaveCode(ctx, newCode(1, session.Resume, newer)))
	must(t, s.Track(ctx, session.Owner{Visitor: "vis_x", Widget: "web"}, session.Tracked{Name: "another's"}))

	got := one[session.Identity](t)(s.Identify(ctx, identification(here, 3, "user-1")))
	if got.Taken != newer || got.Visitor == Owner().Visitor || !got.Verified || got.Proof != "key" || len(got.Ended) != 2 {
		t.Errorf("identified = %+v", got)
	}
	for _, gone := range []session.Session{here, there} {
		if _, err := s.Session(ctx, gone.Hash); !errors.Is(err, conversation.ErrNotFound) {
			t.Errorf("a session of the anonymous visitor: %v, want ErrNotFound", err)
		}
	}
	if now := one[session.Session](t)(s.Session(ctx, [32]byte{3, 3})); now.Visitor != got.Visitor || now.Proof != "key" || !now.Verified {
		t.Errorf("session = %+v", now)
	}
	hers := session.Owner{Visitor: got.Visitor, Widget: Owner().Widget}
	if mine := one[[]session.Summary](t)(s.Mine(ctx, hers, 10)); len(mine) != 1 || mine[0].State.ID != newer || mine[0].State.Visitor != got.Visitor {
		t.Errorf("hers = %+v, want the newer alone", mine)
	}
	if _, err := s.Owned(ctx, Owner(), newer); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("the anonymous visitor's: %v, want ErrNotFound", err)
	}
	if _, err := s.Owned(ctx, hers, older); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("an older one: %v, want ErrNotFound", err)
	}
	if _, err := s.UseCode(ctx, session.Resume, "", newCode(1, session.Resume, newer).Hash, start); !errors.Is(err, session.ErrCodeWrong) {
		t.Errorf("a code from before: %v, want ErrCodeWrong", err)
	}
	if _, err := s.Identify(ctx, identification(here, 4, "user-1")); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("the same session again: %v, want ErrNotFound", err)
	}

	// Another device of hers, and then somebody else on it.
	again := one[session.Identity](t)(s.Identify(ctx, identification(anonymous(t, s, 5, "vis_5"), 6, "user-1")))
	if again.Visitor != got.Visitor || again.Taken != "" {
		t.Errorf("another device = %+v", again)
	}
	other := one[session.Identity](t)(s.Identify(ctx, identification(again.Session, 7, "user-2")))
	if other.Visitor == got.Visitor || other.Taken != "" || len(other.Ended) != 1 {
		t.Errorf("somebody else = %+v", other)
	}
	if len(one[[]session.Summary](t)(s.Mine(ctx, session.Owner{Visitor: other.Visitor, Widget: "web"}, 10))) != 0 {
		t.Error("somebody else has her conversations")
	}
	elsewhere := identification(session.Session{Hash: anonymous(t, s, 8, "vis_8").Hash, Widget: "shop"}, 9, "user-1")
	if site := one[session.Identity](t)(s.Identify(ctx, elsewhere)); site.Visitor == got.Visitor {
		t.Error("one subject of two widget keys is one visitor")
	}
}

// identifyTooLate: what was closed long ago stays behind, and so does one that is
// somebody's already.
func identifyTooLate(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	id := Conversation(t, s).ID
	mustAppend(t, s, id, "", conversation.CloseSelf(conversation.Author{Role: conversation.Visitor}))
	clk.Move(2 * time.Hour)
	got := one[session.Identity](t)(s.Identify(ctx, identification(anonymous(t, s, 1, Owner().Visitor), 2, "user-1")))
	if got.Taken != "" {
		t.Errorf("identified = %+v, want nothing taken", got)
	}
	in := identification(anonymous(t, s, 3, "vis_3"), 4, "user-1")
	in.Token, in.Expires = "a hash", clk.Now().Add(time.Minute)
	one[session.Identity](t)(s.Identify(ctx, in))
	in.Old = anonymous(t, s, 5, "vis_5").Hash
	if _, err := s.Identify(ctx, in); !errors.Is(err, session.ErrTokenUsed) {
		t.Errorf("a used token: %v, want ErrTokenUsed", err)
	}
	if _, err := s.Session(ctx, in.Old); err != nil {
		t.Errorf("the session of a refused token: %v, want it kept", err)
	}
}

// identifyRace: of many who identify with one session only one comes through, and
// of many new devices of one subject all are one visitor.
func identifyRace(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	id := Conversation(t, s).ID
	here := anonymous(t, s, 1, Owner().Visitor)
	var all sync.WaitGroup
	var mu sync.Mutex
	won, lost, visitors := 0, 0, map[string]bool{}
	for n := range byte(8) {
		other := anonymous(t, s, 20+n, fmt.Sprint("vis_race_", n))
		all.Go(func() {
			out, err := s.Identify(ctx, identification(here, 10+n, "user-1"))
			device, derr := s.Identify(ctx, identification(other, 40+n, "user-1"))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case derr != nil:
				t.Errorf("a device: %v", derr)
			case errors.Is(err, conversation.ErrNotFound):
				lost++
			case err != nil || out.Taken != id:
				t.Errorf("got %+v, %v", out, err)
			default:
				won++
				visitors[out.Visitor] = true
			}
			visitors[device.Visitor] = true
		})
	}
	all.Wait()
	if won != 1 || lost != 7 || len(visitors) != 1 {
		t.Errorf("%d came through, %d did not, as %d visitors", won, lost, len(visitors))
	}
}

// clearing: nothing of hers is found any more, the team's log stays.
func clearing(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	got := one[session.Identity](t)(s.Identify(ctx, identification(anonymous(t, s, 1, "vis_1"), 2, "user-1")))
	hers := session.Owner{Visitor: got.Visitor, Widget: "web"}
	state := one[conversation.State](t)(s.Create(ctx, conversation.Author{Role: conversation.Visitor, ID: got.Visitor}, conversation.Opened{Visitor: got.Visitor, Widget: "web"}))
	if state.Identity.Seq != 2 || !state.HasMail || state.Address != 2 {
		t.Errorf("a conversation of a known visitor begins with %+v", state)
	}
	mustAppend(t, s, state.ID, "", Says("secret"))
	must(t, s.SaveCode(ctx, newCode(1, session.Device, state.ID)))
	theirs := Conversation(t, s).ID
	ended := one[[][32]byte](t)(s.Clear(ctx, hers))
	if len(ended) != 1 || ended[0] != got.Hash {
		t.Errorf("ended = %v", ended)
	}
	if len(one[[]session.Summary](t)(s.Mine(ctx, hers, 10))) != 0 {
		t.Error("she still has conversations")
	}
	if _, err := s.Owned(ctx, hers, state.ID); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("owned: %v, want ErrNotFound", err)
	}
	if _, err := s.UseCode(ctx, session.Device, "", newCode(1, session.Device, state.ID).Hash, start); !errors.Is(err, session.ErrCodeWrong) {
		t.Errorf("a code: %v, want ErrCodeWrong", err)
	}
	log := events(t, s, state.ID)
	if _, ok := log[len(log)-1].Body.(conversation.Cleared); !ok || log[2].Body.(conversation.Message).Text != "secret" {
		t.Errorf("the log: %+v", log)
	}
	if now := one[conversation.State](t)(s.State(ctx, state.ID)); now.Mode != conversation.IsClosed || now.HasMail || now.Cleared.Seq == 0 {
		t.Errorf("state = %+v", now)
	}
	if _, err := s.Owned(ctx, Owner(), theirs); err != nil {
		t.Errorf("another visitor's: %v", err)
	}
	if again := one[[][32]byte](t)(s.Clear(ctx, hers)); len(again) != 0 {
		t.Errorf("cleared again, it ended %d sessions", len(again))
	}
}

// eraseKnown: what the site said of a visitor goes with her conversation.
func eraseKnown(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	got := one[session.Identity](t)(s.Identify(ctx, identification(anonymous(t, s, 1, "vis_1"), 2, "user-1")))
	hers, by := session.Owner{Visitor: got.Visitor, Widget: "web"}, conversation.Author{Role: conversation.Visitor, ID: got.Visitor}
	state := one[conversation.State](t)(s.Create(ctx, by, conversation.Opened{Visitor: got.Visitor, Widget: "web"}))
	must(t, s.Track(ctx, hers, session.Tracked{When: start, Name: "secret deed", Props: map[string]any{"a": 1.5}}))
	before := one[conversation.State](t)(s.State(ctx, state.ID))
	must(t, s.Erase(ctx, state.ID))
	for _, e := range events(t, s, state.ID) {
		switch b := e.Body.(type) {
		case conversation.Identified:
			if b.Subject != "" || b.Name != "" || b.Email != "" || b.Visitor != got.Visitor {
				t.Errorf("erased = %+v", b)
			}
		case conversation.Tracked:
			if b.Name != "" || b.Props != nil || !b.When.Equal(start) {
				t.Errorf("erased = %+v", b)
			}
		}
	}
	if now := one[conversation.State](t)(s.State(ctx, state.ID)); asJSON(now) != asJSON(before) {
		t.Errorf("the state changed: %+v, was %+v", now, before)
	}
	next := one[conversation.State](t)(s.Create(ctx, by, conversation.Opened{Visitor: got.Visitor, Widget: "web"}))
	if b := events(t, s, next.ID)[1].Body.(conversation.Identified); b.Name != "" || b.Email != "" || b.Visitor != got.Visitor {
		t.Errorf("the next conversation knows %+v", b)
	}
}
