package webapi

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
)

func TestRetryAfterIsBounded(t *testing.T) {
	for _, row := range []struct{ says, want time.Duration }{
		{0, time.Second},
		{-time.Hour, time.Second},
		{30 * time.Second, 30 * time.Second},
		{1 << 62, maxPause},
	} {
		if got := Classify("m", &slack.RateLimitedError{RetryAfter: row.says}).Retry; got != row.want {
			t.Errorf("Retry-After %s: wait %s, want %s", row.says, got, row.want)
		}
	}
}

// Who needs an answer of Slack waits a moment for the limit of a method, and is
// told when to come back if that is not enough.
func TestPatienceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{Pace: Pace{Unlimited: true}, Now: time.Now})
		calls := 0
		ask := func() error {
			return c.Patient(t.Context(), "users.info", "", func(context.Context) error { calls++; return nil })
		}
		began := time.Now()
		c.Throttle.Pause("users.info", "", began.Add(time.Second))
		if err := ask(); err != nil || time.Since(began) != time.Second {
			t.Errorf("a pause of a second: %v after %v", err, time.Since(began))
		}
		began = time.Now()
		c.Throttle.Pause("users.info", "", began.Add(time.Minute))
		err := ask()
		if f, ok := Failed(err); !ok || f.Kind != Limited || f.Retry != time.Minute || time.Since(began) != 0 || calls != 1 {
			t.Errorf("a pause of a minute: %v after %v and %d calls", err, time.Since(began), calls)
		}
	})
}
