package slackbridge

import (
	"testing"
	"time"

	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// A sweep may come upon a row that is being worked, or has read it just before it
// was settled. Such a row is not worked again.
func TestARowInHandIsNotTakenTwice(t *testing.T) {
	b := &Bridge{Deps: Deps{Now: time.Now}, gate: newGate()}
	w := newWorkers()
	w.start(t.Context())
	row := ledger.Inbound{ID: 7, Team: "T1", Channel: "C1", Thread: "1.0", TS: "2.0"}
	key := queueOf(row)
	w.busy[key] = []ledger.Inbound{row}
	if _, _, ok := w.next(t.Context(), b, key); !ok {
		t.Fatal("the row was not given out")
	}
	w.add(b, row)
	if n := len(w.busy[key]); n != 0 {
		t.Errorf("a row in hand waits %d times again", n)
	}
	w.settled(key, row.ID)
	w.add(b, row)
	if n := len(w.busy[key]); n != 0 {
		t.Errorf("a settled row waits %d times again", n)
	}
	w.forget()
	w.add(b, row)
	if n := len(w.busy[key]); n != 1 {
		t.Errorf("a row that a later sweep has read waits %d times, want once", n)
	}
}
