package handofftest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/store/storetest"
)

// second starts another node of the same installation, on an address of its own.
func (h *House) second() (url string, p Process) {
	h.tb.Helper()
	addr := h.freeAddr()
	raw, err := os.ReadFile(filepath.Join(h.Dir, "handoff.yaml"))
	if err != nil {
		h.tb.Fatal(err)
	}
	h.writeFile("second/handoff.yaml", strings.Replace(string(raw), h.addr, addr, 1))
	if p, err = h.runs(h.tb, filepath.Join(h.Dir, "second", "handoff.yaml"), addr); err != nil {
		h.tb.Fatal(err)
	}
	ready := House{tb: h.tb, URL: "http://" + addr}
	ready.waitReady()
	return ready.URL, p
}

// TestTwoNodes runs two processes on one PostgreSQL: a visitor on each, one
// Slack. Then the node that writes to Slack is killed, and the other takes over
// without losing or repeating a line.
func TestTwoNodes(t *testing.T) {
	h := New(t, Options{Runs: InProcessOfItsOwn, Storage: storetest.Postgres(t)})
	h.Start() // the first to start leads
	url, second := h.second()
	t.Cleanup(func() { _ = second.Kill() })

	onFirst, channel, root := claimed(t, h)
	onSecond := NewVisitor(t, url, Key, Origin)
	onSecond.Post("escalate", map[string]any{})
	secondChannel, secondRoot, err := h.Card(onSecond.Reference, "")
	if err != nil {
		t.Fatal(err)
	}
	say := func(channel, root, text string) {
		t.Helper()
		if _, err := h.Slack.Say(people["maya"], channel, root, text); err != nil {
			t.Fatal(err)
		}
	}
	say(secondChannel, secondRoot, "to the second node")
	onSecond.Wait("the reply", func(i []Item) bool { return Sees(i, "Maya", "to the second node") })
	say(channel, root, "to the first node")
	onFirst.Wait("the reply", func(i []Item) bool { return Sees(i, "Maya", "to the first node") })

	// The line is one for all nodes; each tells its own visitors.
	firstWaits, thenWaits := h.Visitor(), NewVisitor(t, url, Key, Origin)
	firstWaits.Post("escalate", map[string]any{})
	firstWaits.WaitPlace(`{"position":1}`)
	thenWaits.Post("escalate", map[string]any{})
	thenWaits.WaitPlace(`{"position":2}`)

	h.Kill()
	onSecond.Say("after", "after the kill")
	if err := h.ThreadShows(secondChannel, secondRoot, "after the kill"); err != nil {
		t.Fatal(err)
	}
	say(secondChannel, secondRoot, "still here")
	onSecond.Wait("the reply", func(i []Item) bool { return Sees(i, "Maya", "still here") })
	if err := h.once([2]string{secondChannel, secondRoot}, []string{"after the kill", "still here", "to the second node"}); err != nil {
		t.Error(err)
	}
	h.Start() // for the end of the test
}
