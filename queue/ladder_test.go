package queue

import (
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/duty"
	"github.com/handoff-bot/handoff/escalation"
)

func rung(after time.Duration, do string) escalation.Rung {
	return escalation.Rung{After: after, Do: do}
}

func ladder(rungs ...escalation.Rung) func(*escalation.Config) {
	return func(c *escalation.Config) { c.WhenNobody = rungs }
}

// whole is a ladder with every step.
func whole() func(*escalation.Config) {
	return ladder(
		rung(2*time.Minute, escalation.RungPing),
		escalation.Rung{After: 3 * time.Minute, Do: escalation.RungEmail, Address: "desk@example.com"},
		escalation.Rung{After: 5 * time.Minute, Do: escalation.RungOverflow, Channel: "C0BACKUP"},
		rung(8*time.Minute, escalation.RungContact),
		rung(10*time.Minute, escalation.RungReturn),
	)
}

func way(name string) func(*escalation.Config) {
	return func(c *escalation.Config) { c.Away = escalation.Away{Way: name} }
}

func TestLadder(t *testing.T) {
	w := worldAt(t, ten, whole())
	w.escalates(conversation.Escalated{})
	wantTrace(t, w.until("2026-11-20 11:00:00"),
		"10:00:00 routed C0SUPPORT staffed here",
		"10:02:00 stepped ping_group S0AGENTS",
		"10:03:00 stepped email desk@example.com",
		"10:05:00 stepped overflow C0BACKUP",
		"10:05:00 transferred overflow C0BACKUP",
		"10:05:00 routed C0BACKUP staffed here",
		"10:08:00 stepped ask_contact",
		"10:08:00 says ask_contact",
		"10:10:00 stepped return_to_ai",
		"10:10:00 handed_back nobody",
		"10:10:00 says nobody",
	)
	if w.state.Mode != conversation.WithBot {
		t.Errorf("mode %s", w.state.Mode)
	}
}

// Steps that would do harm do the next best thing.
func TestStepsBend(t *testing.T) {
	topic := conversation.Escalated{Topic: "Billing"}
	for _, row := range []struct {
		name   string
		change func(*escalation.Config)
		before func(*world)
		e      conversation.Escalated
		want   []string
	}{
		{"a restricted topic is not given back", ladder(rung(time.Minute, escalation.RungReturn)), nil, topic,
			[]string{"10:01:00 stepped return_to_ai", "10:01:00 says ask_contact"}},
		{"nor is a visitor whom the bot may not answer", ladder(rung(time.Minute, escalation.RungReturn)),
			func(w *world) { w.level = escalation.HumanOnly }, conversation.Escalated{},
			[]string{"10:01:00 stepped return_to_ai", "10:01:00 says ask_contact"}},
		{"nor what a rule keeps for people", ladder(rung(time.Minute, escalation.RungReturn)), nil, conversation.Escalated{Level: escalation.HumanOnly},
			[]string{"10:01:00 stepped return_to_ai", "10:01:00 says ask_contact"}},
		{"a known address is not asked for", ladder(rung(time.Minute, escalation.RungContact)),
			func(w *world) { w.system(conversation.ContactGiven{Mail: true}) }, conversation.Escalated{},
			[]string{"10:01:00 stepped ask_contact"}},
		{"nor is one that was asked for", ladder(rung(time.Minute, escalation.RungContact), rung(2*time.Minute, escalation.RungContact)), nil, conversation.Escalated{},
			[]string{"10:01:00 stepped ask_contact", "10:01:00 says ask_contact", "10:02:00 stepped ask_contact"}},
		{"overflow to where it is pings", ladder(escalation.Rung{After: time.Minute, Do: escalation.RungOverflow, Channel: "C0SUPPORT"}), nil, conversation.Escalated{},
			[]string{"10:01:00 stepped ping_group S0AGENTS"}},
		{"overflow to an empty seat pings", ladder(escalation.Rung{After: time.Minute, Do: escalation.RungOverflow, Channel: "C0BACKUP"}),
			func(w *world) {
				w.team("U1", "U2")
				w.agent("U2", func(a *duty.Agent) { a.Places, a.Choice = []string{"C0BACKUP"}, duty.Off })
			}, conversation.Escalated{},
			[]string{"10:01:00 stepped ping_group S0AGENTS"}},
		{"the topic's group is pinged", func(c *escalation.Config) {
			ladder(rung(time.Minute, escalation.RungPing))(c)
			c.Routing.Skills = map[string]string{"Billing": "S0BILL"}
		}, nil, topic, []string{"10:01:00 stepped ping_group S0BILL"}},
		{"a flood climbs no ladder", ladder(rung(time.Minute, escalation.RungPing)), nil, conversation.Escalated{Quiet: true}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := worldAt(t, ten, row.change)
			if row.before != nil {
				row.before(w)
			}
			w.escalates(row.e)
			w.handle()
			wantTrace(t, w.until("2026-11-20 10:02:30"), row.want...)
		})
	}
}

// The clock stands still while the office is closed, and starts again when
// somebody comes on duty after it was open and empty.
func TestLadderCountsTimeWithPeople(t *testing.T) {
	steps := ladder(rung(2*time.Minute, escalation.RungPing), rung(5*time.Minute, escalation.RungContact))
	t.Run("over a weekend", func(t *testing.T) {
		w := worldAt(t, "2026-11-20 17:29:00", steps)
		w.escalates(conversation.Escalated{})
		wantTrace(t, w.until("2026-11-23 12:00:00"),
			"17:29:00 routed C0SUPPORT staffed here",
			"17:30:00 routed C0SUPPORT empty",
			"17:30:00 says away",
			"09:00:00 routed C0SUPPORT staffed here",
			"09:01:00 stepped ping_group S0AGENTS",
			"09:04:00 stepped ask_contact", // the address was asked for on Friday
		)
	})
	t.Run("from the night", func(t *testing.T) {
		w := worldAt(t, "2026-11-21 12:00:00", steps)
		w.escalates(conversation.Escalated{})
		wantTrace(t, w.until("2026-11-23 09:03:00"),
			"12:00:00 routed C0SUPPORT empty", "12:00:00 says away",
			"09:00:00 routed C0SUPPORT staffed here", "09:02:00 stepped ping_group S0AGENTS")
	})
	t.Run("while nobody is on duty", func(t *testing.T) {
		w := worldAt(t, ten, steps)
		w.team("U1")
		w.agent("U1", func(a *duty.Agent) { a.Choice, a.Until = duty.Off, at(t, "2026-11-20 11:00:00") })
		w.escalates(conversation.Escalated{})
		wantTrace(t, w.until("2026-11-20 11:03:00"),
			"10:00:00 routed C0SUPPORT empty", "10:00:00 says away",
			"11:00:00 routed C0SUPPORT staffed here", "11:02:00 stepped ping_group S0AGENTS")
	})
}

// A process that was away for a while takes every step it missed, each once.
func TestLadderAfterADowntime(t *testing.T) {
	w := worldAt(t, ten, whole())
	w.escalates(conversation.Escalated{})
	w.until("2026-11-20 10:02:30")
	w.queue = New(w.queue.deps) // another process
	w.now = at(t, "2026-11-20 10:08:30")
	events, due := w.handle()
	wantTrace(t, trace(events),
		"10:08:30 stepped email desk@example.com", "10:08:30 stepped overflow C0BACKUP", "10:08:30 transferred overflow C0BACKUP",
		"10:08:30 routed C0BACKUP staffed here", "10:08:30 stepped ask_contact", "10:08:30 says ask_contact")
	w.wantDue(due, "2026-11-20 10:09:30")
	wantTrace(t, w.until("2026-11-20 10:10:00")[:1], "10:10:00 stepped return_to_ai")
}

// A claim ends the ladder; the next wait begins at its foot.
func TestLadderPerWait(t *testing.T) {
	w := worldAt(t, ten, ladder(rung(2*time.Minute, escalation.RungPing)))
	w.escalates(conversation.Escalated{})
	w.until("2026-11-20 10:03:00")
	w.act(conversation.Claim(person("U1"), conversation.ByButton))
	if got := w.until("2026-11-20 10:30:00"); len(got) != 0 {
		t.Errorf("with an owner: %v", got)
	}
	w.act(conversation.Release(person("U1")))
	wantTrace(t, w.until("2026-11-20 10:33:00"), "10:30:00 routed C0SUPPORT staffed here", "10:32:00 stepped ping_group S0AGENTS")
}

// The wait clock counts from her request: what the bot and the system say, and
// what she goes on writing, does not move it.
func TestLinesDoNotMoveTheClock(t *testing.T) {
	w := worldAt(t, ten, ladder(rung(2*time.Minute, escalation.RungPing)))
	w.escalates(conversation.Escalated{})
	w.until("2026-11-20 10:01:30")
	w.visitor("are you there?")
	w.system(conversation.NoticeAsked.Say())
	wantTrace(t, w.until("2026-11-20 10:02:30"), "10:01:30 says added", "10:02:00 stepped ping_group S0AGENTS")
}

func TestLadderEnd(t *testing.T) {
	ping := rung(2*time.Minute, escalation.RungPing)
	suggest := func(c *escalation.Config) { c.Away = escalation.Away{Suggest: escalation.English("Call us.")} }
	for _, row := range []struct {
		name   string
		change []func(*escalation.Config)
		e      conversation.Escalated
		want   []string
	}{
		{"contact", []func(*escalation.Config){ladder(ping)}, conversation.Escalated{}, []string{"10:04:00 says ask_contact"}},
		{"contact, asked for by a step", []func(*escalation.Config){ladder(ping, rung(2*time.Minute, escalation.RungContact))}, conversation.Escalated{},
			[]string{"10:02:00 stepped ask_contact", "10:02:00 says ask_contact"}},
		{"ai_continues", []func(*escalation.Config){ladder(ping), way(escalation.AwayContinues)}, conversation.Escalated{},
			[]string{"10:04:00 handed_back nobody", "10:04:00 says nobody"}},
		{"ai_continues with a restricted topic", []func(*escalation.Config){ladder(ping), way(escalation.AwayContinues)}, conversation.Escalated{Topic: "Billing"},
			[]string{"10:04:00 says ask_contact"}},
		{"suggest", []func(*escalation.Config){ladder(ping), suggest}, conversation.Escalated{}, []string{"10:04:00 says suggest"}},
		{"no ladder has no end", []func(*escalation.Config){way(escalation.AwayContinues)}, conversation.Escalated{}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := worldAt(t, ten, row.change...)
			w.escalates(row.e)
			w.until("2026-11-20 10:01:59")
			got := w.until("2026-11-20 10:30:00")
			if len(got) > 0 {
				got = got[1:] // the ping
			}
			wantTrace(t, got, row.want...)
		})
	}
}
