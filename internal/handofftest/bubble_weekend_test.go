package handofftest

import (
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// officeHours are those of the sample shop.
const officeHours = `handoff:
  hours: {timezone: Europe/Berlin, open: {mon-fri: "09:00-17:30"}}
`

// Friday evening to Monday morning: Anna asks for a person when nobody is there,
// leaves an address, and is answered on Monday.
func TestFridayToMonday(t *testing.T) {
	for _, row := range []struct {
		name           string
		friday, monday string
		off            bool // the house itself is switched off over the weekend
	}{
		{"a weekend", "2026-01-16", "2026-01-19", false},
		{"clocks go forward, switched off", "2026-03-27", "2026-03-30", true},
		{"clocks go back, switched off", "2026-10-23", "2026-10-26", true},
		{"a new year, switched off", "2027-12-31", "2028-01-03", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, officeHours, berlin(row.friday+" 17:00"), func(b *bubble) { weekend(b, row.friday, row.monday, row.off) })
		})
	}
}

func weekend(b *bubble, friday, monday string, off bool) {
	b.waitUntil(berlin(friday + " 18:00"))
	anna := b.visitor("anna")
	anna.says("is there a person I can talk to?")
	anna.is("offline")
	anna.toldOnce("Nobody from the team is here right now")
	anna.toldOnce("The team is back Monday at 09:00 (Europe/Berlin).")
	anna.gives("anna@mail.example")
	anna.sees("system", "The team will answer there")
	anna.says("it is about my order 4711")
	anna.card()
	b.wait(time.Minute)
	left, opens := time.Now(), berlin(monday+" 09:00")
	if off {
		b.off(opens.Add(-time.Minute))
	}
	anna.Leave()
	b.waitUntil(opens.Add(-time.Second))
	if n := len(b.posts(left)); n != 0 {
		b.t.Errorf("%d posts over the weekend", n)
	}
	if n := mentions(b.Slack.Thread(anna.channel, anna.root)); n != 0 {
		b.t.Errorf("%d messages mention the team while nobody is there", n)
	}
	b.waitUntil(opens.Add(10 * time.Second))
	if card := b.Slack.Thread(anna.channel, anna.root)[0]; mentions([]fakeslack.Message{card}) != 1 {
		b.t.Errorf("on Monday at nine the card does not mention the team:\n%s", card.Visible())
	}
	anna.answered(monday)
}

// answered is Monday: Maya has read the card, Anna comes back.
func (g *guest) answered(monday string) {
	b := g.b
	b.waitUntil(berlin(monday + " 09:10"))
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
