package gatetest

import (
	"database/sql"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3" // the database file is spoiled behind the product's back

	"github.com/handoff-bot/handoff/internal/handofftest"
)

// spoil runs a statement on the database of a house that does not run, and
// returns what a query of one text finds before it.
func spoil(t *testing.T, h *handofftest.House, find, change string, args ...any) string {
	t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(h.Dir, "handoff.db"))
	mustDo(t, err)
	defer func() { mustDo(t, db.Close()) }()
	var found string
	if find != "" {
		mustDo(t, db.QueryRowContext(t.Context(), find, args[:1]...).Scan(&found))
	}
	result, err := db.ExecContext(t.Context(), change, args...)
	mustDo(t, err)
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		t.Fatalf("%s changed %d rows, %v", change, n, err)
	}
	return found
}

// An event in the file is broken. Its conversation stops, says so and is parked;
// every other one goes on; and when the event is mended `handoff resume` brings
// everything that was said.
func TestBadInputBrokenEvent(t *testing.T) {
	binary := build(t, "1")
	var now *served
	h := house(t, handofftest.Options{Runs: binary.runs(&now), Policy: "handoff: {level: human_only}\n"})
	operator := admin(t, h)
	h.Start()
	broken, well := newGuest(t, h, map[string]any{}), newGuest(t, h, map[string]any{})
	roots := map[*guest]string{}
	for _, g := range []*guest{broken, well} {
		g.say("first", "First line.")
		roots[g] = card(t, h, support, g.reference)
		threadShows(t, h, support, roots[g], "First line.")
	}
	h.Stop()
	const last = `(select max(seq) from events where conversation = ?1 and kind = 'message' and role = 'visitor')`
	payload := spoil(t, h, `select payload from events where conversation = ?1 and seq = `+last,
		`update events set payload = '{broken' where conversation = ?1 and seq = `+last, broken.conversation)
	// Seven failures are behind it: the pauses between them grow to minutes.
	spoil(t, h, "", `update readers set seq = 0, attempts = 7, ready_at = 1 where conversation = ?1 and consumer = 'slack'`, broken.conversation)
	h.Start()

	logged(t, h, `damaged`)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+operator+"/healthz", nil)
	mustDo(t, err)
	waitFor(t, "the operator's healthz counts a parked reader", func() bool {
		status, body := answer(t, req)
		return status == http.StatusServiceUnavailable && strings.Contains(body, `"parked":1`)
	})
	waitFor(t, "the public one says degraded", func() bool { return healthz(t, h) == "degraded" })
	_, out, _ := binary.run(t, "doctor", "-c", configFile(h))
	for _, want := range []string{"parked readers", broken.reference, "damaged", "handoff resume slack " + broken.reference} {
		if !strings.Contains(out, want) {
			t.Errorf("doctor does not say %q, but:\n%s", want, out)
		}
	}

	well.say("second", "Goes on.") // only the one conversation is blocked
	threadShows(t, h, support, roots[well], "Goes on.")
	press(t, h, maya, roots[well], "handoff_claim")
	mustDo(t, say(h, maya, roots[well], "An answer"))
	well.hears("An answer")
	fresh := newGuest(t, h, map[string]any{})
	fresh.say("first", "A new one.")
	card(t, h, support, fresh.reference)
	broken.say("second", "Said while it was broken.") // taken and kept

	h.Stop()
	spoil(t, h, "", `update events set payload = ?2 where conversation = ?1 and payload = '{broken'`, broken.conversation, payload)
	h.Start()
	if exit, out, stderr := binary.run(t, "resume", "-c", configFile(h), "slack", broken.reference); exit != 0 || !strings.Contains(out, "resumed 1 parked reader") {
		t.Fatalf("resume exits with %d: %s%s", exit, out, stderr)
	}
	once(t, h, support, roots[broken], "First line.", "Said while it was broken.")
	waitFor(t, "the house is well again", func() bool { return healthz(t, h) == "ok" })
}
