package handofftest

import (
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// office is open from nine to five on weekdays.
const office = `  hours: {timezone: Europe/Berlin, open: {mon-fri: "09:00-17:00"}}
`

// silent says that neither the bot has spoken nor any model been asked.
func (g *guest) silent(when string) {
	g.b.t.Helper()
	for _, l := range Lines(g.Items()) {
		if l.Role == "bot" {
			g.b.t.Errorf("%s the bot has said %q", when, l.Text)
		}
	}
	for _, r := range g.b.Model.Requests() {
		if r.Shape() == "" {
			g.b.t.Errorf("%s the model was asked for an answer", when)
		}
	}
}

// TestHumanOnlyThroughANight: people answer, and nobody else, in the office hours
// and out of them, through the whole ladder and a restart.
func TestHumanOnlyThroughANight(t *testing.T) {
	policy := "handoff:\n  level: human_only\n" + office + `  away: ai_continues
  when_nobody: [{after: 2m, do: ping_group}, {after: 5m, do: return_to_ai}]
`
	inBubble(t, policy, berlin("2026-11-19 16:40"), func(b *bubble) {
		anna := b.visitor("anna")
		anna.says("My lamp is broken")
		anna.sees("system", "The team has your message")
		anna.is("waiting")
		anna.card()
		b.wait(6 * time.Minute)
		anna.toldOnce("Leave an address")
		anna.silent("after the ladder")

		vera := b.visitor("vera")
		b.skipTo(berlin("2026-11-19 17:01"))
		vera.says("Is anybody there?")
		vera.sees("system", "Nobody from the team is here")
		vera.is("offline")
		anna.is("offline")
		b.stop()
		b.start()
		vera.says("Hello?")
		vera.sees("system", "Added for the team")
		b.skipTo(berlin("2026-11-20 09:00"))
		b.wait(time.Minute)
		anna.is("waiting")
		vera.is("waiting")
		vera.isClaimed("maya")
		vera.hears("maya", "Good morning")
		vera.sees("Maya", "Good morning")
		vera.silent("in the morning")
		if n := len(b.Model.Requests()); n != 0 {
			t.Errorf("%d calls of the model, want none", n)
		}
		anna.agree()
		vera.agree()
	})
}

// TestARestrictedTopicStaysWithPeople: through return_to_ai, through ai_continues,
// and with a restart before each; also when it came up only while she waited.
func TestARestrictedTopicStaysWithPeople(t *testing.T) {
	const topic = `  restricted_topics: [{name: Billing disputes, phrases: [charged twice, refund]}]
`
	for _, row := range []struct {
		name, policy, begins string
		first, second        string
		back                 bool // the bot gets it back in between
	}{
		{"return_to_ai", "  when_nobody: [{after: 3m, do: return_to_ai}]\n", "2026-11-19 10:00", "I was charged twice", "so what now?", false},
		{"ai_continues", office + "  away: ai_continues\n", "2026-11-19 20:00", "I was charged twice", "so what now?", false},
		{"return_to_ai, in the wait", "  when_nobody: [{after: 3m, do: return_to_ai}]\n", "2026-11-19 10:00", "I want to talk to a human", "I was charged twice", true},
		{"ai_continues, after it", office + "  away: ai_continues\n", "2026-11-19 20:00", "I want to talk to a human", "I was charged twice", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, "handoff:\n  level: balanced\n"+topic+row.policy, berlin(row.begins), func(b *bubble) {
				b.Model.Script(llmtest.Say("Here is your refund, and parcels take two working days."))
				anna := b.visitor("anna")
				anna.says(row.first)
				b.wait(time.Second)
				b.stop()
				b.start()
				anna.says(row.second)
				for range 3 { // a whole ladder each
					b.wait(4 * time.Minute)
					b.stop()
					b.start()
				}
				anna.says("and now?")
				b.wait(4 * time.Minute)
				anna.silent("at the end")
				back := anna.backs()
				if (len(back) > 0) != row.back {
					t.Errorf("the bot got it back %d times:\n%s", len(back), anna.Transcript())
				}
				s := conversation.Fold(conversation.State{}, anna.log()...)
				if !s.TopicOpen || s.Mode != conversation.Waiting {
					t.Errorf("mode %s, topic open %v, want waiting and open:\n%s", s.Mode, s.TopicOpen, anna.Transcript())
				}
			})
		})
	}
}

// backs are the times the queue gave the conversation to the bot.
func (g *guest) backs() []conversation.HandedBack {
	var all []conversation.HandedBack
	for _, e := range g.log() {
		if b, ok := e.Body.(conversation.HandedBack); ok {
			all = append(all, b)
		}
	}
	return all
}

// TestNobodyHadTime: the ladder gives her back to the bot, which answers what she
// wrote while she waited, at once and once, also over a restart.
func TestNobodyHadTime(t *testing.T) {
	for _, row := range []struct {
		name, policy, begins, told string
	}{
		{"the ladder", "  when_nobody: [{after: 3m, do: return_to_ai}]\n", "2026-11-19 10:00", "could answer in time"},
		{"nobody is in", office + "  away: ai_continues\n", "2026-11-19 20:00", "The assistant keeps helping"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, "handoff:\n  level: balanced\n"+row.policy, berlin(row.begins), func(b *bubble) {
				anna := b.visitor("anna")
				anna.says("I want to talk to a human")
				anna.sees("system", "asked the team")
				anna.says("How long does delivery take?")
				b.wait(time.Minute)
				b.stop()
				b.start()
				b.wait(3 * time.Minute)
				anna.toldOnce(row.told)
				anna.is("bot")
				anna.sees("bot", "two working days")
				answers := 0
				for _, l := range Lines(anna.Items()) {
					if l.Role == "bot" {
						answers++
					}
				}
				if answers != 1 {
					t.Errorf("%d lines of the bot:\n%s", answers, anna.Transcript())
				}
				anna.agree()
			})
		})
	}
}
