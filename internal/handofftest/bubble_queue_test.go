package handofftest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/duty"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// ladderPolicy is an office with a short ladder, a topic and silent owners.
const ladderPolicy = `handoff:
  hours: {timezone: Europe/Berlin, open: {mon-fri: "09:00-17:30"}}
  restricted_topics: [{name: Billing, phrases: [refund]}]
  when_nobody:
    - {after: 2m, do: ping_group}
    - {after: 5m, do: overflow, channel: C0BILLING}
    - {after: 8m, do: ask_contact}
    - {after: 10m, do: return_to_ai}
  when_owner_silent: {remind: 3m, requeue: 10m}
`

// events is the visitor's log.
func (g *guest) events() []conversation.Event {
	g.b.t.Helper()
	all, err := g.b.app.Store().Events(context.Background(), conversation.ID(g.Conversation), 0, 1000)
	if err != nil {
		g.b.t.Fatal(err)
	}
	return all
}

// queued is what the queue has done since a moment, with the time since then to
// the second. Routes and lines are left out.
func (g *guest) queued(since time.Time) []string {
	g.b.t.Helper()
	var acts []string
	for _, e := range g.events() {
		what := ""
		switch b := e.Body.(type) {
		case conversation.Stepped:
			what = b.Do
		case conversation.Reminded:
			what = "reminded " + b.Agent.Name
		case conversation.Released:
			what = "released " + string(b.Why)
		case conversation.Transferred:
			what = strings.TrimSpace(string(b.Why) + " " + b.To.Name)
		case conversation.HandedBack:
			what = "handed back " + string(b.Why)
		}
		if what != "" && e.Source == conversation.FromQueue && !e.At.Before(since.Truncate(time.Millisecond)) {
			acts = append(acts, fmt.Sprintf("%v %s", e.At.Sub(since).Truncate(time.Second), what))
		}
	}
	return acts
}

func (g *guest) wantQueued(since time.Time, want ...string) {
	g.b.t.Helper()
	if got := g.queued(since); !slices.Equal(got, want) {
		g.b.t.Errorf("%s: the queue did\n  %s\nwant\n  %s", g.name, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// state is the fold of the visitor's log.
func (g *guest) state() conversation.State {
	return conversation.Fold(conversation.State{}, g.events()...)
}

// restarts ends the house and starts it again, with everybody back in the chat.
func (b *bubble) restarts(off time.Duration) {
	b.t.Helper()
	b.off(time.Now().Add(off))
}

// Each step of the ladder comes to the second, with the house switched off between
// two of them, and late only when it was off at the time.
func TestLadderAcrossRestarts(t *testing.T) {
	t.Parallel()
	inBubble(t, ladderPolicy, berlin("2026-01-16 10:00"), func(b *bubble) {
		anna, ben := b.visitor("anna"), b.visitor("ben")
		anna.presses("human")
		anna.is("waiting")
		anna.card()
		start := anna.state().Queued.At
		b.waitUntil(start.Add(90 * time.Second))
		b.restarts(10 * time.Second)
		b.waitUntil(start.Add(4 * time.Minute))
		b.restarts(30 * time.Second)
		ben.presses("human")
		b.waitUntil(start.Add(6 * time.Minute))
		b.restarts(time.Second)
		b.waitUntil(start.Add(10*time.Minute + time.Second))
		anna.wantQueued(start, "2m0s ping_group", "5m0s overflow", "5m0s overflow", "8m0s ask_contact", "10m0s return_to_ai", "10m0s handed back nobody")
		anna.is("bot")
		anna.toldOnce("Nobody from the team could answer in time")

		late := ben.state().Queued.At
		b.waitUntil(late.Add(7 * time.Minute))
		b.off(late.Add(9 * time.Minute))
		b.waitUntil(late.Add(9*time.Minute + 10*time.Second))
		ben.wantQueued(late, "2m0s ping_group", "5m0s overflow", "5m0s overflow", "9m0s ask_contact")
		anna.agree()
		ben.agree()
	})
}

// A silent owner is reminded and then loses it, across a restart; the visitor is
// told, and the next one has all that was said.
func TestSilentOwnerAcrossARestart(t *testing.T) {
	t.Parallel()
	inBubble(t, ladderPolicy, berlin("2026-01-16 10:00"), func(b *bubble) {
		anna := b.visitor("anna")
		anna.presses("human")
		anna.isClaimed("maya")
		anna.hears("maya", "hello, what is it about")
		anna.sees("Maya", "what is it about")
		anna.says("my order 4711")
		asked := anna.state().Unanswered.At
		b.waitUntil(asked.Add(2 * time.Minute))
		b.restarts(5 * time.Second)
		b.waitUntil(asked.Add(4 * time.Minute))
		anna.wantQueued(asked, "3m0s reminded Maya")
		anna.says("are you there")
		b.restarts(5 * time.Second)
		b.waitUntil(asked.Add(10*time.Minute + 2*time.Second))
		anna.wantQueued(asked, "3m0s reminded Maya", "10m0s released silent")
		anna.is("waiting")
		anna.toldOnce("Maya is away; a colleague will read what you wrote.")
		if from := anna.state().WaitFrom; !from.Equal(asked) {
			t.Errorf("her place counts from %v, want from her line at %v", from, asked)
		}
		anna.isClaimed("sam")
		anna.hears("sam", "sam has read it all")
		anna.sees("Sam", "sam has read it all")
		anna.agree()
	})
}

// Friday 17:29 to Monday 09:00: neither the ladder nor the owner's clock runs while
// the office is closed, and nobody is called.
func TestClocksStandStillOverTheWeekend(t *testing.T) {
	t.Parallel()
	inBubble(t, ladderPolicy, berlin("2026-01-16 17:20"), func(b *bubble) {
		anna, ben := b.visitor("anna"), b.visitor("ben")
		ben.presses("human")
		ben.isClaimed("maya")
		ben.hears("maya", "hello, ben")
		ben.sees("Maya", "hello, ben")
		b.waitUntil(berlin("2026-01-16 17:29"))
		ben.says("one more thing")
		anna.presses("human")
		anna.is("waiting")
		friday := time.Now()
		b.waitUntil(berlin("2026-01-16 17:31"))
		anna.is("offline")
		ben.is("agent")
		b.skipTo(berlin("2026-01-19 09:00"))
		monday := time.Now()
		anna.wantQueued(friday)
		ben.wantQueued(friday)
		b.waitUntil(monday.Add(10 * time.Minute))
		anna.is("bot")
		got := anna.queued(monday)
		if len(got) == 0 || got[0] != "1m0s ping_group" {
			t.Errorf("on Monday the ladder goes on with %v, want its first step after a minute", got)
		}
		ben.wantQueued(monday, "2m0s reminded Maya", "9m0s released silent")
		anna.agree()
		ben.agree()
	})
}

// The ladder goes on while Slack and the model are down, and nobody counts as
// silent who cannot write.
func TestLadderWhileAllIsDown(t *testing.T) {
	t.Parallel()
	inBubble(t, ladderPolicy, berlin("2026-01-16 10:00"), func(b *bubble) {
		anna, ben := b.visitor("anna"), b.visitor("ben")
		ben.presses("human")
		ben.isClaimed("maya")
		anna.presses("human")
		anna.card()
		start := anna.state().Queued.At
		b.wait(time.Minute)
		b.slack(func(sw *fakeslack.Switches) { sw.Outage = true })
		b.Model.Script(llmtest.Step{Times: -1, Reply: llmtest.Reply{Status: http.StatusServiceUnavailable}})
		anna.says("is anybody there")
		ben.says("maya?")
		b.waitUntil(start.Add(10*time.Minute + time.Second))
		anna.wantQueued(start, "2m0s ping_group", "5m0s overflow", "5m0s overflow", "8m0s ask_contact", "10m0s return_to_ai", "10m0s handed back nobody")
		ben.wantQueued(start)
		ben.hears("maya", "maya wrote all the while")
		b.slack(func(sw *fakeslack.Switches) { sw.Outage = false })
		b.wait(2 * time.Minute)
		ben.is("agent")
		ben.sees("Maya", "maya wrote all the while")
		anna.agree()
		ben.agree()
	})
}

// A restricted topic stays with people: after return_to_ai, after ai_continues and
// after a restart there is no answer of the AI on it, whatever is written.
func TestATopicStaysWithPeople(t *testing.T) {
	for _, row := range []struct {
		name, policy, begins string
	}{
		{"return_to_ai", ladderPolicy, "2026-01-16 10:00"},
		{"ai_continues at night", ladderPolicy + "  away: ai_continues\n", "2026-01-16 20:00"},
		{"ai_continues at the ladder's end", strings.Replace(ladderPolicy, "    - {after: 10m, do: return_to_ai}\n", "", 1) + "  away: ai_continues\n", "2026-01-16 10:00"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, row.policy, berlin(row.begins), func(b *bubble) {
				anna := b.visitor("anna")
				anna.says("I want a refund")
				b.wait(12 * time.Minute)
				more := []string{"How long does delivery take?", "hello", "is it two working days"}
				for _, line := range more {
					anna.says(line)
					b.wait(time.Minute)
				}
				b.restarts(time.Minute)
				anna.says("and now")
				b.wait(10 * time.Minute)
				if s := anna.state(); s.Mode != conversation.Waiting || !s.TopicOpen || s.LastBot.Seq > 0 {
					t.Errorf("mode %s, topic open %v, the AI's last line %d", s.Mode, s.TopicOpen, s.LastBot.Seq)
				}
				anna.toldOnce("Added for the team.")
				anna.agree()
			})
		})
	}
}

// With routing.mode: assign one after the other gets it, across a restart; who
// accepts keeps it.
func TestAssignedAcrossARestart(t *testing.T) {
	t.Parallel()
	const policy = "handoff: {routing: {mode: assign, order: [least_busy], capacity: 1, accept_within: 60s}}\n"
	inBubble(t, policy, time.Time{}, func(b *bubble) {
		for _, id := range []string{fakeslack.SampleMaya, fakeslack.SampleSam} {
			_, err := b.app.Store().ChangeAgent(context.Background(), id, func(a *duty.Agent) {
				a.Name, a.Places = map[string]string{fakeslack.SampleMaya: "Maya", fakeslack.SampleSam: "Sam"}[id], []string{fakeslack.SampleSupport}
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		b.wait(2 * time.Second)
		anna := b.visitor("anna")
		anna.presses("human")
		anna.is("agent")
		first := anna.state()
		b.wait(30 * time.Second)
		b.restarts(5 * time.Second)
		b.waitUntil(first.Accept.Add(3 * time.Second))
		second := anna.state()
		if second.Owner.ID == first.Owner.ID || second.Mode != conversation.WithAgent {
			t.Fatalf("a minute later it is %+v's in mode %s, and was %+v's", second.Owner, second.Mode, first.Owner)
		}
		if !second.Queued.At.Equal(first.Queued.At) {
			t.Errorf("the wait began anew at %v", second.Queued.At)
		}
		name := map[string]string{fakeslack.SampleMaya: "maya", fakeslack.SampleSam: "sam", fakeslack.SamplePriya: "priya"}[second.Owner.ID]
		anna.card()
		anna.hears(name, "here I am")
		anna.sees(second.Owner.Name, "here I am")
		b.wait(5 * time.Minute)
		if s := anna.state(); s.Owner.ID != second.Owner.ID || !s.Accept.IsZero() {
			t.Errorf("who accepted has it no more: %+v", s.Owner)
		}
		anna.agree()
	})
}

// Those who wait read their place, whatever they do meanwhile, and again after a
// restart; the range comes with the fifth claim of the hour.
func TestPlacesInLine(t *testing.T) {
	t.Parallel()
	inBubble(t, "", time.Time{}, func(b *bubble) {
		var guests []*guest
		for _, name := range []string{"anna", "ben", "carl", "dora", "erna", "fred"} {
			g := b.visitor(name)
			g.presses("human")
			g.is("waiting")
			guests = append(guests, g)
			b.wait(3 * time.Second)
			g.WaitPlace(fmt.Sprintf(`{"position":%d}`, len(guests)))
		}
		guests[0].isClaimed("maya")
		b.wait(3 * time.Second)
		guests[5].WaitPlace(`{"position":5}`)
		guests[5].says("a line does not move me")
		b.restarts(time.Second)
		b.wait(3 * time.Second)
		guests[5].WaitPlace(`{"position":5}`)
		for _, g := range guests[1:5] {
			g.isClaimed("sam")
		}
		b.wait(3 * time.Second)
		guests[5].WaitPlace(`{"position":1,"wait":[1,2]}`)
		guests[5].agree()
	})
}
