package handofftest

import (
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

func TestMain(m *testing.M) {
	ServeIfAsked()
	m.Run()
}

// TestStories runs the scripts of testdata/stories against a whole installation
// in this process.
func TestStories(t *testing.T) {
	Stories(t, "testdata/stories", Options{Runs: InProcess})
}

// TestCrashes runs the scripts of testdata/crash, in which the product is a
// process of its own and is really killed, before and after each arrow of the
// log's picture.
func TestCrashes(t *testing.T) {
	Stories(t, "testdata/crash", Options{
		Runs: InProcessOfItsOwn,
		// Slack's retries after a minute and five are too slow for a test.
		Slack: fakeslack.Options{Delay: func(d time.Duration) time.Duration { return d / 20 }},
	})
}
