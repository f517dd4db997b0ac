package queue

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/duty"
	"github.com/handoff-bot/handoff/escalation"
)

// TestWhateverHappens: whatever people do in whatever order, with looks that come
// early, in time or late and a process that forgets,
//
//   - nobody waits without a next look, and none is later than the next step;
//   - each step of the ladder is taken once in a wait, in order, not before its time;
//   - nobody is asked who is off duty, gone, at capacity, or was asked before;
//   - an address is asked for once in a wait and never when it is known;
//   - a restricted topic never goes back to the bot by itself;
//   - nothing is closed by the clock without a warning.
func TestWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPlay(t)
		for range rapid.IntRange(1, 60).Draw(t, "acts") {
			p.something()
			p.look()
		}
	})
}

// play is a world in which anything happens, and what is known of it beside the
// State.
type play struct {
	*world
	rt    *rapid.T
	due   time.Time
	steps int
	seats []string
	added int
	asked int
}

func newPlay(t *rapid.T) *play {
	zero := func(c *escalation.Config) {
		c.Hours = escalation.Hours{}
		if rapid.Bool().Draw(t, "hours") {
			c.Hours = escalation.Hours{Timezone: "Europe/Berlin", Open: map[string]escalation.Ranges{"mon-fri": {"09:00-17:30"}}}
		}
		c.Routing = escalation.Routing{
			Duty: rapid.SampledFrom([]string{"auto", "manual"}).Draw(t, "duty"), Mode: rapid.SampledFrom([]string{"offer", "assign"}).Draw(t, "mode"),
			Order:    rapid.SampledFrom([][]string{nil, {duty.LeastBusy}, duty.Orders()}).Draw(t, "order"),
			Capacity: rapid.IntRange(0, 3).Draw(t, "capacity"), AcceptWithin: rapid.SampledFrom([]time.Duration{0, 10 * time.Second, 5 * time.Minute}).Draw(t, "accept"),
		}
		c.Away = rapid.SampledFrom([]escalation.Away{{Way: "contact"}, {Way: "ai_continues"}, {Suggest: escalation.English("Call us.")}}).Draw(t, "away")
		var after time.Duration
		for range rapid.IntRange(0, 4).Draw(t, "rungs") {
			after += time.Duration(rapid.IntRange(1, 300).Draw(t, "after")) * time.Second
			r := escalation.Rung{After: after, Do: rapid.SampledFrom(doings()).Draw(t, "do")}
			switch r.Do {
			case escalation.RungOverflow:
				r.Channel = "C0BACKUP"
			case escalation.RungEmail:
				r.Address = "desk@example.com"
			}
			c.WhenNobody = append(c.WhenNobody, r)
		}
		c.WhenOwnerSilent = rapid.SampledFrom([]escalation.OwnerSilent{{}, {Remind: time.Minute}, {Remind: time.Minute, Requeue: 3 * time.Minute}, {Requeue: time.Minute}}).Draw(t, "silent")
		c.IdleClose = rapid.SampledFrom([]time.Duration{0, time.Hour}).Draw(t, "idle")
	}
	p := &play{world: worldAt(t, ten, zero), rt: t}
	p.team("U1", "U2", "U3")
	return p
}

func doings() []string {
	return []string{escalation.RungPing, escalation.RungOverflow, escalation.RungContact, escalation.RungEmail, escalation.RungReturn}
}

// something happens: somebody acts, something changes, or time passes.
func (p *play) something() {
	t, agent := p.rt, rapid.SampledFrom([]string{"U1", "U2", "U3"}).Draw(p.rt, "agent")
	switch rapid.IntRange(0, 9).Draw(t, "what") {
	case 0:
		p.try(conversation.VisitorSays(conversation.Author{Role: conversation.Visitor}, conversation.Message{Text: "hi"}, p.now, time.Hour))
	case 1:
		e := conversation.Escalated{Quiet: rapid.IntRange(0, 5).Draw(t, "quiet") == 0, Topic: rapid.SampledFrom([]string{"", "Billing"}).Draw(t, "topic")}
		if p.try(conversation.Append(conversation.Draft{Author: conversation.Author{Role: conversation.System}, Body: e})) && rapid.Bool().Draw(t, "stands") {
			p.try(conversation.Announce(p.state.Epoch, "C0SUPPORT"))
		}
	case 2:
		p.try(rapid.SampledFrom([]conversation.Decider{
			conversation.Claim(person(agent), conversation.ByButton), conversation.Release(person(agent)), reply(agent),
			conversation.HandBack(person(agent), "", true), conversation.Transfer(person(agent), conversation.Passing{Channel: "C0OTHER", Group: "S1"}, true),
			conversation.Transfer(person(agent), conversation.Passing{To: conversation.Staff{ID: "U2", Name: "U2"}}, true),
		}).Draw(t, "agent's act"))
	case 3:
		p.agent(agent, func(a *duty.Agent) {
			a.Choice = rapid.SampledFrom([]duty.Choice{duty.Unsaid, duty.On, duty.Off}).Draw(t, "choice")
			a.Gone = rapid.IntRange(0, 9).Draw(t, "gone") == 0
			a.Until = rapid.SampledFrom([]time.Time{{}, p.now.Add(90 * time.Second)}).Draw(t, "until")
		})
	case 4:
		p.roster.Load = map[string]int{agent: rapid.IntRange(0, 3).Draw(t, "load")}
		p.roster.Known = rapid.IntRange(0, 9).Draw(t, "known") > 0
	case 5:
		p.try(rapid.SampledFrom([]conversation.Decider{
			conversation.Cancel(conversation.Author{Role: conversation.Visitor}), conversation.Announce(p.state.Epoch, "C0SUPPORT"),
			conversation.GiveContact(conversation.Author{Role: conversation.Visitor}, conversation.ContactGiven{Email: "a@b.example"}),
		}).Draw(t, "act"))
	case 6:
		p.steady, p.slack = rapid.Bool().Draw(t, "steady"), rapid.IntRange(0, 9).Draw(t, "slack") > 0
		if rapid.Bool().Draw(t, "restart") {
			p.queue = New(p.queue.deps)
		}
	default:
		p.passes()
	}
}

// passes lets time go by: to the next look, or beyond it.
func (p *play) passes() {
	if !p.due.IsZero() && rapid.IntRange(0, 3).Draw(p.rt, "in time") > 0 {
		p.now = later(p.now, p.due)
		return
	}
	p.now = p.now.Add(time.Duration(rapid.IntRange(0, 2000).Draw(p.rt, "seconds")) * time.Second)
}

// try acts, unless the domain refuses.
func (p *play) try(d conversation.Decider) bool {
	drafts, err := d(p.state)
	if err != nil {
		return false
	}
	s, events, err := conversation.Extend(p.state, id, "", drafts, p.now)
	if err != nil {
		return false
	}
	for _, e := range events {
		p.happened(e)
	}
	p.state, p.log = s, append(p.log, events...)
	return true
}

// look lets the queue act, and checks each event against the state before it.
func (p *play) look() {
	before, n := p.state, len(p.log)
	_, p.due = p.handle()
	for _, e := range p.log[n:] {
		p.check(before, e)
		p.happened(e)
		before = before.Apply(e)
	}
	p.checkDue()
}

// happened keeps the books of one wait.
func (p *play) happened(e conversation.Event) {
	switch b := e.Body.(type) {
	case conversation.Escalated, conversation.Cancelled, conversation.HandedBack:
		p.next()
	case conversation.Released:
		if b.Why != conversation.ReleasedUnaccepted {
			p.next()
		}
	case conversation.Transferred:
		if b.To.ID == "" {
			p.seats = nil
			if b.Why != conversation.TransferOverflow {
				p.next()
			}
		}
	}
}

func (p *play) next() { p.steps, p.seats, p.added, p.asked = 0, nil, 0, 0 }

func (p *play) check(before conversation.State, e conversation.Event) {
	p.t.Helper()
	fail := func(format string, args ...any) {
		p.t.Fatalf("%s: %s\n%s", brief(e.Body), fmt.Sprintf(format, args...), fmt.Sprint(trace(p.log)))
	}
	switch b := e.Body.(type) {
	case conversation.Stepped:
		rung := p.policy.Ladder()[p.steps]
		if b.Step != p.steps || e.At.Before(before.Queued.At.Add(rung.After)) || !before.Route.Staffed {
			fail("step %d at %v, want step %d not before %v, staffed %v", b.Step, e.At, p.steps, before.Queued.At.Add(rung.After), before.Route.Staffed)
		}
		p.steps++
	case conversation.Offered:
		p.checkSeat(fail, before, b.Agent.ID)
	case conversation.Transferred:
		if b.Why == conversation.TransferAssigned {
			p.checkSeat(fail, before, b.To.ID)
		}
	case conversation.HandedBack:
		if before.TopicOpen {
			fail("a restricted topic is open")
		}
	case conversation.Message:
		p.checkSaid(fail, before, b)
	case conversation.Closed:
		if before.IdleWarned.Seq < before.Active.Seq || e.At.Sub(before.IdleWarned.At) < 6*time.Minute {
			fail("closed without a warning")
		}
	}
}

func (p *play) checkSeat(fail func(string, ...any), before conversation.State, id string) {
	a, known := p.roster.Agent(id)
	limit := p.policy.Duty().Capacity
	switch {
	case !known || !a.OnDuty(p.policy.Duty().Manual, p.now):
		fail("she is not on duty: %+v", a)
	case limit > 0 && p.roster.Load[id] >= limit:
		fail("she has %d in hand", p.roster.Load[id])
	case slices.Contains(p.seats, id):
		fail("she was asked before: %v", p.seats)
	case before.Seat.Agent.ID != "" && p.now.Before(before.Seat.Until):
		if o, ok := p.roster.Agent(before.Seat.Agent.ID); ok && o.OnDuty(p.policy.Duty().Manual, p.now) {
			fail("somebody else is asked until %v", before.Seat.Until)
		}
	}
	p.seats = append(p.seats, id)
}

func (p *play) checkSaid(fail func(string, ...any), before conversation.State, m conversation.Message) {
	if m.Notice == conversation.NoticeAdded {
		if p.added++; p.added > 1 {
			fail("said twice in a wait")
		}
	}
	asks := m.Notice.AsksContact() && m.Notice != conversation.NoticeSuggest
	if !asks {
		return
	}
	if p.asked++; p.asked > 1 || before.HasMail {
		fail("asked %d times, known %v", p.asked, before.HasMail)
	}
}

// checkDue: there is a next look, and it is not after what comes next.
func (p *play) checkDue() {
	s := p.state
	if s.Mode != conversation.Waiting {
		return
	}
	if p.due.IsZero() || !p.due.After(p.now) || p.due.Sub(p.now) > lookAgain {
		p.t.Fatalf("waits at %v and is looked at again at %v", p.now, p.due)
	}
	rungs := p.policy.Ladder()
	if !s.Route.Staffed || s.Quiet || s.Steps >= len(rungs) {
		return
	}
	next := p.policy.OpenAfter(s.Topic, later(s.Queued.At, s.Route.Since), rungs[s.Steps].After)
	if !next.IsZero() && p.due.After(next) {
		p.t.Fatalf("step %d is due at %v, and the next look is at %v", s.Steps, next, p.due)
	}
	if !next.IsZero() && !next.After(p.now) {
		p.t.Fatalf("step %d was due at %v and is not taken", s.Steps, next)
	}
}
