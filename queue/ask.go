package queue

import (
	"context"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/duty"
)

// presenceWithin is how long the first to be asked waits for an answer on whether
// she is at her desk. It is asked for as soon as somebody waits, a few calls; where
// nothing is heard by then, she counts as present.
const presenceWithin = 3 * time.Second

// glance is how often is looked whether presence is known meanwhile.
const glance = 300 * time.Millisecond

// ask asks the best of those who are free, one after the other: by an offer, or by
// making her the owner. The card stands first: without it there is no thread to
// mention her in, and while Slack is down nobody is passed over for not answering.
func (l *look) ask(ctx context.Context) conversation.Decider {
	if !l.asks() || l.s.Announced < l.s.Epoch {
		return nil
	}
	if l.asked() {
		l.note(l.s.Seat.Until)
		return nil
	}
	if !l.roster.Known { // it is being read
		l.note(l.now.Add(turn))
		return nil
	}
	free := l.free(nil)
	if ahead := l.desk.ahead(l.s, l.channel(), l.now); ahead >= len(free) {
		l.wait(ahead)
		return nil
	}
	best := l.free(l.deps.Knew(ctx, l.s.Visitor))[0]
	if len(l.s.Passed) == 0 && !best.Known(l.now) && !l.reached(l.s.Queued.At.Add(presenceWithin)) {
		l.note(l.now.Add(glance))
		return nil
	}
	return l.seat(best)
}

// free is who may be asked now, best first; knew is who had the visitor before.
func (l *look) free(knew []string) []duty.Agent {
	return l.roster.Free(l.need(knew), l.policy.Duty(), l.now)
}

// asks says that one agent after the other is asked to take it.
func (l *look) asks() bool { return l.policy.Asks() && !l.s.Quiet && l.staffed() }

// asked says that somebody is asked now, and may still answer.
func (l *look) asked() bool {
	seat := l.s.Seat
	if seat.Agent.ID == "" || !l.now.Before(seat.Until) {
		return false
	}
	a, there := l.roster.Agent(seat.Agent.ID)
	return !l.roster.Known || there && a.OnDuty(l.policy.Duty().Manual, l.now)
}

// asking says that somebody is asked, or will be as soon as the card stands.
func (l *look) asking() bool {
	return l.policy.Asks() && (l.asked() || len(l.free(nil)) > 0)
}

// wait keeps the place of who waits for an agent with room: the first in line
// looks most often.
func (l *look) wait(ahead int) {
	rules := l.policy.Duty()
	rules.Capacity = 0
	if len(l.roster.Free(l.need(nil), rules, l.now)) == 0 {
		return // everybody had her turn: it waits for all of them
	}
	again := l.now.Add(min(lookAgain, time.Duration(ahead+1)*turn))
	l.note(again)
	l.desk.queueUp(l.s, l.channel(), again.Add(turn))
}

func (l *look) seat(a duty.Agent) conversation.Decider {
	to, until := conversation.Staff{ID: a.ID, Name: a.Name}, l.now.Add(l.policy.AcceptWithin()).Truncate(time.Millisecond)
	if l.policy.Assigns() {
		l.desk.hold(l.s.ID, hold{agent: a.ID, at: l.now})
		return conversation.AssignTo(l.s.Queued.Seq, to, until)
	}
	l.desk.hold(l.s.ID, hold{agent: a.ID, at: l.now, until: until})
	return conversation.OfferTo(l.s.Queued.Seq, to, until)
}
