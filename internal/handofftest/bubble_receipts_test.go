package handofftest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// Two hundred replies a minute go to the visitor while as many lines stay inside,
// which each want a lock: more than Slack's limits let pass in five minutes. No line
// waits for a lock, and all of them stand in the end.
func TestReceiptsHoldNothingUp(t *testing.T) {
	const replies, within, most = 200, time.Minute, 500 * time.Millisecond
	inBubble(t, "", time.Time{}, func(b *bubble) {
		anna := b.visitor("anna")
		anna.presses("human")
		anna.isClaimed("maya")
		b.wait(time.Minute)
		b.Slack.Switch(func(sw *fakeslack.Switches) { sw.Throttle = true })
		began := time.Now()
		for i := range replies {
			b.waitUntil(began.Add(time.Duration(i) * within / replies))
			anna.hears("sam", fmt.Sprintf("inside %d", i))
			anna.hears("maya", fmt.Sprintf("reply %d", i))
		}
		b.wait(most)
		var slowest time.Duration
		n := 0
		for _, e := range anna.log() {
			if e.Order != "" && e.At.After(began) {
				said, err := strconv.ParseFloat(e.Order, 64)
				if err != nil {
					t.Fatal(err)
				}
				slowest = max(slowest, e.At.Sub(time.UnixMicro(int64(said*1e6))))
				n++
			}
		}
		if n != 2*replies || slowest > most {
			t.Errorf("%d lines are in the log, the slowest after %v; want %d within %v", n, slowest, 2*replies, most)
		}
		marked := len(anna.marked("lock"))
		b.wait(10 * time.Minute)
		added, limited := b.reactions(began)
		t.Logf("the slowest line took %v; %d locks stood by then, %d ten minutes later; at most %d calls in a minute, %d refused", slowest, marked, len(anna.marked("lock")), added, limited)
		if got := len(anna.marked("lock")); got != replies {
			t.Errorf("%d lines carry a lock, want %d", got, replies)
		}
		if added > 50 || limited > 0 {
			t.Errorf("%d reactions in one minute, %d refused; Slack's tier is 50", added, limited)
		}
	})
}

// marked lists the lines of the thread that carry an emoji of the app's.
func (g *guest) marked(emoji string) []string {
	var out []string
	for _, m := range g.b.Slack.Thread(g.channel, g.root) {
		if slices.ContainsFunc(m.Reactions, func(r fakeslack.Reaction) bool { return r.Name == emoji }) {
			out = append(out, m.TS)
		}
	}
	return out
}

// reactions counts the most calls of reactions.add in a minute, and those refused.
func (b *bubble) reactions(since time.Time) (most, limited int) {
	perMinute := map[int]int{}
	for _, c := range b.Slack.Calls() {
		if c.Method != "reactions.add" || c.At.Before(since) {
			continue
		}
		perMinute[int(c.At.Sub(since)/time.Minute)]++
		most = max(most, perMinute[int(c.At.Sub(since)/time.Minute)])
		if strings.Contains(c.Error, "limited") {
			limited++
		}
	}
	return most, limited
}
