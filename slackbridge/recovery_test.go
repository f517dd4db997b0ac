package slackbridge_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge"
)

// recoverWith says with how many conversations a restart is measured; a hundred
// without it.
const recoverWith = "HANDOFF_TEST_RECOVER"

// TestRecoveryAfterARestart: a restart with many conversations that wait does not
// hold up a visitor's new line, and asks Slack for next to nothing before it: the
// figure is how long that takes and how many calls it costs, under the limits of
// production, which the workspace enforces.
func TestRecoveryAfterARestart(t *testing.T) {
	many, err := strconv.Atoi(os.Getenv(recoverWith))
	if err != nil {
		many = 100
	}
	s := newStage(t)
	var last *chat
	for i := range many {
		last = s.open(fmt.Sprintf("Visitor %d", i))
		last.says("Help")
		last.escalate()
	}
	for range many/100 + 1 { // each wait is bounded
		if s.settles(many) {
			break
		}
	}
	last.card()
	last.shows("Help")
	s.stop()
	s.limits = slackbridge.Limits{}
	s.slack.Switch(func(sw *fakeslack.Switches) { sw.Throttle = true })

	began := time.Now()
	s.start()
	last.says("Are you still there?")
	last.shows("Are you still there?")
	took := time.Since(began)
	calls, _ := s.callsSince(began)
	t.Logf("%d conversations wait: the first new line is mirrored %v after the start, %v", many, took.Round(time.Millisecond), calls)
	time.Sleep(4 * time.Second) // the comparison with Slack begins meanwhile
	calls, limited := s.callsSince(began)
	t.Logf("in the first %v: %v", time.Since(began).Round(time.Second), calls)
	if took > 3*time.Second || limited > 0 {
		t.Errorf("the new line took %v, and %d calls were too fast", took, limited)
	}
	if n := calls["conversations.replies"]; n > 0 {
		t.Errorf("%d threads were read in which nobody but us has written", n)
	}
}

// settles says that many threads stand, each with its line, and that nothing is on
// its way to Slack any more: what a stop cuts is in doubt, and looked up.
func (s *stage) settles(many int) bool {
	const quiet = time.Second
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		threads, last := map[string]bool{}, time.Time{}
		for _, c := range s.slack.Calls() {
			last = c.At
			if c.Method == "chat.postMessage" && c.Committed && c.Error == "" && c.Args["thread_ts"] != "" {
				threads[c.Args["thread_ts"]] = true
			}
		}
		if len(threads) >= many && time.Since(last) > quiet {
			return true
		}
		time.Sleep(200 * time.Millisecond)
	}
	return false
}

// callsSince counts the calls since a moment by method, and those that were too
// fast.
func (s *stage) callsSince(at time.Time) (by map[string]int, limited int) {
	by = map[string]int{}
	for _, c := range s.slack.Calls() {
		if c.At.Before(at) {
			continue
		}
		by[c.Method]++
		if c.Error == "ratelimited" {
			limited++
		}
	}
	return by, limited
}
