package handofftest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// A night's contact: asked once for an address and never for her question, the
// code at once, first in the morning's list, and the answer by mail while she is
// away; with the house off for most of the night.
func TestANightsContact(t *testing.T) {
	t.Parallel()
	const policy = mailPolicy + "handoff: {hours: {timezone: Europe/Berlin, open: {mon-fri: \"09:00-17:30\"}}}\n"
	inBubble(t, policy, berlin("2026-01-19 22:00"), func(b *bubble) {
		anna := b.visitor("anna")
		anna.says("I want to talk to a human about order 4711")
		anna.is("offline")
		anna.toldOnce("Leave an address")
		anna.gives("anna@mail.example")
		b.wait(2 * time.Second)
		b.mailed(1, "is your code for Sample shop")
		anna.says("it was the blue one")
		b.wait(time.Minute)
		b.restarts(10 * time.Second)
		anna.proves()
		anna.says("size 42")
		anna.card()
		b.wait(time.Minute)
		anna.toldOnce("Leave an address")
		anna.toldOnce("Added for the team.")
		anna.toldOnce("your address is confirmed")
		anna.is("offline")
		ben := b.visitor("ben")
		ben.presses("human")
		ben.is("offline")
		ben.Leave()
		b.off(berlin("2026-01-20 08:55"))
		anna.Leave()
		ben.Leave()
		b.waitUntil(berlin("2026-01-20 09:05"))
		home := b.homeOf("maya")
		if a, z := strings.Index(home, anna.Reference), strings.Index(home, ben.Reference); a < 0 || z < a {
			t.Errorf("the morning's list does not begin with Anna and then Ben:\n%s", home)
		}
		anna.claimedBy("maya")
		anna.hears("maya", "the blue one is on its way")
		b.wait(3 * time.Second)
		b.mailed(2, "Sample shop replied", "Maya, ", "the blue one is on its way", "https://chat.shop.example/resume#")
		anna.Return()
		anna.sees("Maya", "the blue one is on its way")
		anna.agree()
	})
}

// away: suggest shows the operator's Markdown with its telephone link; who leaves a
// number instead of an address waits on, and is in the morning's list.
func TestASuggestionAndACallBack(t *testing.T) {
	t.Parallel()
	const policy = `handoff:
  hours: {timezone: Europe/Berlin, open: {mon-fri: "09:00-17:30"}}
  away: {suggest: "Nobody is in. **Call** [our night line](tel:+4930123456) or leave a number."}
`
	inBubble(t, policy, berlin("2026-01-19 22:00"), func(b *bubble) {
		anna := b.visitor("anna")
		anna.presses("human")
		anna.is("offline")
		anna.toldOnce("Nobody is in. Call our night line (+4930123456) or leave a number.")
		content := ""
		for _, e := range anna.events() {
			if m, ok := e.Body.(conversation.Message); ok && m.Notice == conversation.NoticeSuggest {
				content = string(m.Content)
			}
		}
		if !strings.Contains(content, `"tel:+4930123456"`) || !strings.Contains(content, `"bold":true`) {
			t.Errorf("the suggestion is %s", content)
		}
		anna.Post("contact", map[string]any{"phone": "+49 30 99 11"})
		anna.sees("system", "The team will call you")
		b.restarts(10 * time.Second)
		b.wait(2 * time.Minute)
		anna.is("offline")
		anna.toldOnce("Nobody is in. Call our night line (+4930123456) or leave a number.")
		b.skipTo(berlin("2026-01-20 09:01"))
		anna.is("waiting")
		if home := b.homeOf("maya"); !strings.Contains(home, anna.Reference) {
			t.Errorf("the morning's list lacks her:\n%s", home)
		}
		anna.card()
		if card := b.threadOf(anna); !strings.Contains(card, "+49 30 99 11") {
			t.Errorf("the number is not on the card:\n%s", card)
		}
		anna.isClaimed("maya")
		anna.agree()
	})
}

// A topic's own hours: at eight in the evening somebody is there for money, and
// nobody for anything else.
func TestATopicHasItsOwnHours(t *testing.T) {
	t.Parallel()
	const policy = `handoff:
  hours: {timezone: Europe/Berlin, open: {mon-fri: "09:00-17:30"}}
  restricted_topics:
    - {name: Billing, phrases: [charged twice], channel: C0BILLING, priority: urgent, hours: {timezone: Europe/Berlin, open: {mon-sun: "08:00-22:00"}}}
`
	inBubble(t, policy, berlin("2026-01-19 20:00"), func(b *bubble) {
		anna, ben := b.visitor("anna"), b.visitor("ben")
		anna.says("I was charged twice")
		anna.is("waiting")
		ben.presses("human")
		ben.is("offline")
		ben.toldOnce("The team is back tomorrow at 09:00")
		anna.card()
		if card := b.threadOf(anna); anna.channel != fakeslack.SampleBilling || !strings.Contains(card, "URGENT") {
			t.Errorf("the card in %s:\n%s", anna.channel, card)
		}
		b.waitUntil(berlin("2026-01-19 21:59"))
		anna.is("waiting")
		b.waitUntil(berlin("2026-01-19 22:01"))
		anna.is("offline")
		b.skipTo(berlin("2026-01-20 08:01"))
		anna.is("waiting")
		ben.is("offline")
		b.waitUntil(berlin("2026-01-20 09:01"))
		ben.is("waiting")
		anna.agree()
		ben.agree()
	})
}

// Whatever the visitor writes while she waits, and whatever she is told, moves
// neither her place nor the ladder's clock; she is told once in each wait that it
// was added.
func TestWritingMovesNothing(t *testing.T) {
	t.Parallel()
	inBubble(t, ladderPolicy, berlin("2026-01-16 10:00"), func(b *bubble) {
		anna, ben := b.visitor("anna"), b.visitor("ben")
		anna.presses("human")
		anna.is("waiting")
		b.wait(10 * time.Second)
		ben.presses("human")
		ben.is("waiting")
		start := anna.state().Queued.At
		for _, line := range []string{"hello", "is anybody there", "it is about order 4711"} {
			anna.says(line)
			b.wait(50 * time.Second)
		}
		anna.WaitPlace(`{"position":1}`)
		ben.WaitPlace(`{"position":2}`)
		anna.toldOnce("Added for the team.")
		b.waitUntil(start.Add(3 * time.Minute))
		anna.wantQueued(start, "2m0s ping_group")
		anna.isClaimed("maya")
		anna.hears("maya", "one moment please")
		anna.sees("Maya", "one moment please")
		b.wait(time.Second)
		b.press("maya", anna, "Release")
		anna.is("waiting")
		again := anna.state().Queued.At
		b.wait(5 * time.Second)
		if n := anna.told("Added for the team."); n != 1 {
			t.Errorf("told %d times before she wrote in her second wait", n)
		}
		anna.says("and order 4712")
		b.restarts(5 * time.Second)
		anna.says("and order 4713")
		b.wait(10 * time.Second)
		if n := anna.told("Added for the team."); n != 2 {
			t.Errorf("told %d times in two waits", n)
		}
		b.waitUntil(again.Add(2*time.Minute + time.Second))
		anna.wantQueued(again, "2m0s ping_group")
		anna.agree()
		ben.agree()
	})
}

// A range needs five claims of the last hour: an hour later there is none.
func TestTheRangeIsOfTheLastHour(t *testing.T) {
	t.Parallel()
	inBubble(t, "", time.Time{}, func(b *bubble) {
		for _, name := range []string{"ada", "bea", "cora", "dora", "erna"} {
			g := b.visitor(name)
			g.presses("human")
			b.wait(90 * time.Second)
			g.isClaimed("maya")
		}
		anna := b.visitor("anna")
		anna.presses("human")
		anna.WaitPlace(`{"position":1,"wait":[2,3]}`)
		b.wait(50 * time.Minute)
		ben := b.visitor("ben")
		ben.presses("human")
		ben.WaitPlace(`{"position":2,"wait":[2,3]}`)
		b.wait(10 * time.Minute)
		ben.WaitPlace(`{"position":2}`)
	})
}

// Slack is away: who has left an address is not asked for it again, and who has not
// is asked once.
func TestAnOutageAsksOnlyWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	inBubble(t, "", time.Time{}, func(b *bubble) {
		anna, ben := b.visitor("anna"), b.visitor("ben")
		anna.gives("anna@mail.example")
		b.slack(func(sw *fakeslack.Switches) { sw.Outage = true })
		anna.presses("human")
		ben.presses("human")
		b.wait(59 * time.Second)
		for _, g := range []*guest{anna, ben} {
			if g.told("could not reach the team") != 0 {
				t.Errorf("%s was told before a minute was over", g.name)
			}
		}
		b.wait(2 * time.Second)
		anna.toldOnce("I could not reach the team yet; I keep trying. What you wrote is kept.")
		ben.toldOnce(unreachable + "; I keep trying. Leave an address")
		b.restart()
		b.wait(5 * time.Minute)
		for _, g := range []*guest{anna, ben} {
			g.toldOnce("could not reach the team")
		}
		b.slack(func(sw *fakeslack.Switches) { sw.Outage = false })
		b.wait(2 * time.Minute)
		cards := 0
		for _, m := range b.Slack.History(fakeslack.SampleSupport) {
			if slices.Contains(m.Actions(), "handoff_claim") {
				cards++
			}
		}
		if cards != 2 {
			t.Errorf("%d cards, want two", cards)
		}
	})
}
