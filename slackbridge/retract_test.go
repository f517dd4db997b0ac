package slackbridge_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge"
)

// retracted waits for the retraction of the line with this text.
func (c *chat) retracted(text string) conversation.Retracted {
	c.t.Helper()
	var found conversation.Retracted
	c.reaches("the retraction of "+text, func(_ conversation.State, events []conversation.Event) bool {
		texts := map[conversation.Seq]string{}
		for _, e := range events {
			switch b := e.Body.(type) {
			case conversation.Message:
				texts[e.Seq] = b.Text
			case conversation.Retracted:
				if texts[b.Of] == text {
					found = b
					return true
				}
			}
		}
		return false
	})
	return found
}

// reads says that the visitor has read everything so far.
func (c *chat) reads() {
	c.t.Helper()
	state, err := c.store.State(c.t.Context(), c.id)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.store.MarkRead(c.t.Context(), c.id, state.VSeq); err != nil {
		c.t.Fatal(err)
	}
}

func (c *chat) del(user, ts string) {
	c.t.Helper()
	if err := c.slack.Delete(user, c.channel, ts); err != nil {
		c.t.Fatal(err)
	}
}

func (c *chat) edit(user, ts, text string) {
	c.t.Helper()
	if err := c.slack.Edit(user, c.channel, ts, text); err != nil {
		c.t.Fatal(err)
	}
}

const (
	vanished = "The visitor had not seen it; it is gone."
	removed  = "The visitor may have read it; it now reads"
)

func TestDeletedAtOnce(t *testing.T) {
	for _, mode := range []string{slackbridge.ModeSocket, slackbridge.ModeHTTP} {
		t.Run(mode, func(t *testing.T) {
			s := newStage(t, withConfig(func(c *slackbridge.Config) { c.Mode = mode }))
			c := s.claimed("Anna")
			ts := c.agent(maya, "For another customer")
			c.heard("For another customer")
			c.del(maya, ts)
			if r := c.retracted("For another customer"); !r.Unseen {
				t.Errorf("nobody had seen it: got %+v", r)
			}
			s.told(maya, vanished)
			ts = c.agent(maya, "She reads this")
			c.heard("She reads this")
			c.reads()
			c.del(maya, ts)
			if r := c.retracted("She reads this"); r.Unseen {
				t.Errorf("she had read it: got %+v", r)
			}
			s.told(maya, removed)
			c.heard()
		})
	}
}

// What was mailed has left the house, however soon it is taken back.
func TestDeletedAfterItWasMailed(t *testing.T) {
	s := newStage(t)
	c := s.claimed("Anna")
	anna := conversation.Author{Role: conversation.Visitor}
	c.append(conversation.Append(
		conversation.Draft{Author: anna, Source: conversation.FromWidget, Body: conversation.ContactGiven{Mail: true, Email: "anna@mail.example"}},
		conversation.Draft{Author: anna, Source: conversation.FromWidget, Body: conversation.Verified{}}))
	ts := c.agent(maya, "For another customer")
	c.heard("For another customer")
	c.append(func(st conversation.State) ([]conversation.Draft, error) {
		return []conversation.Draft{{Author: conversation.Author{Role: conversation.System}, Source: conversation.FromMail, Body: conversation.Mailed{For: conversation.MailReply, Through: st.LastAgent.Seq}}}, nil
	})
	c.del(maya, ts)
	if r := c.retracted("For another customer"); r.Unseen {
		t.Errorf("it was mailed: got %+v", r)
	}
	s.told(maya, removed)
}

// A line is ten seconds old by Slack's clock, whatever ours says.
func TestDeletedLater(t *testing.T) {
	s := newStage(t)
	c := s.claimed("Anna")
	ts := c.agent(maya, "An hour ago")
	c.heard("An hour ago")
	whole, part, _ := strings.Cut(ts, ".")
	var n int64
	if _, err := fmt.Sscan(whole, &n); err != nil {
		t.Fatal(err)
	}
	when := fmt.Sprintf("%d.%s", n+11, part)
	s.slack.Emit(map[string]any{"type": "message", "subtype": "message_deleted", "channel": c.channel, "channel_type": "channel", "deleted_ts": ts,
		"ts": when, "event_ts": when, "previous_message": map[string]any{"ts": ts, "thread_ts": c.root}})
	if r := c.retracted("An hour ago"); r.Unseen {
		t.Errorf("it was eleven seconds old: got %+v", r)
	}
	s.told(maya, removed)
}

func TestEditMadeEmptyOrANote(t *testing.T) {
	s := newStage(t)
	c := s.claimed("Anna")
	ts := c.agent(maya, "She is difficult")
	c.heard("She is difficult")
	c.edit(maya, ts, ";; She is difficult")
	c.heard()
	c.noted("She is difficult")
	if r := c.retracted("She is difficult"); !r.Unseen {
		t.Errorf("nobody had seen it: got %+v", r)
	}
	s.told(maya, "is a note now. "+vanished)
	c.marked(ts, "lock")
	c.edit(maya, ts, "She is difficult, but right")
	c.noted("She is difficult") // an edit of a note stays inside
	c.reaches("the edit of the note", func(_ conversation.State, events []conversation.Event) bool {
		e, ok := events[len(events)-1].Body.(conversation.Edited)
		return ok && e.Inside
	})
	c.heard()
}

func TestEditThatMentions(t *testing.T) {
	s := newStage(t)
	c := s.claimed("Anna")
	ts := c.agent(maya, "I will look")
	c.heard("I will look")
	c.edit(maya, ts, "I will look <@"+sam+"> is this right?")
	c.told(maya, "Your edit mentions somebody")
	c.heard("I will look")
	c.noted("I will look @Sam is this right?")
	c.answer(maya, "Your edit mentions somebody", "handoff_edit_anyway")
	c.heard("I will look @Sam is this right?")
	c.noted()

	// The next one is held again, and a plain edit after it goes out.
	c.edit(maya, ts, "<@"+sam+"> please")
	c.noted("@Sam please")
	c.edit(maya, ts, "I have looked")
	c.heard("I have looked")
	private := c.told(maya, "Your edit mentions somebody")
	if err := s.slack.Press(maya, private.Channel, private.TS, "handoff_edit_anyway"); err != nil {
		t.Fatal(err)
	}
	s.told(maya, "changed since")
	c.heard("I have looked")

	// What is deleted takes the edits that stayed inside with it.
	c.del(maya, ts)
	c.heard()
	c.noted()
}

// A line that was sent anyway keeps its mention through an edit.
func TestEditOfALineSentAnyway(t *testing.T) {
	s := newStage(t)
	c := s.claimed("Anna")
	ts := c.agent(maya, "<@"+sam+"> wrote the gide")
	c.answer(maya, "mentions somebody", "handoff_line_anyway")
	c.heard("@Sam wrote the gide")
	c.unmarked(ts, "lock")
	c.edit(maya, ts, "<@"+sam+"> wrote the guide")
	c.heard("@Sam wrote the guide")
}

func TestEditByOneWhoLeft(t *testing.T) {
	s := newStage(t, withConfig(func(c *slackbridge.Config) { c.Agents = []string{fakeslack.SampleSupportGroup} }))
	c := s.claimed("Anna")
	ts := c.agent(maya, "Good day")
	c.heard("Good day")
	s.slack.UpdateGroup(fakeslack.SampleSupportGroup, func(g *fakeslack.Group) { g.Members = []string{sam} })
	time.Sleep(60 * time.Millisecond) // the time memberships are believed here
	c.edit(maya, ts, "You are all fools")
	s.told(maya, "Your edit changed nothing")
	c.heard("Good day")
	c.del(maya, ts) // taking back is always possible
	c.heard()
}

func TestDeletedNoteTellsNobody(t *testing.T) {
	s := newStage(t)
	c := s.claimed("Anna")
	ts := c.agent(maya, ";; hush")
	c.noted("hush")
	c.del(maya, ts)
	c.noted()
	for _, m := range s.slack.Ephemerals(maya) {
		if strings.Contains(m.Visible(), "visitor") {
			t.Errorf("told of a note: %s", m.Visible())
		}
	}
}
