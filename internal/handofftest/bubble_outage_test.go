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
