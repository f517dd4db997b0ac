package escalation

import (
	"time"

	"github.com/handoff-bot/handoff/duty"
)

// What the queue asks the policy: who is asked, and what happens to who waits.

// acceptWithin is how long somebody who is asked has when the file says nothing.
const acceptWithin = time.Minute

// Asks says that the queue asks one agent after the other: routing.order names
// whom first, or routing.mode is assign.
func (p *Policy) Asks() bool { return p.Assigns() || len(p.config.Routing.Order) > 0 }

// Assigns says that who is asked owns the conversation at once.
func (p *Policy) Assigns() bool { return p.config.Routing.Mode == ModeAssign }

// AcceptWithin is how long an agent who is asked has before the next one is.
func (p *Policy) AcceptWithin() time.Duration {
	if d := p.config.Routing.AcceptWithin; d > 0 {
		return d
	}
	return acceptWithin
}

// Duty is the policy's part of who is on duty and whom to ask first.
func (p *Policy) Duty() duty.Rules {
	r := p.config.Routing
	return duty.Rules{Manual: r.Duty == DutyManual, Order: r.Order, Capacity: r.Capacity}
}

// Skill is the user group that is asked first for a topic, "" for none.
func (p *Policy) Skill(topic string) string { return p.config.Routing.Skills[topic] }

// Ladder is handoff.when_nobody, in rising order of After.
func (p *Policy) Ladder() []Rung { return p.config.WhenNobody }

// OwnerSilent is handoff.when_owner_silent.
func (p *Policy) OwnerSilent() OwnerSilent { return p.config.WhenOwnerSilent }

// OpenAfter is when d of the office's open time have passed since from, for a
// topic that may have hours of its own. The clock stands still while the office
// is closed, so the result is never outside the hours; it is zero when the office
// never opens that long. Without hours it is from+d.
func (p *Policy) OpenAfter(topic string, from time.Time, d time.Duration) time.Time {
	if t, ok := p.topics[topic]; ok && t.own {
		return t.hours.after(from, d)
	}
	return p.hours.after(from, d)
}
