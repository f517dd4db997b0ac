package handofftest

import (
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// officeHours is the policy with these hours from Monday to Friday.
func officeHours(hours string) string {
	return "handoff: {hours: {timezone: Europe/Berlin, open: {mon-fri: " + hours + "}}}\n"
}

// Friday evening to Monday morning, and other times without anybody there: Anna
// asks for a person, leaves an address, and is answered when the team is back.
func TestFridayToMonday(t *testing.T) {
	const whole, lunch = `"09:00-17:30"`, `["09:00-12:00", "13:00-17:30"]`
	for _, row := range []struct {
		name, hours string
		asks, opens string
		says        string
		off         bool // the house itself is switched off meanwhile
	}{
		{"a lunch break", lunch, "2026-01-20 12:05", "2026-01-20 13:00", "today at 13:00", false},
		{"a weekend", whole, "2026-01-16 18:00", "2026-01-19 09:00", "Monday at 09:00", !long()},
		{"clocks go forward", whole, "2026-03-27 18:00", "2026-03-30 09:00", "Monday at 09:00", true},
		{"clocks go back", whole, "2026-10-23 18:00", "2026-10-26 09:00", "Monday at 09:00", true},
		{"a new year", whole, "2027-12-31 18:00", "2028-01-03 09:00", "Monday at 09:00", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, officeHours(row.hours), berlin(row.asks), func(b *bubble) {
				closed(b, row.says, berlin(row.opens), row.off)
			})
		})
	}
}

// closed is the time until the office opens. says is when Anna is told that is.
func closed(b *bubble, says string, opens time.Time, off bool) {
	anna := b.visitor("anna")
	anna.says("is there a person I can talk to?")
	anna.is("offline")
	anna.toldOnce("Nobody from the team is here right now")
	anna.toldOnce("The team is back " + says + " (Europe/Berlin).")
	anna.gives("anna@mail.example")
	anna.sees("system", "The team will answer there")
	anna.says("it is about my order 4711")
	anna.card()
	b.wait(time.Minute)
	left := time.Now()
	if off {
		b.off(opens.Add(-time.Minute))
	}
	anna.Leave()
	b.waitUntil(opens.Add(-time.Second))
	if n := len(b.posts(left)); n != 0 {
		b.t.Errorf("%d posts while the office is closed", n)
	}
	if n := mentions(b.Slack.Thread(anna.channel, anna.root)); n != 0 {
		b.t.Errorf("%d messages mention the team while nobody is there", n)
	}
	b.waitUntil(opens.Add(10 * time.Second))
	if card := b.Slack.Thread(anna.channel, anna.root)[0]; mentions([]fakeslack.Message{card}) != 1 {
		b.t.Errorf("at nine the card does not mention the team:\n%s", card.Visible())
	}
	anna.answered()
}

// answered is the morning: Maya has read the card, Anna comes back.
func (g *guest) answered() {
	b := g.b
	b.wait(10 * time.Minute)
	g.claimedBy("maya")
	g.hears("maya", "good morning, I have looked at 4711")
	b.wait(time.Minute)

	g.Return()
	g.sees("Maya", "I have looked at 4711")
	g.is("agent")
	g.says("thank you, Maya")
	b.wait(time.Minute)
	g.toldOnce("Nobody from the team is here right now")
	g.agree()
}

// mentions counts the messages of ours that mention whoever is there.
func mentions(thread []fakeslack.Message) (n int) {
	for _, m := range thread {
		if m.BotID != "" && strings.Contains(m.Visible()+m.Text, "@here") {
			n++
		}
	}
	return n
}
