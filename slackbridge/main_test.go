package slackbridge_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/handoff-bot/handoff/internal/handofftest"
)

// The parallel tests wait, for a minute each: all of them wait at once.
func TestMain(m *testing.M) {
	handofftest.SideBySide(8)
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) // a library of the whole product starts some with it
}
