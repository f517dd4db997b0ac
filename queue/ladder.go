package queue

import (
	"context"
	"slices"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
)

// endAfter is how long after its last step the ladder ends, and the away way is
// taken.
const endAfter = 2 * time.Minute

// climbs says that the ladder is there for it: somebody is on duty, and the
// escalation is not one of a flood, which calls nobody.
func (l *look) climbs() bool { return l.staffed() && !l.s.Quiet }

// climb takes the next step of the ladder when its time has come. Each step is
// taken once in a wait, and only while somebody is on duty.
func (l *look) climb(context.Context) conversation.Decider {
	rungs := l.policy.Ladder()
	if !l.climbs() || l.s.Steps >= len(rungs) || !l.reached(l.clock(rungs[l.s.Steps].After)) {
		return nil
	}
	return l.step(rungs[l.s.Steps])
}

// clock is when the visitor has been in the queue for d: since she came into it,
// or since somebody came on duty after the office was open and empty. It stands
// still while the office is closed.
func (l *look) clock(d time.Duration) time.Time {
	return l.policy.OpenAfter(l.s.Topic, later(l.s.Queued.At, l.s.Route.Since), d)
}

func (l *look) step(r escalation.Rung) conversation.Decider {
	b := conversation.Stepped{Step: l.s.Steps, Do: r.Do}
	var more []conversation.Draft
	switch r.Do {
	case escalation.RungOverflow:
		if r.Channel == l.s.Route.Channel || !l.roster.Staffed(l.needIn(r.Channel, nil), l.policy.Duty(), l.now) {
			b.Do, b.Group = escalation.RungPing, l.pinged() // nobody is there to take it over
			break
		}
		b.Channel = r.Channel
		more = append(more, conversation.Overflow(r.Channel))
	case escalation.RungPing:
		b.Group = l.pinged()
	case escalation.RungEmail:
		b.Address = r.Address
	case escalation.RungContact:
		more = l.askContact()
	case escalation.RungReturn:
		more = l.giveBack(l.askContact())
	}
	return conversation.Step(l.s.Queued.Seq, b, more...)
}

// pinged is the group that a ping mentions, "" for whoever is there.
func (l *look) pinged() string {
	if group := l.group(); group != "" {
		return group
	}
	return l.deps.Group()
}

// giveBack gives the conversation to the bot, or does the other thing when only
// people may have it.
func (l *look) giveBack(otherwise []conversation.Draft) []conversation.Draft {
	if !l.mayReturn() {
		return otherwise
	}
	return []conversation.Draft{event(conversation.HandedBack{Why: conversation.BackNobody}), event(conversation.NoticeNobody.Say())}
}

// mayReturn says that the bot may have it again: it is not for people alone, and
// the visitor's level lets the bot answer at all.
func (l *look) mayReturn() bool {
	return !escalation.OnlyPeople(l.s) && l.policy.Level(l.deps.Level(l.s.Widget)) != escalation.HumanOnly
}

// askContact asks for an address: once in a wait, and never for one that is known.
func (l *look) askContact() []conversation.Draft {
	if !l.lacksContact() {
		return nil
	}
	return []conversation.Draft{event(conversation.NoticeAskContact.Say())}
}

func (l *look) lacksContact() bool { return !l.s.HasMail && l.s.ContactAsked < l.s.Queued.Seq }

// end takes the away way when the ladder has come to nothing.
func (l *look) end(ctx context.Context) conversation.Decider {
	rungs := l.policy.Ladder()
	if !l.climbs() || len(rungs) == 0 || l.s.Steps < len(rungs) || !l.reached(l.clock(rungs[len(rungs)-1].After+endAfter)) {
		return nil
	}
	var say []conversation.Draft
	switch l.policy.Away() {
	case escalation.AwayContinues:
		say = l.giveBack(l.askContact())
	case escalation.AwaySuggest:
		if !slices.Contains(l.s.Told, conversation.NoticeSuggest) {
			say = []conversation.Draft{event(l.suggestion(ctx))}
		}
	case escalation.AwayContact:
		say = l.askContact()
	}
	if len(say) == 0 {
		return nil
	}
	return conversation.Append(say...)
}
