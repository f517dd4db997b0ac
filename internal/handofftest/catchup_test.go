package handofftest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// TestCatchUpOnLoopback is the catch-up after an outage over real connections and
// by both doors: the backlog arrives in order, once, with nothing faster than
// Slack allows.
func TestCatchUpOnLoopback(t *testing.T) {
	for _, mode := range []string{"socket", "http"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			h := New(t, Options{Runs: InProcess, Mode: mode, Slack: fakeslack.Options{Switches: fakeslack.Switches{Throttle: true}}})
			h.Start()
			var visitors []*Visitor
			for i := range 4 {
				v := h.Visitor()
				visitors = append(visitors, v)
				if i%2 == 0 {
					v.Post("escalate", map[string]any{})
					if _, _, err := h.Card(v.Reference, ""); err != nil {
						t.Fatal(err)
					}
				}
			}
			h.Slack.Switch(func(sw *fakeslack.Switches) { sw.Outage = true })
			for n := range 40 {
				v := visitors[n%len(visitors)]
				if n < len(visitors) && n%2 == 1 {
					v.Post("escalate", map[string]any{})
				}
				v.Say(fmt.Sprint("line-", n), fmt.Sprintf("[line %02d]", n))
			}
			lift := h.Slack.Inject(fakeslack.Fault{Method: "chat.postMessage", Skip: 2, Times: 1, Do: fakeslack.RateLimited("1")})
			defer lift()
			back := time.Now()
			h.Slack.Switch(func(sw *fakeslack.Switches) { sw.Outage = false })
			for i, v := range visitors {
				checkCaughtUp(t, h, v, i, len(visitors))
			}
			checkCalls(t, h, back)
		})
	}
}

// checkCaughtUp says that every nth line from the ith on stands in the visitor's
// thread, once and in order.
func checkCaughtUp(t *testing.T, h *House, v *Visitor, i, n int) {
	t.Helper()
	channel, root, err := h.Card(v.Reference, "")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for k := i; k < 40; k += n {
		lines = append(lines, fmt.Sprintf("[line %02d]", k))
	}
	if err := h.ThreadShows(channel, root, lines...); err != nil {
		t.Fatal(err)
	}
	text := h.ThreadText(channel, root)
	text = text[strings.Index(text, "\n"):]
	for _, line := range lines {
		if n := strings.Count(text, line); n > 2 { // the card quotes the ask
			t.Errorf("%s stands %d times in\n%s", line, n, text)
		}
	}
	if err := h.countCards(v.Reference, "1"); err != nil {
		t.Error(err)
	}
}

// checkCalls says that the first post came at once and that Slack refused no call
// but the one on purpose.
func checkCalls(t *testing.T, h *House, back time.Time) {
	t.Helper()
	var first time.Time
	refused := map[string]int{}
	for _, c := range h.Slack.Calls() {
		if c.Method == "chat.postMessage" && c.Committed && c.At.After(back) && first.IsZero() {
			first = c.At
		}
		if c.Status == http.StatusTooManyRequests {
			refused[c.Method]++
		}
	}
	t.Logf("the first post came %v after Slack was back", first.Sub(back))
	if took := first.Sub(back); took > 2*time.Second { // the machine is shared; the bubble is exact
		t.Errorf("the first post came %v after Slack was back", took)
	}
	if refused["chat.postMessage"] != 1 || len(refused) != 1 {
		t.Errorf("Slack said that these were too fast: %v, want one post", refused)
	}
}
