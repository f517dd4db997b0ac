package handofftest

import (
	"fmt"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// mostOpens is how often the house may open a connection in the day below: two
// at the start, two for each of eight renewals, nine in an hour with sockets
// that are half open, and ten in an hour with five refusals.
const mostOpens = 2 + 8*2 + 8*9 + 8*10

// A day with Socket Mode. Every hour Slack does something to the connections;
// every ten minutes Anna writes a line and Maya another.
func TestDayOfSockets(t *testing.T) {
	t.Parallel()
	hourly := []func(b *bubble){renewed, halfOpen, refused}
	inBubble(t, "", time.Time{}, func(b *bubble) {
		began := time.Now()
		anna := b.visitor("anna")
		anna.presses("human")
		anna.isClaimed("maya")
		anna.Leave()
		for hour := range 24 {
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
		t.Logf("%d calls of apps.connections.open", opens)
		if opens > mostOpens {
			t.Errorf("%d calls of apps.connections.open in a day, want %d at most", opens, mostOpens)
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
