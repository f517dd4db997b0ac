package report

import (
	"slices"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// chat is the conversation whose events come in now.
type chat struct {
	state   conversation.State
	first   time.Time // when it began
	people  bool      // an agent has written
	answers int
	asks    []ask // one for each epoch
	thumbs  map[conversation.Seq]bool
	marks   []mark
}

// mark is what an agent said of a decision: that the escalation epoch was not
// needed, or, with 0, that a person was missed at the line of.
type mark struct {
	seq   conversation.Seq // of the event that said so
	epoch int
	of    conversation.Seq
	in    bool // it was made in the span
}

// unmarked forgets the mark that was made by an event.
func (c *chat) unmarked(seq conversation.Seq) {
	c.marks = slices.DeleteFunc(c.marks, func(m mark) bool { return m.seq == seq })
}

// standing are the marks that nobody took back, the first on each thing.
func (c *chat) standing() (out []mark) {
	for _, m := range c.marks {
		if !slices.ContainsFunc(out, func(o mark) bool { return o.epoch == m.epoch && o.of == m.of }) {
			out = append(out, m)
		}
	}
	return out
}

// missed says that an agent has said that a person was needed.
func (c *chat) missed() bool {
	return slices.ContainsFunc(c.marks, func(m mark) bool { return m.epoch == 0 })
}

// ask is one escalation.
type ask struct {
	at           time.Time
	cause        Cause
	claimed      time.Time
	word         time.Time
	routed, duty bool // duty: somebody was there when it was routed first
	given        bool // claimed is when the queue assigned it
	over         bool
	end          ending
}

type ending int

const (
	goesOn ending = iota
	abandoned
	nobody
)

func (c *chat) begin(at time.Time) {
	if c.first.IsZero() {
		c.first = at
	}
}

// follow keeps what becomes of the latest escalation.
func (c *chat) follow(e conversation.Event, before conversation.State) {
	if len(c.asks) == 0 {
		return
	}
	a := &c.asks[len(c.asks)-1]
	if c.state.Mode == conversation.WithAgent && before.Mode != conversation.WithAgent && a.claimed.IsZero() && !a.over {
		a.claimed = e.At
	}
	switch b := e.Body.(type) {
	case conversation.Message:
		if e.Author.Role == conversation.Agent && a.word.IsZero() && !a.over {
			a.word = e.At
		}
	case conversation.Routed:
		if !a.routed {
			a.routed, a.duty = true, b.Staffed
		}
	case conversation.Transferred:
		a.given = b.Why == conversation.TransferAssigned && a.claimed.Equal(e.At)
	case conversation.Released:
		if b.Why == conversation.ReleasedUnaccepted && a.given {
			a.claimed = time.Time{} // the queue gave it to her, and she never acted
		}
	case conversation.Cancelled:
		a.ends(abandoned)
	case conversation.HandedBack:
		a.ends(nobody)
	case conversation.Closed:
		how := nobody
		if b.Reason == conversation.ClosedByVisitor {
			how = abandoned
		}
		a.ends(how)
	case conversation.Undone:
		if c.state.Mode != conversation.WithBot {
			a.over, a.end = false, goesOn
		}
	default:
	}
}

// ends notes that nobody is asked for any more, and why when nobody had come.
func (a *ask) ends(how ending) {
	if a.over = true; a.claimed.IsZero() && a.end == goesOn {
		a.end = how
	}
}

// resolved says of a conversation that is over, and in which only the AI has
// spoken, that it has helped.
func (c *chat) resolved() bool {
	s := c.state
	return c.answers > 0 && s.LastBot.Seq > s.LastVisitor.Seq && (s.Score == 0 || s.Score > 2) &&
		!c.missed() && s.Closure.Reason != conversation.ClosedByBlock
}
