package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// receipts: one row per line and emoji, in which the last word counts; what offers a
// Retry stays until it is taken off.
func receipts(t *testing.T, url string) {
	s := OpenAt(t, url)
	ctx := context.Background()
	id := Conversation(t, s).ID
	lock := ledger.Receipt{Conversation: id, Channel: "C1", TS: "1700000002.000100", Author: "U1", Name: "lock", On: true, Asked: start.Add(time.Second)}
	warning := ledger.Receipt{Conversation: id, Channel: "C1", TS: "1700000003.000100", Author: "U1", Name: "warning", On: true, Again: true, Asked: start}
	must(t, s.PutReceipt(ctx, lock))
	must(t, s.PutReceipt(ctx, lock))
	must(t, s.PutReceipt(ctx, warning))
	list := func(want ...ledger.Receipt) {
		t.Helper()
		got := one[[]ledger.Receipt](t)(s.Receipts(ctx, 10))
		if len(got) != len(want) {
			t.Fatalf("%d rows %+v, want %d", len(got), got, len(want))
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("row %d = %+v, want %+v", i, got[i], want[i])
			}
		}
	}
	list(warning, lock)
	off := lock
	off.On = false
	must(t, s.PutReceipt(ctx, off))
	must(t, s.SettleReceipt(ctx, lock)) // it came too late
	list(warning, off)
	must(t, s.SettleReceipt(ctx, off))
	must(t, s.SettleReceipt(ctx, warning))
	list()
	undelivered := func(want int) {
		t.Helper()
		if got := one[[]ledger.Receipt](t)(s.Undelivered(ctx, id)); len(got) != want {
			t.Errorf("%d lines can be sent again, want %d", len(got), want)
		}
	}
	undelivered(1)
	warning.On, warning.Again = false, false
	must(t, s.PutReceipt(ctx, warning))
	undelivered(0)
	must(t, s.SettleReceipt(ctx, warning))
	list()
}

// seenAt: when she came to an agent's line is kept; what else she reads does not
// change it.
func seenAt(t *testing.T, url string) {
	clk := newClock()
	s := OpenAt(t, url, optionsAt(clk))
	ctx := context.Background()
	id := Conversation(t, s).ID
	by := agent("U0MAYA", "Maya")
	mustAppend(t, s, id, "", Says("x"))
	mustAppend(t, s, id, "", conversation.AgentSays(by, conversation.Message{Text: "Hello"}, "1700000002.000100", conversation.TakingIt))
	if got := one[time.Time](t)(s.SeenAt(ctx, id)); !got.IsZero() {
		t.Errorf("seen at %s before she has read anything", got)
	}
	must(t, s.MarkRead(ctx, id, one[conversation.State](t)(s.State(ctx, id)).VSeq))
	seen := one[time.Time](t)(s.SeenAt(ctx, id))
	if !seen.Equal(clk.Now()) {
		t.Errorf("seen at %s, want %s", seen, clk.Now())
	}
	clk.Move(time.Minute)
	mustAppend(t, s, id, "", Says("y"))
	must(t, s.MarkRead(ctx, id, one[conversation.State](t)(s.State(ctx, id)).VSeq))
	if got := one[time.Time](t)(s.SeenAt(ctx, id)); !got.Equal(seen) {
		t.Errorf("her own line moved it to %s", got)
	}
}
