package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// takenUp: back in a channel, a conversation goes on in the thread it had there.
func takenUp(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	id := Conversation(t, s).ID
	first := openThread(t, s, id, "C1", "1700000002.000100")
	first.State = ledger.Moved
	must(t, saveThread(s, first))
	second := openThread(t, s, id, "C2", "1700000003.000100")
	second.State = ledger.Moved
	must(t, saveThread(s, second))
	again := newThread(id, "C1")
	again.Since = 7
	got, opened, err := s.OpenThread(ctx, again)
	if err != nil || opened || got.ID != first.ID || got.TS != first.TS || got.State != ledger.Open || got.Since != 7 || got.Card != "" {
		t.Errorf("back in C1 = %+v, %v, %v, want thread %d, open, since 7", got, opened, err, first.ID)
	}
	if now := one[ledger.Thread](t)(s.ThreadOf(ctx, id)); now != got {
		t.Errorf("thread of it = %+v, want %+v: the one it is in, not the newest", now, got)
	}
	got.State = ledger.Lost
	must(t, saveThread(s, got))
	if fresh, opened, err := s.OpenThread(ctx, newThread(id, "C1")); err != nil || !opened || fresh.ID == first.ID {
		t.Errorf("after the loss = %+v, %v, %v, want a new thread", fresh, opened, err)
	}
}

func errands(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	id := Conversation(t, s).ID
	if _, err := s.Errand(ctx, id, "file:1"); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("an errand nobody was sent on: %v, want ErrNotFound", err)
	}
	e := ledger.Errand{Conversation: id, Name: "file:1", State: ledger.Sending, Ref: "F1", Attempted: start}
	must(t, s.SaveErrand(ctx, e))
	must(t, s.SaveErrand(ctx, ledger.Errand{Conversation: id, Name: "dm:9", State: ledger.Sending}))
	e.State, e.Ref, e.Attempted = ledger.Sent, "F2", time.Time{}
	must(t, s.SaveErrand(ctx, e))
	if got := one[ledger.Errand](t)(s.Errand(ctx, id, "file:1")); got != e {
		t.Errorf("errand = %+v, want %+v", got, e)
	}
	// One of no conversation is the installation's own.
	if _, err := s.Errand(ctx, "", "weekly:marks:2026-11-16"); !errors.Is(err, conversation.ErrNotFound) {
		t.Errorf("an errand of the house nobody was sent on: %v, want ErrNotFound", err)
	}
	own := ledger.Errand{Name: "weekly:marks:2026-11-16", State: ledger.Sending, Attempted: start}
	must(t, s.SaveErrand(ctx, own))
	if got := one[[]ledger.Errand](t)(s.Waiting(ctx, "weekly:")); len(got) != 1 || got[0] != own {
		t.Errorf("waiting = %+v, want %+v", got, own)
	}
	own.State, own.Ref = ledger.Sent, "1700000009.000100"
	must(t, s.SaveErrand(ctx, own))
	if got := one[ledger.Errand](t)(s.Errand(ctx, "", own.Name)); got != own {
		t.Errorf("errand = %+v, want %+v", got, own)
	}
	if got := one[[]ledger.Errand](t)(s.Waiting(ctx, "weekly:")); len(got) != 0 {
		t.Errorf("waiting = %+v, want none", got)
	}
}
