package queue

import (
	"context"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// fairWarning is the least time between a reminder and the queue, also when the
// reminder came late.
const fairWarning = time.Minute

// recheck is how often is looked whether agents can write again.
const recheck = 5 * time.Second

// unaccepted puts a conversation back whose owner was assigned and has not acted
// in time. It goes to the next one.
func (l *look) unaccepted(context.Context) conversation.Decider {
	if l.s.Accept.IsZero() || !l.reached(l.s.Accept) || !l.steady() {
		return nil
	}
	return conversation.Requeue(l.s.Owner.ID, conversation.ReleasedUnaccepted)
}

// silent reminds an owner of what she owes the visitor, and then puts it back
// into the queue. Her clock counts from the oldest thing she owes, or since she
// has it, and only while the office is open.
func (l *look) silent(context.Context) conversation.Decider {
	rules, owed := l.policy.OwnerSilent(), l.s.Owed()
	if owed.Seq == 0 || !l.s.Accept.IsZero() {
		return nil
	}
	clock := func(d time.Duration) time.Time {
		return l.policy.OpenAfter(l.s.Topic, later(owed.At, l.s.Taken.At), d)
	}
	if rules.Remind > 0 && l.s.Reminded < owed.Seq {
		if !l.reached(clock(rules.Remind)) || !l.steady() {
			return nil
		}
		return conversation.Remind(owed.Seq)
	}
	if rules.Requeue <= 0 {
		return nil
	}
	due := clock(rules.Requeue)
	if rules.Remind > 0 && !due.IsZero() {
		due = later(due, l.s.RemindedAt.Add(min(fairWarning, rules.Requeue-rules.Remind)))
	}
	if !l.reached(due) || !l.steady() {
		return nil
	}
	return conversation.Requeue(l.s.Owner.ID, conversation.ReleasedSilent)
}

// steady says that agents can write. While they cannot, nobody counts as silent.
func (l *look) steady() bool {
	if l.deps.Steady() {
		return true
	}
	l.note(l.now.Add(recheck))
	return false
}
