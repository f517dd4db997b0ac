package slackbridge_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge"
)

// moveTo uses the shortcut on a line and chooses where it goes.
func (c *chat) moveTo(user, ts string, to *chat) {
	c.t.Helper()
	if err := c.slack.Shortcut(user, "handoff_move", c.channel, ts); err != nil {
		c.t.Fatal(err)
	}
	c.submit(user, map[string]string{"target": string(to.id)})
}

func TestMoveToAnotherChat(t *testing.T) {
	for _, mode := range []string{slackbridge.ModeSocket, slackbridge.ModeHTTP} {
		t.Run(mode, func(t *testing.T) {
			s := newStage(t, withConfig(func(c *slackbridge.Config) { c.Mode = mode }))
			a, b := s.claimed("Anna"), s.claimed("Bert")
			ts := a.agent(maya, "Your invoice, *Bert*, is attached")
			a.heard("Your invoice, Bert, is attached")
			a.moveTo(maya, ts, b)
			b.heard("Your invoice, Bert, is attached")
			a.heard()
			if r := a.retracted("Your invoice, Bert, is attached"); !r.Unseen {
				t.Errorf("Anna had not seen it: got %+v", r)
			}
			s.told(maya, vanished+" It was sent to "+b.reference)
			a.noted("Moved a line to " + b.reference + ".")
			b.noted("Moved here from " + a.reference + ".")
			a.shows("Your invoice", "Moved a line to "+b.reference)
			b.shows("Moved here from "+a.reference, "Your invoice, Bert, is attached")
			a.marked(ts, "lock")
			a.edit(maya, ts, "Your invoice, Bert, is below")
			b.heard("Your invoice, Bert, is below")
			b.shows("Your invoice, Bert, is below")
			b.agent(maya, "And it is paid")
			b.heard("Your invoice, Bert, is below", "And it is paid")
			a.heard()
			a.assertOnce()
			b.assertOnce()
			b.reaches("the mark of a moved line", func(_ conversation.State, events []conversation.Event) bool {
				for _, e := range events {
					if m, ok := e.Body.(conversation.Message); ok && m.Moved {
						return e.Author.ID == maya && len(m.Content) > 0
					}
				}
				return false
			})
		})
	}
}

// What is done about a line that was moved is done where it was moved to: it is
// kept inside, sent again, edited, moved on and deleted there. It still stands in
// the thread in which it was written.
func TestAMovedLineIsFollowed(t *testing.T) {
	s := newStage(t)
	a, b, c := s.claimed("Anna"), s.claimed("Bert"), s.claimed("Cleo")
	cut := func(name, ts string) {
		t.Helper()
		if err := s.slack.Shortcut(maya, name, a.channel, ts); err != nil {
			t.Fatal(err)
		}
	}
	ts := a.agent(maya, "Your invoice")
	a.heard("Your invoice")
	a.moveTo(maya, ts, b)
	b.heard("Your invoice")
	a.heard()

	cut("handoff_note", ts)
	b.heard()
	s.told(maya, "is a note now")
	from := "Moved here from " + a.reference + "."
	b.noted(from, "Your invoice")
	a.edit(maya, ts, "Your invoice, number 7")
	b.shows("Moved here from", "Your invoice, number 7")
	cut("handoff_send", ts)
	b.heard("Your invoice, number 7")
	b.shows("Your invoice, number 7")
	a.edit(maya, ts, "Your invoice, number 8")
	b.heard("Your invoice, number 8")
	a.edit(maya, ts, ";; none of her business")
	b.heard()
	b.noted(from, "none of her business")
	cut("handoff_send", ts)
	b.heard("none of her business")

	a.moveTo(maya, ts, c)
	c.heard("none of her business")
	b.heard()
	a.moveTo(maya, ts, a)
	a.heard("none of her business")
	c.heard()
	a.del(maya, ts)
	a.heard()
	for _, chat := range []*chat{a, b, c} {
		chat.assertOnce()
	}
}

// A line that claims a waiting conversation may have been meant for another: the
// private message offers to move it.
func TestMoveAfterAClaim(t *testing.T) {
	s := newStage(t)
	a := s.claimed("Anna")
	b := s.open("Bert")
	b.says("Hello?")
	b.escalate()
	b.card()
	b.shows("Hello?")
	b.agent(maya, "That is for Anna")
	b.heard("That is for Anna")
	b.answer(maya, "went out and claimed it", "handoff_line_move")
	b.submit(maya, map[string]string{"target": string(a.id)})
	a.heard("That is for Anna")
	b.heard()
	b.mode(conversation.WithAgent, maya)
	b.assertOnce()
}

func TestMoveToAWaitingChat(t *testing.T) {
	s := newStage(t)
	a := s.claimed("Anna")
	b := s.open("Bert")
	b.says("Hello?")
	b.escalate()
	b.card()
	ts := a.agent(maya, "Hello Bert")
	a.heard("Hello Bert")
	a.reads()
	a.moveTo(maya, ts, b)
	b.heard("Hello Bert")
	b.mode(conversation.WithAgent, maya)
	s.told(maya, removed)
}

func TestMoveRefused(t *testing.T) {
	s := newStage(t)
	a := s.claimed("Anna")
	ts := a.agent(maya, "Hello")
	a.heard("Hello")
	move := func(user, ts string) {
		t.Helper()
		if err := s.slack.Shortcut(user, "handoff_move", a.channel, ts); err != nil {
			t.Fatal(err)
		}
	}
	move(maya, ts)
	s.told(maya, "no other chat")
	move(sam, ts)
	s.told(sam, "Only its author can move")
	move(maya, a.root)
	s.told(maya, "Only lines that agents wrote")

	// The other chat is lost between the list and the choice.
	b := s.claimed("Bert")
	if err := s.slack.Shortcut(maya, "handoff_move", a.channel, ts); err != nil {
		t.Fatal(err)
	}
	s.until("the list", func(st *fakeslack.State) bool { return len(st.Views(maya)) > 0 })
	b.press(sam, "handoff_takeover")
	b.mode(conversation.WithAgent, sam)
	s.submit(maya, map[string]string{"target": string(b.id)})
	s.told(maya, "has this chat. Nothing was changed. The line was not moved.")
	a.heard("Hello")
	b.heard()

	// A chat kept for others is not offered and not taken.
	c := s.open("Cleo")
	c.says("Secret")
	c.escalate(func(e *conversation.Escalated, _ *conversation.Routed) { e.Agents = []string{sam} })
	c.card()
	d := s.claimed("Dora")
	if err := s.slack.Shortcut(maya, "handoff_move", a.channel, ts); err != nil {
		t.Fatal(err)
	}
	s.until("a list without Cleo", func(st *fakeslack.State) bool {
		for _, v := range st.Views(maya) {
			text := fmt.Sprint(v.Blocks)
			return strings.Contains(text, d.reference) && !strings.Contains(text, c.reference)
		}
		return false
	})
}

// What a crash leaves behind: the line is taken back and not said yet. The row is
// worked again from where it stands, and nothing happens twice.
func TestMoveAgain(t *testing.T) {
	s := newStage(t)
	a, b := s.claimed("Anna"), s.claimed("Bert")
	ts := a.agent(maya, "For Bert")
	a.heard("For Bert")
	if err := s.slack.Shortcut(maya, "handoff_move", a.channel, ts); err != nil {
		t.Fatal(err)
	}
	s.until("the list", func(st *fakeslack.State) bool { return len(st.Views(maya)) > 0 })
	line, err := s.store.ByKey(t.Context(), a.id, "s:"+fakeslack.SampleTeam+":"+a.channel+":"+ts)
	if err != nil {
		t.Fatal(err)
	}
	// What is appended before the crash, under its key.
	_, err = s.store.Append(t.Context(), a.id, fmt.Sprintf("%s:moved:%s:%d", line.Key, a.id, line.Seq), conversation.Append(
		conversation.Draft{Author: line.Author, Source: conversation.FromSlack, Body: conversation.Note{Text: "Moved a line to " + b.reference + "."}},
		conversation.Draft{Author: line.Author, Source: conversation.FromSlack, Body: conversation.Retracted{Of: line.Seq, Unseen: true, MovedTo: b.id}}))
	if err != nil {
		t.Fatal(err)
	}
	s.submit(maya, map[string]string{"target": string(b.id)})
	b.heard("For Bert")
	a.heard()
	a.noted("Moved a line to " + b.reference + ".")
	s.told(maya, vanished)
	a.assertOnce()
	b.assertOnce()
}
