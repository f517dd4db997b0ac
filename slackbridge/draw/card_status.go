package draw

import (
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// status is in whose hands the conversation is, and below it what is known of the
// visitor.
func (c Card) status() []Span {
	if c.Moved != nil {
		return c.Moved
	}
	out := c.hands()
	if seen := c.Visitor.status(c.State, c.Brief.Reply, c.Brief.ReplyAt); len(seen) > 0 {
		out = append(append(out, Words("\n")), seen...)
	}
	return out
}

func (c Card) hands() []Span {
	s := c.State
	switch s.Mode {
	case conversation.Waiting:
		return c.waits()
	case conversation.WithAgent:
		out := []Span{Words("💬 "), Who(s.Owner), Words(" has this chat.")}
		if !s.Accept.IsZero() {
			out = append(out, Words(" Assigned; to be accepted until "), moment(s.Accept), Words("."))
		}
		return out
	case conversation.IsClosed:
		out := []Span{Words("✔️ Closed " + closedBy(s.Closure) + " at "), moment(s.Closed.At)}
		if !s.BlockedUntil.IsZero() {
			out = append(out, Words("\n🚫 Blocked until "), Day(s.BlockedUntil))
		}
		return out
	case conversation.WithBot:
		if s.HumanOnly() {
			return []Span{Words("Nobody has this chat. What the visitor writes next asks the team again.")}
		}
	}
	return []Span{Words("🤖 The AI is answering.")}
}

func (c Card) waits() []Span {
	s := c.State
	out := []Span{Words("⏳ Waiting since "), moment(s.WaitFrom)}
	if s.Group != "" {
		out = append(out, Words(" for the group it was passed on to")) // by name it would call them again
	}
	out = append(out, Words("."))
	if s.Routed() && !s.Route.Staffed {
		out = append(out, Words(" Nobody is on duty."))
	}
	if s.Seat.Agent.ID != "" {
		out = append(out, Words(" Asked: "), Who(s.Seat.Agent), Words(" until "), moment(s.Seat.Until), Words("."))
	}
	return out
}

func closedBy(c conversation.Closure) string {
	switch c.Reason {
	case conversation.ClosedByVisitor:
		return "by the visitor"
	case conversation.ClosedIdle:
		return "after a quiet while"
	case conversation.ClosedByAgent, conversation.ClosedByBlock:
	}
	return "by the team"
}

// status says whether the visitor reads along, how an answer reaches her when she
// does not, and what became of the last one. reply is its number, at when it was
// said. A closed
// conversation is read by nobody, and of one with the AI nobody asks.
func (p Presence) status(s conversation.State, reply conversation.Seq, at time.Time) []Span {
	if s.Mode != conversation.Waiting && s.Mode != conversation.WithAgent {
		return nil
	}
	var out []Span
	switch {
	case p.Here:
		out = []Span{Words("🟢 Here now")}
	case !p.Since.IsZero():
		out = []Span{Words("Left "), moment(p.Since)}
	}
	if !p.Here && p.Mails && s.HasMail {
		if len(out) > 0 {
			out = append(out, Words(" · "))
		}
		switch {
		case s.MailRefused > 0:
			out = append(out, Words("✉️ Mails do not get through"))
		case s.Verified.Seq > 0:
			out = append(out, Words("✉️ Will get this by mail"))
		default:
			out = append(out, Words("✉️ Will be told by mail that somebody answered"))
		}
	}
	if reply > 0 && s.Mode == conversation.WithAgent {
		if len(out) > 0 {
			out = append(out, Words(" · "))
		}
		out = append(out, p.receipt(reply, at)...)
	}
	return out
}

// receipt is what became of the last answer: when it stood in the log, which is when
// the visitor's stream had it, and when she had read it.
func (p Presence) receipt(reply conversation.Seq, at time.Time) []Span {
	out := []Span{Words("Delivered")}
	if !at.IsZero() {
		out = append(out, Words(" "), moment(at))
	}
	switch {
	case p.Read < reply:
	case p.ReadAt.IsZero():
		out = append(out, Words(" · seen"))
	default:
		out = append(out, Words(" · seen "), moment(p.ReadAt))
	}
	return out
}

// unsent says how many lines have not reached the visitor, with the button that
// sends the oldest of them again.
func (c Card) unsent(rev int) []slack.Block {
	if len(c.Unsent) == 0 {
		return nil
	}
	text := "⚠️ A line in this thread did not reach the visitor, or not whole."
	if n := len(c.Unsent); n > 1 {
		text = fmt.Sprintf("⚠️ %d lines in this thread did not reach the visitor, or not whole.", n)
	}
	retry := OfferRetry.button(c.State.ID, c.Unsent[0])
	return []slack.Block{richLine("", Words(text)), slack.NewActionBlock(fmt.Sprintf("retry:%s:%d", c.Unsent[0], rev), retry)}
}
