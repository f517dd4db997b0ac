package app

import (
	"slices"
	"time"

	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/slackbridge"
)

// office is what the policy says of a moment to the staff's door.
func (a *App) office(now time.Time) slackbridge.Office {
	p := a.Policy()
	open, change := p.Open(now)
	routing := p.Config().Routing
	return slackbridge.Office{
		Open: open, Change: change, Zone: p.Zone(""),
		Manual: routing.Duty == escalation.DutyManual,
		Seats:  routing.Mode == escalation.ModeAssign || len(routing.Order) > 0,
	}
}

// topics names the restricted topics of the policy in force.
func (a *App) topics() []string {
	var out []string
	for _, t := range a.Policy().Config().RestrictedTopics {
		out = append(out, t.Name)
	}
	return out
}

// inUse lists the channels and user groups that the policy names: there
// conversations go, and their members are asked.
func (a *App) inUse() []string {
	c := a.Policy().Config()
	var out []string
	for _, t := range c.RestrictedTopics {
		out = append(append(out, t.Channel), t.Agents...)
	}
	for _, r := range c.Rules {
		out = append(append(out, r.Channel), r.Agents...)
	}
	for _, step := range c.WhenNobody {
		out = append(out, step.Channel)
	}
	for _, group := range c.Routing.Skills {
		out = append(out, group)
	}
	return slices.DeleteFunc(out, func(id string) bool { return id == "" })
}
