package queue

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/duty"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/feed"
)

const ten = "2026-11-20 10:00:00"

func assigning(c *escalation.Config) { c.Routing.Mode = escalation.ModeAssign }

func within(d time.Duration) func(*escalation.Config) {
	return func(c *escalation.Config) { c.Routing.AcceptWithin = d }
}

// One after the other is asked; when nobody is left the route mentions, once.
func TestOffers(t *testing.T) {
	w := worldAt(t, ten, ordered(duty.LeastBusy))
	w.team("U1", "U2", "U3")
	w.roster.Load["U1"] = 1
	w.escalates(conversation.Escalated{Reason: "asked"})
	wantTrace(t, w.until("2026-11-20 10:10:00"),
		"10:00:00 routed C0SUPPORT staffed",
		"10:00:00 offered U2",
		"10:01:00 offered U3",
		"10:02:00 offered U1",
		"10:03:00 routed C0SUPPORT staffed here",
	)
}

func TestOfferLeavesOut(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*escalation.Config)
		team   func(*world)
		e      conversation.Escalated
		want   string
	}{
		{"who is off duty", nil, func(w *world) { w.agent("U1", func(a *duty.Agent) { a.Choice = duty.Off }) }, conversation.Escalated{}, "U2 U3"},
		{"who is gone", nil, func(w *world) { w.agent("U1", func(a *duty.Agent) { a.Gone = true }) }, conversation.Escalated{}, "U2 U3"},
		{"who is at capacity", func(c *escalation.Config) { c.Routing.Capacity = 2 }, func(w *world) { w.roster.Load["U1"] = 2 }, conversation.Escalated{}, "U2 U3"},
		{"who may not claim it", nil, nil, conversation.Escalated{Agents: []string{"U2"}}, "U2"},
		{"who is not in the channel", nil, func(w *world) { w.agent("U2", func(a *duty.Agent) { a.Places = nil }) }, conversation.Escalated{}, "U1 U3"},
		{"who has no skill for it, while somebody has", func(c *escalation.Config) {
			c.RestrictedTopics[0].Channel = ""
			c.Routing.Skills = map[string]string{"Billing": "S0BILL"}
		}, func(w *world) { w.agent("U3", func(a *duty.Agent) { a.Places = append(a.Places, "S0BILL") }) }, conversation.Escalated{Topic: "Billing"}, "U3"},
		{"nobody, when those with the skill are off", func(c *escalation.Config) {
			c.RestrictedTopics[0].Channel = ""
			c.Routing.Skills = map[string]string{"Billing": "S0BILL"}
		}, func(w *world) {
			w.agent("U3", func(a *duty.Agent) { a.Places, a.Choice = append(a.Places, "S0BILL"), duty.Off })
		}, conversation.Escalated{Topic: "Billing"}, "U1 U2"},
		{"nobody, but the absent come last", nil, func(w *world) { w.agent("U1", func(a *duty.Agent) { a.Away = true }) }, conversation.Escalated{}, "U2 U3 U1"},
		{"everybody, when it is quiet", nil, nil, conversation.Escalated{Quiet: true}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := worldAt(t, ten, ordered(duty.LeastBusy), row.change)
			w.team("U1", "U2", "U3")
			if row.team != nil {
				row.team(w)
			}
			w.escalates(row.e)
			w.until("2026-11-20 10:04:59")
			var got []string
			for _, e := range w.log {
				if o, ok := e.Body.(conversation.Offered); ok {
					got = append(got, o.Agent.ID)
				}
			}
			if strings.Join(got, " ") != row.want {
				t.Errorf("asked %v, want %s", got, row.want)
			}
		})
	}
}

func TestOfferByWhoKnewHer(t *testing.T) {
	w := worldAt(t, ten, ordered(duty.KnewVisitor, duty.LeastBusy))
	w.team("U1", "U2", "U3")
	w.knew = []string{"U3", "U2"}
	w.escalates(conversation.Escalated{})
	wantTrace(t, w.until("2026-11-20 10:02:30"), "10:00:00 routed C0SUPPORT staffed", "10:00:00 offered U3", "10:01:00 offered U2", "10:02:00 offered U1")
}

// Who was asked and goes off duty is not waited for.
func TestOfferedAndOff(t *testing.T) {
	w := worldAt(t, ten, ordered(duty.LeastBusy))
	w.team("U1", "U2")
	w.escalates(conversation.Escalated{})
	w.handle()
	w.agent("U1", func(a *duty.Agent) { a.Choice = duty.Off })
	w.now = w.now.Add(10 * time.Second)
	events, _ := w.handle()
	wantTrace(t, trace(events), "10:00:10 offered U2")
}

// A rank without presence waits a moment for it, and the card never does.
func TestPresenceMakesTheFirstOfferBetter(t *testing.T) {
	unknown := func(w *world) {
		for _, id := range []string{"U1", "U2"} {
			w.agent(id, func(a *duty.Agent) { a.AwayAt = time.Time{} })
		}
	}
	w := worldAt(t, ten, ordered(duty.LeastBusy))
	w.team("U1", "U2")
	unknown(w)
	w.escalates(conversation.Escalated{})
	events, due := w.handle()
	wantTrace(t, trace(events), "10:00:00 routed C0SUPPORT staffed")
	if wait := due.Sub(w.now); wait > glance {
		t.Errorf("looks for presence again after %v", wait)
	}
	w.now = due
	w.agent("U1", func(a *duty.Agent) { a.AwayAt, a.Away = w.now, true })
	w.agent("U2", func(a *duty.Agent) { a.AwayAt = w.now })
	events, _ = w.handle()
	wantTrace(t, trace(events), "10:00:00 offered U2")

	w = worldAt(t, ten, ordered(duty.LeastBusy))
	w.team("U1", "U2")
	unknown(w)
	w.escalates(conversation.Escalated{})
	wantTrace(t, w.until("2026-11-20 10:00:05"), "10:00:00 routed C0SUPPORT staffed", "10:00:03 offered U1")
	if got := w.log[len(w.log)-1].At.Sub(w.state.Queued.At); got != presenceWithin {
		t.Errorf("asked after %v, want %v", got, presenceWithin)
	}
}

// Only the presence of who would be asked is waited for: what is heard of her
// decides, whatever is still unknown of the others.
func TestOnlyTheBestIsWaitedFor(t *testing.T) {
	w := worldAt(t, ten, ordered(duty.LeastBusy))
	w.team("U1", "U2")
	w.agent("U1", func(a *duty.Agent) { a.AwayAt = w.now })
	w.agent("U2", func(a *duty.Agent) { a.AwayAt = time.Time{} })
	w.escalates(conversation.Escalated{})
	wantTrace(t, w.until("2026-11-20 10:00:05"), "10:00:00 routed C0SUPPORT staffed", "10:00:00 offered U1")
}

// Nobody is passed over while there is no thread to mention her in.
func TestAsksOnceTheCardStands(t *testing.T) {
	w := worldAt(t, ten, assigning)
	w.team("U1")
	w.system(conversation.Escalated{})
	wantTrace(t, w.until("2026-11-20 10:05:00"), "10:00:00 routed C0SUPPORT staffed", "10:01:00 says team_unreachable")
	w.system(conversation.Announced{Epoch: 1, Channel: "C0SUPPORT"})
	events, _ := w.handle()
	wantTrace(t, trace(events), "10:05:00 transferred assigned U1", "10:05:00 says claimed")
}

func TestAssigns(t *testing.T) {
	w := worldAt(t, ten, assigning, within(30*time.Second))
	w.team("U1", "U2")
	w.escalates(conversation.Escalated{})
	wantTrace(t, w.until("2026-11-20 10:05:00"),
		"10:00:00 routed C0SUPPORT staffed",
		"10:00:00 transferred assigned U1",
		"10:00:00 says claimed",
		"10:00:30 released U1 unaccepted",
		"10:00:30 says agent_away",
		"10:00:30 routed C0SUPPORT staffed",
		"10:00:30 transferred assigned U2",
		"10:00:30 says claimed",
		"10:01:00 released U2 unaccepted",
		"10:01:00 says agent_away",
		"10:01:00 routed C0SUPPORT staffed here",
	)
}

func TestAssignedAndAccepted(t *testing.T) {
	for name, accepts := range map[string]conversation.Decider{
		"by the button": conversation.Claim(person("U1"), conversation.ByButton),
		"by a line":     conversation.AgentSays(person("U1"), conversation.Message{Text: "hi"}, "1", conversation.AsOwner),
	} {
		w := worldAt(t, ten, assigning)
		w.team("U1", "U2")
		w.escalates(conversation.Escalated{})
		w.handle()
		w.act(accepts)
		if got := w.until("2026-11-20 11:00:00"); len(got) != 0 || w.state.Owner.ID != "U1" {
			t.Errorf("%s: owner %s, then %v", name, w.state.Owner.ID, got)
		}
	}
}

// While agents cannot write nobody counts as not having acted.
func TestUnacceptedWhileSlackIsDown(t *testing.T) {
	w := worldAt(t, ten, assigning)
	w.team("U1")
	w.escalates(conversation.Escalated{})
	w.handle()
	w.steady = false
	if got := w.until("2026-11-20 10:30:00"); len(got) != 0 {
		t.Fatalf("did %v", got)
	}
	w.steady = true
	events, _ := w.handle()
	wantTrace(t, trace(events)[:1], "10:30:00 released U1 unaccepted")
}

// house is many conversations that one queue reads.
type house struct {
	t      *testing.T
	w      *world
	states map[conversation.ID]conversation.State
}

func houseOf(t *testing.T, n int, change ...func(*escalation.Config)) *house {
	h := &house{t: t, w: worldAt(t, ten, change...), states: map[conversation.ID]conversation.State{}}
	for i := range n {
		h.wait(conversation.ID(fmt.Sprintf("cnv_%02d", i)), h.w.now.Add(time.Duration(i)*time.Millisecond))
	}
	return h
}

// wait lets one more visitor ask for a person at a time.
func (h *house) wait(id conversation.ID, at time.Time) {
	h.t.Helper()
	system := conversation.Author{Role: conversation.System}
	s, _, err := conversation.Extend(conversation.State{}, id, "", []conversation.Draft{
		{Body: conversation.Opened{Visitor: "vis"}}, {Author: system, Body: conversation.Escalated{}},
		{Author: system, Body: conversation.Announced{Epoch: 1}},
	}, at)
	if err != nil {
		h.t.Fatal(err)
	}
	h.states[id] = s
}

// handle looks at one until it rests; owner is who it was given to.
func (h *house) handle(id conversation.ID) (owner string, due time.Time) {
	h.t.Helper()
	for range 10 {
		done, err := h.w.queue.Handle(context.Background(), feed.Work{State: h.states[id], Now: h.w.now})
		if err != nil {
			h.t.Fatal(err)
		}
		drafts, err := done.Decide(h.states[id])
		if err != nil {
			h.t.Fatal(err)
		}
		if len(drafts) == 0 {
			return h.states[id].Owner.ID, done.Due
		}
		s, _, err := conversation.Extend(h.states[id], id, "", drafts, h.w.now)
		if err != nil {
			h.t.Fatal(err)
		}
		h.states[id] = s
	}
	h.t.Fatal("the queue never comes to rest")
	return "", time.Time{}
}

// A rush within one second, and the roster shows nothing of it: it is spread, and
// nobody gets more than the capacity.
func TestRush(t *testing.T) {
	h := houseOf(t, 10, assigning, func(c *escalation.Config) { c.Routing.Capacity = 3 })
	h.w.team("U1", "U2", "U3")
	h.w.roster.At = h.w.now
	given := map[string]int{}
	for i := range 10 {
		owner, _ := h.handle(conversation.ID(fmt.Sprintf("cnv_%02d", i)))
		given[owner]++
	}
	if given["U1"] != 3 || given["U2"] != 3 || given["U3"] != 3 || given[""] != 1 {
		t.Errorf("given %v", given)
	}
	// The roster has caught up: what it shows is not counted twice.
	h.w.now = h.w.now.Add(2 * time.Second)
	h.w.roster.At, h.w.roster.Load = h.w.now, map[string]int{"U1": 3, "U2": 2, "U3": 3}
	if owner, _ := h.handle("cnv_09"); owner != "U2" {
		t.Errorf("the last one is %q's, want U2's, who has room", owner)
	}
}

// When somebody has room again, who has waited longest gets her.
func TestFirstInLine(t *testing.T) {
	h := houseOf(t, 3, assigning, func(c *escalation.Config) { c.Routing.Capacity = 1 })
	h.w.team("U1")
	h.w.roster.Load["U1"] = 1
	var dues []time.Duration
	for _, id := range []conversation.ID{"cnv_00", "cnv_01", "cnv_02"} {
		_, due := h.handle(id)
		dues = append(dues, due.Sub(h.w.now))
	}
	if dues[0] != turn || dues[1] != 2*turn || dues[2] != 3*turn {
		t.Errorf("they look again after %v", dues)
	}
	h.w.roster.Load["U1"] = 0
	h.wait("cnv_new", h.w.now)
	for _, id := range []conversation.ID{"cnv_new", "cnv_02", "cnv_01"} {
		if owner, _ := h.handle(id); owner != "" {
			t.Fatalf("%s got a seat before the first in line", id)
		}
	}
	if owner, _ := h.handle("cnv_00"); owner != "U1" {
		t.Error("the first in line did not get the seat")
	}
}

// Who waits for an agent with room mentions the team at once, and is asked for as
// soon as there is room.
func TestEverybodyIsFull(t *testing.T) {
	w := worldAt(t, ten, ordered(duty.LeastBusy), func(c *escalation.Config) { c.Routing.Capacity = 1 })
	w.team("U1")
	w.roster.Load["U1"] = 1
	w.escalates(conversation.Escalated{})
	wantTrace(t, w.until("2026-11-20 10:00:30"), "10:00:00 routed C0SUPPORT staffed here")
	w.roster.Load["U1"] = 0
	wantTrace(t, w.until("2026-11-20 10:01:00"), "10:00:30 offered U1")
}
