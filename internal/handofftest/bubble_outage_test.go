package handofftest

import (
	"fmt"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

const unreachable = "I could not reach the team yet"

// Slack is down for ten minutes. Anna goes on writing to Maya, and Maya, whose
// own Slack works, to her; Ben asks for a person meanwhile.
func TestSlackDownForTenMinutes(t *testing.T) {
	t.Parallel()
	inBubble(t, "", time.Time{}, func(b *bubble) {
		anna, ben := b.visitor("anna"), b.visitor("ben")
		anna.presses("human")
		anna.isClaimed("maya")
		anna.hears("maya", "maya before the outage")
		anna.sees("Maya", "maya before the outage")

		b.slack(func(sw *fakeslack.Switches) { sw.Outage = true })
		ben.presses("human")
		for minute := range 10 {
			anna.says(fmt.Sprintf("anna in minute %d", minute))
			anna.hears("maya", fmt.Sprintf("maya in minute %d", minute))
			ben.says(fmt.Sprintf("ben in minute %d", minute))
			b.wait(59 * time.Second)
			if got, want := ben.told(unreachable), min(minute, 1); got != want {
				t.Errorf("after %d minutes and 59 seconds ben was told %d times, want %d", minute, got, want)
			}
			b.wait(time.Second)
		}

		back := time.Now()
		b.slack(func(sw *fakeslack.Switches) { sw.Outage = false })
		b.wait(2 * time.Minute)
		b.postedWithin(time.Second, back)
		ben.toldOnce(unreachable)
		if n := anna.told(unreachable); n != 0 {
			t.Errorf("anna has Maya, and was told %d times that the team cannot be reached", n)
		}
		ben.isClaimed("sam")
		ben.hears("sam", "sam is here")
		ben.sees("Sam", "sam is here")
		anna.agree()
		ben.agree()
	})
}

// Slack answers, but only with errors. Anna and Maya go on writing.
func TestSlackAnswersWithErrors(t *testing.T) {
	for _, row := range []struct {
		name   string
		method string // every one when empty
		do     fakeslack.Failure
		last   time.Duration
		within time.Duration // from the end of the errors to the first post
	}{
		{"500", "", fakeslack.Status{Code: 500}, 9*time.Minute + 30*time.Second, time.Second},
		{"500 after it was posted", "", fakeslack.Status{Code: 500, After: true}, 9*time.Minute + 30*time.Second, time.Second},
		{"429 with Retry-After 60", "", fakeslack.RateLimited("60"), 59 * time.Second, 2 * time.Second},
		{"429 without Retry-After", "", fakeslack.RateLimited(""), 59 * time.Second, 6 * time.Second},
		{"ratelimited in a 200", "", fakeslack.Refuse{Error: "ratelimited"}, 5 * time.Minute, 6 * time.Second},
		// A post in doubt is left alone for two seconds before it is looked for, and the
		// last one may have been tried just before the end.
		{"ok false without an error", "chat.postMessage", fakeslack.Refuse{}, 5 * time.Minute, 3 * time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, "", time.Time{}, func(b *bubble) {
				anna := b.visitor("anna")
				anna.presses("human")
				anna.isClaimed("maya")
				b.wait(time.Minute)

				lift := b.Slack.Inject(fakeslack.Fault{Method: row.method, Do: row.do})
				for i := range 10 {
					anna.says(fmt.Sprintf("anna's line %d", i))
					anna.hears("maya", fmt.Sprintf("maya's line %d", i))
					b.wait(row.last / 10)
				}
				lift()
				back := time.Now()
				b.wait(2 * time.Minute)
				b.postedWithin(row.within, back)
				anna.agree()
			})
		})
	}
}

// The token is revoked for an hour. When it is good again the house heals by
// itself, and what was said meanwhile is there.
func TestTokenRevokedForAnHour(t *testing.T) {
	t.Parallel()
	inBubble(t, "", time.Time{}, func(b *bubble) {
		anna, ben := b.visitor("anna"), b.visitor("ben")
		anna.presses("human")
		anna.isClaimed("maya")

		b.Slack.RevokeTokens("token_revoked")
		b.wait(57 * time.Minute)
		ben.presses("human")
		for i := range 3 {
			anna.says(fmt.Sprintf("anna's line %d", i))
			anna.hears("maya", fmt.Sprintf("maya's line %d", i))
			ben.says(fmt.Sprintf("ben's line %d", i))
			b.wait(time.Minute)
		}
		ben.toldOnce(unreachable)
		b.Slack.RevokeTokens("")
		back := time.Now()
		b.wait(5 * time.Minute)
		b.postedWithin(11*time.Second, back) // a refused token is tried every ten seconds
		ben.isClaimed("sam")
		ben.hears("sam", "sam is here")
		ben.sees("Sam", "sam is here")
		anna.agree()
		ben.agree()
	})
}
