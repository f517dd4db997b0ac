package learn

import (
	"strings"

	"github.com/handoff-bot/handoff/conversation"
)

// Thread is what people have said in a conversation, as it reads at the end, and
// what is known of who the visitor is.
type Thread struct {
	lines []Line
	who   person
}

// Line is one line of a thread, the visitor's or an agent's.
type Line struct {
	Seq  conversation.Seq
	Role conversation.Role
	Text string
}

// Read is the thread of the lines up to through. What became of them later counts,
// too: one that was taken back is gone.
func Read(events []conversation.Event, through conversation.Seq) Thread {
	var t Thread
	at := map[conversation.Seq]int{}
	for _, e := range events {
		t.who.learn(e)
		switch b := e.Body.(type) {
		case conversation.Message:
			if r := e.Author.Role; e.Seq <= through && (r == conversation.Visitor || r == conversation.Agent) {
				at[e.Seq], t.lines = len(t.lines), append(t.lines, Line{e.Seq, r, b.Text})
			}
		case conversation.Edited:
			if i, ok := at[b.Of]; ok && !b.Inside {
				t.lines[i].Text = b.Text
			}
		case conversation.Retracted:
			if i, ok := at[b.Of]; ok && !b.Inside {
				t.lines[i].Text = ""
			}
		}
	}
	return t
}

// Lines are the lines that still stand, without what tells who the visitor is:
// what a model may read.
func (t Thread) Lines() []Line {
	var out []Line
	for _, l := range t.lines {
		if l.Text = t.who.redact(l.Text); l.Text != "" {
			out = append(out, l)
		}
	}
	return out
}

// Answered says that an agent has answered the visitor with more than a greeting.
func (t Thread) Answered() bool {
	heard := false
	for i, l := range t.lines {
		if l.Role == conversation.Visitor {
			heard = heard || strings.TrimSpace(l.Text) != ""
			continue
		}
		p, _ := answerFrom(t.lines, i)
		if heard && isAnswer(withoutGreeting(p.Answer)) {
			return true
		}
	}
	return false
}

// Stands says that the lines a proposal is made of read as they did when the event
// at was appended: none was edited or taken back later.
func Stands(events []conversation.Event, from []conversation.Seq, at conversation.Seq) bool {
	for _, e := range events {
		var of conversation.Seq
		switch b := e.Body.(type) {
		case conversation.Edited:
			of = b.Of
		case conversation.Retracted:
			of = b.Of
		default:
			continue
		}
		for _, seq := range from {
			if e.Seq > at && of == seq {
				return false
			}
		}
	}
	return true
}
