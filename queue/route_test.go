package queue

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/duty"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/feed"
)

func TestRoute(t *testing.T) {
	const open, closed = "2026-11-20 10:00:00", "2026-11-20 18:00:00"
	night := at(t, "2026-11-23 09:00:00").UTC()
	rows := []struct {
		name   string
		now    string
		change func(*escalation.Config)
		e      conversation.Escalated
		want   conversation.Routed
	}{
		{"default channel, open", open, nil, conversation.Escalated{Reason: "asked"},
			conversation.Routed{Channel: "C0SUPPORT", Priority: "normal", Mention: "here", Staffed: true}},
		{"topic", open, nil, conversation.Escalated{Reason: "topic", Topic: "Billing", Priority: "urgent"},
			conversation.Routed{Channel: "C0BILLING", Priority: "urgent", Mention: "here", Staffed: true}},
		{"rule before topic", open, nil, conversation.Escalated{Reason: "topic", Topic: "Billing", Channel: "C0VIP"},
			conversation.Routed{Channel: "C0VIP", Priority: "normal", Mention: "here", Staffed: true}},
		{"group", open, func(c *escalation.Config) { c.Notify = "group" }, conversation.Escalated{Reason: "asked"},
			conversation.Routed{Channel: "C0SUPPORT", Priority: "normal", Mention: "S0AGENTS", Staffed: true}},
		{"nobody", open, func(c *escalation.Config) { c.Notify = "none" }, conversation.Escalated{Reason: "asked"},
			conversation.Routed{Channel: "C0SUPPORT", Priority: "normal", Staffed: true}},
		{"quiet", open, nil, conversation.Escalated{Reason: "asked", Quiet: true},
			conversation.Routed{Channel: "C0SUPPORT", Priority: "normal", Staffed: true}},
		{"closed", closed, nil, conversation.Escalated{Reason: "asked"},
			conversation.Routed{Channel: "C0SUPPORT", Priority: "normal", NextOpen: night, Shown: true}},
		{"holiday", "2026-12-24 18:00:00", nil, conversation.Escalated{Reason: "asked"},
			conversation.Routed{Channel: "C0SUPPORT", Priority: "normal", NextOpen: at(t, "2026-12-28 09:00:00").UTC(), Shown: true}},
		{"topic with its own hours", closed, func(c *escalation.Config) {
			c.RestrictedTopics[0].Hours = &escalation.Hours{Timezone: "Europe/Berlin", Open: map[string]escalation.Ranges{"fri": {"08:00-20:00"}}}
		}, conversation.Escalated{Reason: "topic", Topic: "Billing"},
			conversation.Routed{Channel: "C0BILLING", Priority: "normal", Mention: "here", Staffed: true}},
		{"a topic whose own hours are over", open, func(c *escalation.Config) {
			c.RestrictedTopics[0].Hours = &escalation.Hours{Timezone: "Europe/Berlin", Open: map[string]escalation.Ranges{"mon-fri": {"07:00-09:00"}}}
		}, conversation.Escalated{Reason: "topic", Topic: "Billing"},
			conversation.Routed{Channel: "C0BILLING", Priority: "normal", NextOpen: at(t, "2026-11-23 07:00:00").UTC(), Shown: true}},
		{"an order, and nothing known of anybody", open, ordered(duty.LeastBusy), conversation.Escalated{Reason: "asked"},
			conversation.Routed{Channel: "C0SUPPORT", Priority: "normal", Mention: "here", Staffed: true}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			w := worldAt(t, row.now, row.change)
			w.system(row.e)
			events, _ := w.handle()
			if len(events) == 0 {
				t.Fatal("no route")
			}
			if got := events[0].Body; got != row.want {
				t.Errorf("got  %+v\nwant %+v", got, row.want)
			}
		})
	}
}

// Staffed is open hours and somebody on duty for it.
func TestStaffedByDuty(t *testing.T) {
	off := func(a *duty.Agent) { a.Choice = duty.Off }
	manual := func(c *escalation.Config) { c.Routing.Duty = escalation.DutyManual }
	for _, row := range []struct {
		name   string
		now    string
		change func(*escalation.Config)
		team   func(*world)
		e      conversation.Escalated
		want   string
	}{
		{"auto", "2026-11-20 10:00:00", nil, nil, conversation.Escalated{}, "routed C0SUPPORT staffed here"},
		{"auto, everybody off", "2026-11-20 10:00:00", nil, func(w *world) { w.agent("U1", off); w.agent("U2", off) }, conversation.Escalated{}, "routed C0SUPPORT empty"},
		{"manual, nobody on", "2026-11-20 10:00:00", manual, nil, conversation.Escalated{}, "routed C0SUPPORT empty"},
		{"manual, one on", "2026-11-20 10:00:00", manual, func(w *world) { w.agent("U2", func(a *duty.Agent) { a.Choice = duty.On }) }, conversation.Escalated{}, "routed C0SUPPORT staffed here"},
		{"manual, on at night", "2026-11-20 18:00:00", manual, func(w *world) { w.agent("U2", func(a *duty.Agent) { a.Choice = duty.On }) }, conversation.Escalated{}, "routed C0SUPPORT empty"},
		{"a topic whose people are off", "2026-11-20 10:00:00", nil, func(w *world) {
			w.agent("U1", func(a *duty.Agent) { a.Places, a.Choice = []string{"C0BILLING"}, duty.Off })
		}, conversation.Escalated{Topic: "Billing"}, "routed C0BILLING empty"},
		{"who alone may claim it is off", "2026-11-20 10:00:00", nil, func(w *world) { w.agent("U1", off) }, conversation.Escalated{Agents: []string{"U1"}}, "routed C0SUPPORT empty"},
		{"agents of the file, whatever the channel", "2026-11-20 10:00:00", nil, func(w *world) { w.agents = []string{"U1"}; w.agent("U1", off) }, conversation.Escalated{}, "routed C0SUPPORT empty"},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := worldAt(t, row.now, row.change)
			w.team("U1", "U2")
			if row.team != nil {
				row.team(w)
			}
			w.system(row.e)
			events, _ := w.handle()
			if got := brief(events[0].Body); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

// The last agent goes off, and one comes on again: the visitor's phase follows.
func TestDutyChangesWhileSheWaits(t *testing.T) {
	w := worldAt(t, "2026-11-20 10:00:00")
	w.team("U1")
	w.escalates(conversation.Escalated{})
	w.handle()
	w.agent("U1", func(a *duty.Agent) { a.Choice, a.Until = duty.Off, at(t, "2026-11-20 10:10:30") })
	w.now = at(t, "2026-11-20 10:01:00")
	events, due := w.handle()
	wantTrace(t, trace(events), "10:01:00 routed C0SUPPORT empty", "10:01:00 says away")
	if w.state.Phase() != conversation.PhaseOffline {
		t.Errorf("phase %s", w.state.Phase())
	}
	w.wantDue(due, "2026-11-20 10:02:00")
	wantTrace(t, w.until("2026-11-20 10:15:00"), "10:10:30 routed C0SUPPORT staffed here")
}

func TestNoSlack(t *testing.T) {
	w := worldAt(t, "2026-11-20 10:00:00")
	w.slack = false
	w.system(conversation.Escalated{Reason: "asked"})
	events, _ := w.handle()
	wantTrace(t, trace(events), "10:00:00 routed C0SUPPORT empty", "10:00:00 says away")
	w.slack = true
	if w.handle(); w.state.Phase() != conversation.PhaseWaiting {
		t.Errorf("with Slack configured: phase %s", w.state.Phase())
	}
}

func TestTransferredKeepsItsChannel(t *testing.T) {
	w := worldAt(t, "2026-11-20 17:00:00")
	w.system(conversation.Escalated{Reason: "topic", Topic: "Billing"})
	w.handle()
	w.system(conversation.Transferred{Channel: "C0OTHER"})
	w.now = at(t, "2026-11-20 17:30:00")
	w.handle()
	if got := w.state.Route.Channel; got != "C0OTHER" {
		t.Errorf("routed to %s, want where it was transferred", got)
	}
}

func TestTakenOverWithoutEscalationAndReleased(t *testing.T) {
	w := worldAt(t, "2026-11-20 10:00:00")
	w.act(conversation.Claim(person("U1"), conversation.ByTakeover))
	w.act(conversation.Release(person("U1")))
	events, _ := w.handle()
	wantTrace(t, trace(events), "10:00:00 routed C0SUPPORT staffed here")
}

func TestReload(t *testing.T) {
	w := worldAt(t, "2026-11-20 18:00:00")
	w.system(conversation.Escalated{Reason: "asked"})
	_, due := w.handle()
	w.wantDue(due, "2026-11-20 18:01:00")
	w.configure(func(c *escalation.Config) { c.Hours.Open = map[string]escalation.Ranges{"daily": {"00:00-24:00"}} })
	w.now = due
	if w.handle(); !w.state.Route.Staffed {
		t.Error("longer hours did not take hold")
	}
}

func TestNewEventsAreLookedAt(t *testing.T) {
	w := worldAt(t, "2026-11-20 10:00:00")
	done, err := w.queue.Handle(context.Background(), feed.Work{State: w.state, Now: w.now})
	if err != nil {
		t.Fatal(err)
	}
	w.system(conversation.Escalated{Reason: "asked"})
	if _, err := done.Decide(w.state); !errors.Is(err, conversation.ErrSuperseded) {
		t.Errorf("a due time would be kept over a new escalation: %v", err)
	}
}

func TestWhen(t *testing.T) {
	now := at(t, "2026-10-23 18:00:00") // the clocks change on the 25th
	for text, want := range map[string]string{
		"2026-10-23 20:00:00": "today at 20:00",
		"2026-10-24 09:00:00": "tomorrow at 09:00",
		"2026-10-26 09:00:00": "Monday at 09:00",
		"2026-10-29 09:00:00": "Thursday at 09:00",
		"2026-10-30 09:00:00": "Friday, 30 October at 09:00",
	} {
		if got := when(at(t, text), now); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// ordered is a policy with this routing.order.
func ordered(names ...string) func(*escalation.Config) {
	return func(c *escalation.Config) { c.Routing.Order = slices.Clone(names) }
}
