package queue

import (
	"context"
	"sync"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/duty"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/feed"
)

// Deps is what the queue asks. Every function has to be set. They are called at
// every look, so they may change their answer, and must not be slow: what they
// return is kept in memory by whoever provides them.
type Deps struct {
	Policy  func() *escalation.Policy
	Level   func(widget string) string // the level of a widget key, "" for the policy's
	Slack   func() bool                // whether Slack is configured; without it nobody is on duty
	Steady  func() bool                // whether agents have been able to write for some seconds
	Channel func() string              // the channel for what has no channel of its own
	Agents  func() []string            // who answers, by user or user group; empty for the channel's members
	Group   func() string              // the agents' user group, "" when they are none
	Roster  func(ctx context.Context) Roster
	// Knew lists the agents who had a visitor before, who had her last first, and
	// Locale is her language. Both may ask the database: they are called only when
	// somebody is to be asked, or something to be said in her language.
	Knew   func(ctx context.Context, visitor string) []string
	Locale func(ctx context.Context, id conversation.ID) string
}

// Roster is who there is, as it was read at a time.
type Roster struct {
	duty.Roster
	At time.Time
}

// Consumer is the queue's name among the readers.
const Consumer = "queue"

// Queue is the feed.Handler of the consumer "queue".
type Queue struct {
	deps Deps
	desk *desk
	turn sync.Mutex // of who chooses an agent: two at once would give the same seat twice
}

// New returns a queue.
func New(deps Deps) *Queue { return &Queue{deps: deps, desk: newDesk()} }

// lookAgain is how often a waiting conversation is looked at when nothing
// happens: a reloaded policy, an agent who goes off duty or a mended Slack is
// noticed by then.
const lookAgain = time.Minute

// look is one look at one conversation. due is the next time something may have
// to be done, zero for never; the rules move it forward as they go.
type look struct {
	deps   Deps
	desk   *desk
	policy *escalation.Policy
	roster duty.Roster // with what the desk remembers
	s      conversation.State
	now    time.Time
	due    time.Time
}

// rule looks for one thing to do. It returns nil when that is not to be done now,
// and has noted then when it may be.
type rule func(*look, context.Context) conversation.Decider

// Handle implements feed.Handler. It never fails.
func (q *Queue) Handle(ctx context.Context, w feed.Work) (feed.Done, error) {
	l := &look{deps: q.deps, desk: q.desk, policy: q.deps.Policy(), s: w.State, now: w.Now}
	if l.policy.Asks() {
		q.turn.Lock()
		defer q.turn.Unlock()
	}
	l.desk.see(l.s, l.now)
	var rules []rule
	switch l.s.Mode {
	case conversation.Waiting:
		l.roster = l.desk.roster(q.deps.Roster(ctx), l.s.ID)
		l.note(l.now.Add(lookAgain))
		rules = waiting()
	case conversation.WithAgent:
		rules = []rule{(*look).unaccepted, (*look).silent, (*look).idle}
	case conversation.WithBot:
		rules = []rule{(*look).idle}
	case conversation.IsClosed:
	}
	done := feed.Done{Through: w.State.Seq}
	if decide := l.first(ctx, rules); decide != nil {
		done.Decide = decide // without a due time: the row is ready again at once
	} else {
		done.Due = l.due
	}
	done.Decide = unchanged(w.State.Seq, done.Decide)
	return done, nil
}

// waiting are the rules for somebody who waits, in the order in which they count.
func waiting() []rule {
	return []rule{
		(*look).continues, (*look).route, (*look).added,
		(*look).ask, (*look).climb, (*look).end, (*look).unreachable,
	}
}

func (l *look) first(ctx context.Context, rules []rule) conversation.Decider {
	for _, r := range rules {
		if decide := r(l, ctx); decide != nil {
			return decide
		}
	}
	return nil
}

// reached says that t has come. Otherwise it is noted; a zero time never comes.
func (l *look) reached(t time.Time) bool {
	if !t.IsZero() && !l.now.Before(t) {
		return true
	}
	l.note(t)
	return false
}

// note makes sure that the next look is not after t.
func (l *look) note(t time.Time) {
	if l.due.IsZero() || !t.IsZero() && t.Before(l.due) {
		l.due = t
	}
}

// unchanged refuses when the log has grown since the state was read, so that a
// due time is never kept over events nobody has looked at. The row is then
// ready at once.
func unchanged(seq conversation.Seq, decide conversation.Decider) conversation.Decider {
	return func(s conversation.State) ([]conversation.Draft, error) {
		if s.Seq != seq {
			return nil, conversation.ErrSuperseded
		}
		if decide == nil {
			return nil, nil
		}
		return decide(s)
	}
}

// event is a draft of the queue.
func event(b conversation.Body) conversation.Draft {
	return conversation.Draft{Author: conversation.Author{Role: conversation.System}, Source: conversation.FromQueue, Body: b}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
