package queue

import (
	"context"
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/feed"
)

// Deps is what the queue asks. The functions are called at every Handle, so
// they may change their answer.
type Deps struct {
	Policy  func() *escalation.Policy
	Slack   func() bool   // whether Slack is configured; without it nobody is on duty
	Channel func() string // the channel for what has no channel of its own
	Group   func() string // the agents' user group for notify: group; "" when there is none
}

// Consumer is the queue's name among the readers.
const Consumer = "queue"

// Queue is the feed.Handler of the consumer "queue".
type Queue struct{ deps Deps }

// New returns a queue. Every function of deps has to be set.
func New(deps Deps) *Queue { return &Queue{deps} }

// unreachableAfter is how long a visitor waits for the card to stand before she
// is told that the team could not be reached.
const unreachableAfter = time.Minute

// lookAgain is how often a waiting conversation is looked at when nothing
// happens: a reloaded policy or a mended Slack is noticed by then.
const lookAgain = time.Minute

// Handle implements feed.Handler. It never fails.
func (q *Queue) Handle(_ context.Context, w feed.Work) (feed.Done, error) {
	var done feed.Done
	switch w.State.Mode {
	case conversation.Waiting:
		done = q.waiting(w.State, w.Now)
	case conversation.WithBot, conversation.WithAgent:
		done = q.idle(w.State, w.Now)
	case conversation.IsClosed:
	}
	done.Through = w.State.Seq
	if done.Decide != nil {
		done.Decide = unchanged(w.State.Seq, done.Decide)
	}
	return done, nil
}

// unchanged refuses when the log has grown since the state was read: what to do
// is then decided again, from the newer one.
func unchanged(seq conversation.Seq, decide conversation.Decider) conversation.Decider {
	return func(s conversation.State) ([]conversation.Draft, error) {
		if s.Seq != seq {
			return nil, conversation.ErrSuperseded
		}
		return decide(s)
	}
}

// waiting routes what has no route or another one by now, and tells the visitor
// when the card does not stand in time. What changes the route is done alone,
// without a due time: the row is ready again at once.
func (q *Queue) waiting(s conversation.State, now time.Time) feed.Done {
	route, change := q.route(s, now)
	if s.Epoch > 0 && !s.Routed() || differs(s.Route, route) {
		return feed.Done{Decide: conversation.RouteTo(s.Epoch, route, q.away(s, route, now))}
	}
	due := soonest(now.Add(lookAgain), change)
	if !route.Staffed || s.Announced >= s.Epoch {
		return feed.Done{Due: due}
	}
	late := s.WaitFrom.Add(unreachableAfter)
	if now.Before(late) {
		return feed.Done{Due: soonest(due, late)}
	}
	return feed.Done{
		Due: due,
		// The key makes it once: the State does not tell whether it was said.
		Key:    fmt.Sprintf("q:unreachable:%d", s.Epoch),
		Decide: conversation.Tell(s.Epoch, conversation.NoticeUnreachable.Say()),
	}
}

// idle closes what has been quiet for the policy's idle_close. What a visitor
// wrote to an agent and nobody has answered is never closed by the clock, nor is
// anybody who waits.
func (q *Queue) idle(s conversation.State, now time.Time) feed.Done {
	after := q.deps.Policy().IdleClose()
	if after <= 0 || s.Mode == conversation.WithAgent && s.Unanswered.Seq != 0 {
		return feed.Done{}
	}
	due := s.Active.At.Add(after)
	if now.Before(due) {
		return feed.Done{Due: due}
	}
	return feed.Done{Decide: conversation.CloseIdle(s.Active.Seq)}
}

// soonest is the earlier of two times; a zero time is never.
func soonest(a, b time.Time) time.Time {
	if b.IsZero() || !a.IsZero() && a.Before(b) {
		return a
	}
	return b
}
