package report

import (
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
	wrong   map[int]bool
	missed  map[conversation.Seq]bool
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
		len(c.missed) == 0 && s.Closure.Reason != conversation.ClosedByBlock
}
