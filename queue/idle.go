package queue

import (
	"context"
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// idle closes what has been quiet for the policy's idle_close, after a warning.
// What an agent owes the visitor is never closed by the clock, nor is anybody who
// waits.
func (l *look) idle(context.Context) conversation.Decider {
	after := l.policy.IdleClose()
	if after <= 0 || l.s.Mode == conversation.WithAgent && l.s.Owed().Seq != 0 {
		return nil
	}
	active, closes, notice := l.s.Active.Seq, l.s.Active.At.Add(after), warning(after)
	switch {
	case l.s.LastVisitor.Seq == 0 && l.s.Epoch == 0: // nobody to warn
	case l.s.IdleWarned.Seq > active:
		closes = later(closes, l.s.IdleWarned.At.Add(notice))
	case l.reached(closes.Add(-notice)):
		return conversation.WarnIdle(active, in(notice))
	default:
		return nil
	}
	if !l.reached(closes) {
		return nil
	}
	return conversation.CloseIdle(active)
}

// warning is how long before the end the visitor is warned: a tenth of the time,
// an hour at most.
func warning(after time.Duration) time.Duration { return min(time.Hour, after/10) }

// in says a duration in words: "in 1 hour", "in 6 minutes".
func in(d time.Duration) string {
	n, unit := int(d/time.Second), "second"
	switch {
	case d >= time.Hour:
		n, unit = int(d.Round(time.Hour)/time.Hour), "hour"
	case d >= time.Minute:
		n, unit = int(d.Round(time.Minute)/time.Minute), "minute"
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("in %d %s", n, unit)
}
