package slackbridge

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// A sweep may come upon a row that is being worked, or has read it just before it
// was settled. Such a row is not worked again.
func TestARowInHandIsNotTakenTwice(t *testing.T) {
	b := &Bridge{Deps: Deps{Now: time.Now}, gate: newGate(func() {})}
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

// Of two lines that come in at once, over two sockets or two requests, the earlier
// one is worked first, also when it is stored later.
func TestALineWaitsForOneBeingStored(t *testing.T) {
	b := &Bridge{Deps: Deps{Now: time.Now}, gate: newGate(func() {})}
	b.gate.filled(b.gate.gaps())
	w := newWorkers()
	w.start(t.Context())
	line := func(id int64, thread, ts string) ledger.Inbound {
		return ledger.Inbound{ID: id, Team: "T1", Channel: "C1", Thread: thread, TS: ts, Received: time.Now().Add(-time.Second)}
	}
	earlier, later, elsewhere := line(1, "1.0", "2.0"), line(2, "1.0", "3.0"), line(3, "9.0", "1.0")
	key := queueOf(later)
	w.busy[key] = []ledger.Inbound{later}
	w.expect([]ledger.Inbound{earlier, elsewhere})
	if r, wait, ok := w.next(t.Context(), b, key); !ok || r.ID != 0 || wait <= 0 {
		t.Fatalf("row %d was given out after %v, ok %v; want a wait for row 1", r.ID, wait, ok)
	}
	w.add(b, earlier)
	w.arrived([]ledger.Inbound{earlier})
	for want := int64(1); want <= 2; want++ {
		if r, _, _ := w.next(t.Context(), b, key); r.ID != want {
			t.Fatalf("row %d was given out, want %d", r.ID, want)
		}
	}
	if w.arrived([]ledger.Inbound{elsewhere}); len(w.coming) != 0 {
		t.Errorf("%v are still expected", w.coming)
	}
}

// saved is an inbox that only takes what became of a row.
type saved struct {
	Inbox
	last ledger.Inbound
}

func (s *saved) SaveInbound(_ context.Context, r ledger.Inbound) error { s.last = r; return nil }

// A line that fails keeps its place a few times, and then lets the others go on; a
// press holds nobody up.
func TestALineThatFailsKeepsItsPlace(t *testing.T) {
	kept := &saved{}
	b := &Bridge{Deps: Deps{Now: time.Now, Inbox: kept}, log: slog.New(slog.DiscardHandler)} // it does not know who it is: every row fails
	for _, thread := range []string{"1.0", ""} {
		row := ledger.Inbound{ID: 7, Thread: thread, State: ledger.New}
		for try := 1; try <= inPlace+1; try++ {
			pause := b.handle(t.Context(), &row)
			if stays := thread != "" && try <= inPlace; (pause > 0) != stays || row.Attempts != try || kept.last.Attempts != try || kept.last.State != ledger.New {
				t.Errorf("thread %q, try %d: pause %v, saved %+v; want its place kept: %v", thread, try, pause, kept.last, stays)
			}
		}
	}
}

// A row that waits for Slack is not tried while Slack is away, and at once when it
// is back.
func TestARowOutlastsAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &Bridge{health: webapi.NewHealth(webapi.Pace{}, time.Now)}
		began := time.Now()
		time.AfterFunc(40*time.Second, b.health.Answered)
		b.outlast(t.Context(), outagePause)
		if took := time.Since(began); took != 40*time.Second {
			t.Errorf("the row was tried after %v, want 40 s", took)
		}
		began = time.Now()
		b.outlast(t.Context(), 3*time.Second)
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("with Slack there the row was tried after %v, want 3 s", took)
		}
	})
}
