package handofftest

import (
	"fmt"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// mostOpens is how often the house may open a connection in so many hours of the
// story below: two at the start, and of each three hours two in the one with a
// renewal, nine in the one with sockets that are half open, and ten in the one
// with five refusals.
func mostOpens(hours int) int { return 2 + hours/3*(2+9+10) }

// A day with Socket Mode (a quarter of one, unless the long stories are asked for). Every hour Slack does something to the connections;
// every ten minutes Anna writes a line and Maya another.
func TestDayOfSockets(t *testing.T) {
	t.Parallel()
	hours := 6
	if long() {
		hours = 24
	}
	hourly := []func(b *bubble){renewed, halfOpen, refused}
	inBubble(t, "", time.Time{}, func(b *bubble) {
		began := time.Now()
		anna := b.visitor("anna")
		anna.presses("human")
		anna.isClaimed("maya")
		anna.Leave()
		for hour := range hours {
			next := time.Now().Add(time.Hour)
			for i := range 6 {
				anna.says(fmt.Sprintf("anna at %02d:%d0", hour, i))
				anna.hears("maya", fmt.Sprintf("maya at %02d:%d0", hour, i))
				if i == 0 {
					hourly[hour%len(hourly)](b)
				}
				b.wait(time.Until(next) / time.Duration(6-i))
			}
		}
		anna.Return()
		b.wait(10 * time.Minute)
		anna.agree()
		opens := len(b.calls("apps.connections.open", began.Add(-time.Minute)))
		if most := mostOpens(hours); opens > most {
			t.Errorf("%d calls of apps.connections.open in %d hours, want %d at most", opens, hours, most)
		} else {
			t.Logf("%d calls of apps.connections.open in %d hours; %d are allowed", opens, hours, most)
		}
	})
}

// renewed: Slack asks for new connections, as it does every hour or so. A line
// is on its way meanwhile.
func renewed(b *bubble) { b.Slack.Disconnect("refresh_requested") }

// halfOpen: the connections stay, and nothing goes through them, for two minutes.
func halfOpen(b *bubble) {
	b.slack(func(sw *fakeslack.Switches) { sw.Frozen = true })
	b.guests[0].hears("maya", fmt.Sprintf("maya into the silence at %v", time.Now()))
	b.wait(2 * time.Minute)
	b.slack(func(sw *fakeslack.Switches) { sw.Frozen = false })
}

// refused: somebody else holds too many connections.
func refused(b *bubble) {
	for range 5 {
		b.Slack.Disconnect("too_many_websockets")
		b.wait(10 * time.Second)
	}
}
