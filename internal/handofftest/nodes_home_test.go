package handofftest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/store/storetest"
)

// TestTwoNodesDrawOneHome: Slack gives each press to any of two nodes, and both see
// each new chat. What was chosen last stays, whoever draws.
func TestTwoNodesDrawOneHome(t *testing.T) {
	h := New(t, Options{Runs: InProcessOfItsOwn, Storage: storetest.Postgres(t)})
	h.Start()
	_, second := h.second()
	t.Cleanup(func() { _ = second.Kill() })
	maya := people["maya"]
	shows := func(what string, ok func(string) bool) {
		t.Helper()
		shown := ""
		if err := h.until(what, func(st *fakeslack.State) bool {
			v, _ := st.Home(maya)
			shown = v.Visible()
			return ok(shown)
		}); err != nil {
			t.Fatalf("%v; it shows:\n%s", err, shown)
		}
	}
	waits := func() {
		t.Helper()
		v := h.Visitor()
		v.Post("escalate", map[string]any{})
		if _, _, err := h.Card(v.Reference, ""); err != nil {
			t.Fatal(err)
		}
	}
	waits()
	if err := h.home(maya, "Waiting (1)"); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		v, _ := h.Slack.Home(maya)
		action, value := entryOf(fakeslack.Message{Blocks: v.Blocks}, "Urgent")
		if err := h.Slack.PressIn(maya, "", action, value); err != nil {
			t.Fatal(err)
		}
		shows("the filter", func(s string) bool { return strings.Contains(s, "Show all chats") })
		waits() // both nodes hear of it, and one of them knows an older Home
		now := fmt.Sprintf("Now: %d waiting", i+2)
		shows(now+" and the filter", func(s string) bool {
			return strings.Contains(s, now) && strings.Contains(s, "Show all chats") && strings.Contains(s, "Waiting (0)")
		})
		if err := h.pressHome(maya, "Show all chats"); err != nil {
			t.Fatal(err)
		}
		all := fmt.Sprintf("Waiting (%d)", i+2)
		shows(all, func(s string) bool { return strings.Contains(s, all) && !strings.Contains(s, "Show all chats") })
	}
}
