package queue

import (
	"context"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/duty"
	"github.com/handoff-bot/handoff/escalation"
)

// everybody is the mention of whoever is on duty: those in the channel who are
// active now.
const everybody = "here"

// normal is the priority of what the policy gave none.
const normal = "normal"

// route routes what has no route, or another one by now. A route that mentioned
// nobody because one agent after the other was asked mentions when nobody is left.
func (l *look) route(ctx context.Context) conversation.Decider {
	want, have := l.wanted(), l.s.Route
	late := l.policy.Asks() && have.Mention == "" && want.Mention != ""
	if l.s.Routed() && !differs(have, want) && !late {
		return nil
	}
	return conversation.RouteTo(l.s.Epoch, want, l.words(ctx, want))
}

// wanted is where the conversation should go now. When that may change is noted.
func (l *look) wanted() conversation.Routed {
	open, change := l.policy.OpenFor(l.s.Topic, l.now)
	r := conversation.Routed{Channel: l.channel(), Priority: l.s.Priority}
	r.Staffed = open && l.deps.Slack() && l.roster.Staffed(l.need(nil), l.policy.Duty(), l.now)
	l.note(change)
	l.note(l.roster.Change(l.now))
	if r.Priority == "" {
		r.Priority = normal
	}
	if !open {
		// The log keeps milliseconds, in UTC.
		r.NextOpen = change.UTC().Truncate(time.Millisecond)
	}
	if r.Staffed && !l.s.Quiet && !l.asking() {
		r.Mention = l.mention()
	}
	return r
}

// staffed says that somebody is on duty for it, by the route it has.
func (l *look) staffed() bool { return l.s.Route.Seq > 0 && l.s.Route.Staffed }

// channel keeps the channel of a routed conversation: it may have been
// transferred there.
func (l *look) channel() string {
	if l.s.Route.Epoch == l.s.Epoch && l.s.Route.Channel != "" {
		return l.s.Route.Channel
	}
	if c := l.policy.Channel(l.s.Topic, l.s.Wants); c != "" {
		return c
	}
	return l.deps.Channel()
}

// need is what the conversation needs of the roster. knew is who had the visitor
// before.
func (l *look) need(knew []string) duty.Need {
	return l.needIn(l.channel(), knew)
}

// needIn is need in another channel.
func (l *look) needIn(channel string, knew []string) duty.Need {
	n := duty.Need{Among: l.deps.Agents(), Only: l.s.Agents, Passed: l.s.Passed, Knew: knew}
	if len(n.Among) == 0 {
		n.Among = []string{channel}
	}
	if group := l.group(); group != "" {
		n.Prefer = []string{group}
	}
	return n
}

// group is the user group that is asked first: the one it was passed on to, else
// that of its topic.
func (l *look) group() string {
	if l.s.Group != "" {
		return l.s.Group
	}
	return l.policy.Skill(l.s.Topic)
}

// mention is whom the card mentions. Out of hours, for a quiet escalation, and
// while one agent after the other is asked, it is nobody.
func (l *look) mention() string {
	switch l.policy.Config().Notify {
	case escalation.NotifyNone:
		return ""
	case escalation.NotifyGroup:
		if group := l.deps.Group(); group != "" {
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
