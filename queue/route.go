package queue

import (
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
)

// everybody is the mention of whoever is on duty: those in the channel who are
// active now.
const everybody = "here"

// normal is the priority of what the policy gave none.
const normal = "normal"

// route is where the conversation should go now, and when that may change.
func (q *Queue) route(s conversation.State, now time.Time) (conversation.Routed, time.Time) {
	p := q.deps.Policy()
	open, change := p.OpenFor(s.Topic, now)
	r := conversation.Routed{
		Channel:  q.channel(p, s),
		Priority: s.Priority,
		Staffed:  open && q.deps.Slack(),
	}
	if r.Priority == "" {
		r.Priority = normal
	}
	if !open {
		// The log keeps milliseconds, in UTC.
		r.NextOpen = change.UTC().Truncate(time.Millisecond)
	}
	if r.Staffed && !s.Quiet {
		r.Mention = q.mention(p)
	}
	return r, change
}

// channel keeps the channel of a routed conversation: it may have been
// transferred there.
func (q *Queue) channel(p *escalation.Policy, s conversation.State) string {
	if s.Route.Epoch == s.Epoch && s.Route.Channel != "" {
		return s.Route.Channel
	}
	if c := p.Channel(s.Topic, s.Wants); c != "" {
		return c
	}
	return q.deps.Channel()
}

// mention is whom the card mentions. Out of hours, and for a quiet escalation,
// it is nobody.
func (q *Queue) mention(p *escalation.Policy) string {
	switch p.Config().Notify {
	case escalation.NotifyNone:
		return ""
	case escalation.NotifyGroup:
		if group := q.deps.Group(); group != "" {
			return group
		}
	}
	return everybody
}

// differs says whether the route has to be made again. Whom to mention is not
// looked at: it counts when the route is made.
func differs(have conversation.Route, want conversation.Routed) bool {
	return have.Channel != want.Channel || have.Staffed != want.Staffed || !have.NextOpen.Equal(want.NextOpen)
}

// away is what the visitor is told when nobody is on duty; nil when somebody is.
func (q *Queue) away(s conversation.State, r conversation.Routed, now time.Time) *conversation.Message {
	if r.Staffed {
		return nil
	}
	m := conversation.NoticeAway.Say("ref", s.Reference)
	if !r.NextOpen.IsZero() {
		zone := q.deps.Policy().Zone(s.Topic)
		m.Text += " The team is back " + when(r.NextOpen.In(zone), now.In(zone)) + " (" + zone.String() + ")."
	}
	return &m
}

// when says a time in words as far away as it is: "today at 09:00", "tomorrow
// at 09:00", "Monday at 09:00", "Monday, 4 January at 09:00".
func when(t, now time.Time) string {
	clock := " at " + t.Format("15:04")
	switch days := int(day(t).Sub(day(now)) / (24 * time.Hour)); {
	case days == 0:
		return "today" + clock
	case days == 1:
		return "tomorrow" + clock
	case days > 1 && days < 7:
		return t.Weekday().String() + clock
	}
	return t.Format("Monday, 2 January") + clock
}

// day is the date alone, in UTC, where every day has 24 hours.
func day(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}
