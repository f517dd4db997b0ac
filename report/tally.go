package report

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// Log streams what a report is computed from.
type Log interface {
	// Happened calls each with the facts of the events before to, of every
	// conversation with an event at or after from and of every one that is not
	// closed: conversation by conversation, from its first event on, in order. Only
	// the kinds of [Kinds] are needed, and no payload. An error of each ends it.
	Happened(ctx context.Context, from, to time.Time, each func(conversation.Event) error) error
}

// Kinds lists the kinds of events that the numbers depend on.
func Kinds() []conversation.Kind {
	return []conversation.Kind{
		conversation.KindOpened, conversation.KindMessage, conversation.KindEscalated, conversation.KindRouted,
		conversation.KindClaimed, conversation.KindReleased, conversation.KindTransferred, conversation.KindHandedBack,
		conversation.KindCancelled, conversation.KindClosed, conversation.KindReopened, conversation.KindBlocked, conversation.KindUndone,
		conversation.KindRated, conversation.KindFeedback, conversation.KindMisjudged, conversation.KindMissed, conversation.KindUnmarked,
	}
}

// Compare reads the log once and counts a span and the one before it.
//
// A span that is not over ends with at, the time of the question.
func Compare(ctx context.Context, log Log, s Span, at time.Time) (Sheet, error) {
	now, before := NewTally(s, at), NewTally(s.Before(), at)
	err := log.Happened(ctx, before.span.From, s.To, func(e conversation.Event) error {
		before.Add(e)
		now.Add(e)
		return nil
	})
	if err != nil {
		return Sheet{}, fmt.Errorf("read the log for a report: %w", err)
	}
	return Sheet{Now: now.Numbers(), Before: before.Numbers()}, nil
}

// Tally counts one span. Make it with NewTally.
type Tally struct {
	span   Span
	n      Numbers
	causes map[Cause]*Cause // by reason and topic alone
	agents map[string]*Agent
	waits  [4][]time.Duration // to claim, the same on duty, to the first word, the same on duty
	c      chat
}

// NewTally begins to count, as of at or the end of the span, whichever is first.
func NewTally(s Span, at time.Time) *Tally {
	t := &Tally{span: s, causes: map[Cause]*Cause{}, agents: map[string]*Agent{}}
	t.n.From, t.n.To, t.n.AsOf = s.From, s.To, s.To
	if at.Before(s.To) {
		t.n.AsOf = at.In(s.To.Location())
	}
	for day := s.From; day.Before(s.To); day = day.AddDate(0, 0, 1) {
		t.n.Days = append(t.n.Days, Day{Date: day.Format(time.DateOnly)})
	}
	return t
}

// Add counts one event. The events of a conversation follow each other, in order;
// those after the span are passed over.
func (t *Tally) Add(e conversation.Event) {
	if e.Conversation != t.c.state.ID {
		t.finish()
		t.c = chat{}
	}
	if !e.At.Before(t.n.AsOf) {
		return
	}
	c, in := &t.c, t.span.holds(e.At)
	before := c.state
	c.state = before.Apply(e)
	if c.state.Test {
		return
	}
	switch b := e.Body.(type) {
	case conversation.Message:
		t.message(e, b, in)
	case conversation.Escalated:
		c.begin(e.At)
		c.asks = append(c.asks, ask{at: e.At, cause: Cause{Reason: b.Reason, Topic: b.Topic}})
	case conversation.Claimed:
		if in {
			t.agent(b.Agent).Claims++
		}
	case conversation.Rated:
		t.rated(b, in)
	case conversation.Feedback:
		t.thumb(b, in)
	case conversation.Misjudged:
		c.marks = append(c.marks, mark{seq: e.Seq, epoch: b.Epoch, in: in})
	case conversation.Missed:
		c.marks = append(c.marks, mark{seq: e.Seq, of: b.Of, in: in})
	case conversation.Unmarked:
		c.unmarked(b.Of)
	default:
	}
	c.follow(e, before)
}

func (t *Tally) message(e conversation.Event, b conversation.Message, in bool) {
	c := &t.c
	switch e.Author.Role {
	case conversation.Visitor:
		c.begin(e.At)
		if in {
			at := e.At.In(t.span.From.Location())
			t.n.Lines++
			t.n.Hours[(int(at.Weekday())+6)%7][at.Hour()]++
		}
	case conversation.Agent:
		c.people = true
		if in {
			t.agent(conversation.Staff{ID: e.Author.ID, Name: e.Author.Name}).Replies++
		}
	case conversation.Bot:
		if b.Answer {
			c.answers++
		}
	case conversation.System:
	}
}

func (t *Tally) rated(b conversation.Rated, in bool) {
	if !in || b.Score < 1 || b.Score > 5 {
		return
	}
	if t.c.people {
		t.n.PeopleRatings.Stars[b.Score-1]++
	} else {
		t.n.AIRatings.Stars[b.Score-1]++
	}
}

func (t *Tally) thumb(b conversation.Feedback, in bool) {
	if !in {
		return
	}
	if t.c.thumbs == nil {
		t.c.thumbs = map[conversation.Seq]bool{}
	}
	if was, again := t.c.thumbs[b.Of]; again {
		t.count(was, -1)
	}
	t.c.thumbs[b.Of] = b.Up
	t.count(b.Up, 1)
}

func (t *Tally) count(up bool, n int) {
	if up {
		t.n.ThumbsUp += n
	} else {
		t.n.ThumbsDown += n
	}
}

// judged counts the marks on the conversation's decisions.
func (t *Tally) judged() {
	for _, m := range t.c.standing() {
		switch {
		case !m.in:
		case m.epoch == 0:
			t.n.Marks.Missed++
		default:
			t.n.Marks.Wrong++
			if m.epoch <= len(t.c.asks) {
				t.cause(t.c.asks[m.epoch-1].cause).Wrong++
			}
		}
	}
}

func (t *Tally) cause(key Cause) *Cause {
	if t.causes[key] == nil {
		t.causes[key] = &Cause{Reason: key.Reason, Topic: key.Topic}
	}
	return t.causes[key]
}

// agent is the row of an agent; the name is the last one she was seen with.
func (t *Tally) agent(who conversation.Staff) *Agent {
	a := t.agents[who.ID]
	if a == nil {
		a = &Agent{ID: who.ID}
		t.agents[who.ID] = a
	}
	a.Name = cmp.Or(who.Name, a.Name)
	return a
}

// finish counts the conversation whose last event has come in.
func (t *Tally) finish() {
	c := &t.c
	if c.first.IsZero() || c.state.Test {
		return
	}
	for _, a := range c.asks {
		if t.span.holds(a.at) {
			t.asked(a)
		}
	}
	if t.span.holds(c.first) {
		t.began()
	}
	t.judged()
	t.left()
}

func (t *Tally) asked(a ask) {
	n := &t.n.Escalations
	n.Count++
	t.cause(a.cause).Count++
	switch {
	case !a.claimed.IsZero():
		n.Claimed++
	case a.end == abandoned:
		n.Abandoned++
	case a.end == nobody:
		n.Nobody++
	default:
		n.Waiting++
	}
	add := func(i int, at time.Time) {
		if at.IsZero() {
			return
		}
		t.waits[i] = append(t.waits[i], at.Sub(a.at))
		if a.duty {
			t.waits[i+1] = append(t.waits[i+1], at.Sub(a.at))
		}
	}
	add(0, a.claimed)
	add(2, a.word)
}

// began counts a conversation of the span by what has become of it.
func (t *Tally) began() {
	c, o := &t.c, &t.n.Outcomes
	day := &t.n.Days[t.span.index(c.first)]
	t.n.Conversations++
	s := c.state
	over := s.Mode == conversation.IsClosed || t.n.AsOf.Sub(s.Active.At) >= Quiet
	switch {
	case len(c.asks) > 0:
		o.Escalated++
		day.Escalated++
		return
	case s.Claims > 0 || c.people || s.Mode == conversation.WithAgent:
		o.TakenOver++
	case !over:
		o.Open++
	case c.resolved():
		o.Resolved++
		day.Resolved++
		return
	default:
		o.Left++
	}
	day.Other++
}

// left counts what is open at the end of the span.
func (t *Tally) left() {
	s, b := t.c.state, &t.n.Backlog
	switch s.Mode {
	case conversation.Waiting:
		b.Waiting++
		b.Longest = max(b.Longest, seconds(t.n.AsOf.Sub(s.WaitFrom)))
	case conversation.WithAgent:
		if b.People++; s.Unanswered.Seq != 0 {
			b.Owed++
		}
	case conversation.WithBot:
		b.AI++
	case conversation.IsClosed:
	}
}

// Numbers ends the count and returns it; Add may not follow.
func (t *Tally) Numbers() Numbers {
	t.finish()
	t.c = chat{}
	n := t.n
	n.ToClaim, n.ToClaimOnDuty, n.ToWord, n.ToWordOnDuty = spread(t.waits[0]), spread(t.waits[1]), spread(t.waits[2]), spread(t.waits[3])
	for _, c := range t.causes {
		n.Escalations.Causes = append(n.Escalations.Causes, *c)
	}
	slices.SortFunc(n.Escalations.Causes, func(a, b Cause) int {
		return cmp.Or(b.Count-a.Count, b.Wrong-a.Wrong, strings.Compare(a.Reason, b.Reason), strings.Compare(a.Topic, b.Topic))
	})
	for _, id := range slices.Sorted(maps.Keys(t.agents)) {
		n.Agents = append(n.Agents, *t.agents[id])
	}
	slices.SortStableFunc(n.Agents, func(a, b Agent) int { return strings.Compare(a.Name, b.Name) })
	return n
}

// spread is the middle and the tenth of ten, by nearest rank.
func spread(list []time.Duration) Spread {
	if len(list) == 0 {
		return Spread{}
	}
	slices.Sort(list)
	rank := func(percent int) Seconds { return seconds(list[(len(list)*percent+99)/100-1]) }
	return Spread{len(list), rank(50), rank(90)}
}
