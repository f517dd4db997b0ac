package slackbridge_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge"
)

// claimed opens a conversation that Maya has.
func (s *stage) claimed(name string) *chat {
	s.t.Helper()
	c := s.waiting(name)
	c.press(maya, "handoff_claim")
	c.mode(conversation.WithAgent, maya)
	return c
}

// notes are the notes that are not taken back.
func notes(events []conversation.Event) []string {
	var out []string
	gone := map[conversation.Seq]bool{}
	for _, e := range events {
		if r, ok := e.Body.(conversation.Retracted); ok {
			gone[r.Of] = true
		}
	}
	for _, e := range events {
		if n, ok := e.Body.(conversation.Note); ok && !gone[e.Seq] {
			out = append(out, n.Text)
		}
	}
	return out
}

func (c *chat) noted(want ...string) {
	c.t.Helper()
	c.reaches("the notes "+strings.Join(want, "|"), func(_ conversation.State, events []conversation.Event) bool {
		return slices.Equal(notes(events), want)
	})
}

func (c *chat) marked(ts, emoji string) {
	c.t.Helper()
	c.until("the mark "+emoji, func(st *fakeslack.State) bool {
		m, _ := st.Message(c.channel, ts)
		return slices.ContainsFunc(m.Reactions, func(r fakeslack.Reaction) bool { return r.Name == emoji })
	})
}

func (c *chat) unmarked(ts, emoji string) {
	c.t.Helper()
	c.until("no mark "+emoji, func(st *fakeslack.State) bool {
		m, _ := st.Message(c.channel, ts)
		return !slices.ContainsFunc(m.Reactions, func(r fakeslack.Reaction) bool { return r.Name == emoji })
	})
}

func TestB60KeptInside(t *testing.T) {
	s := newStage(t)
	s.slack.AddUser(fakeslack.User{ID: "U0GUEST", Name: "gus", Restricted: true})
	s.slack.AddUser(fakeslack.User{ID: "U0ALIEN", Name: "al", TeamID: "T0OTHER", Stranger: true})
	for _, u := range []string{"U0GUEST", "U0ALIEN"} {
		if err := s.slack.Join(u, fakeslack.SampleSupport); err != nil {
			t.Fatal(err)
		}
	}
	c := s.claimed("Anna")
	ts := c.agent(sam, "I think she is wrong")
	c.told(sam, "has this chat")
	c.noted("I think she is wrong")
	c.marked(ts, "lock")
	c.agent(maya, ";; ask finance first")
	c.noted("I think she is wrong", "ask finance first")
	c.agent(maya, "<@"+sam+"> can you look?")
	c.told(maya, "mentions somebody")
	c.agent("U0GUEST", "guest here")
	c.told("U0GUEST", "Guests cannot")
	c.agent("U0ALIEN", "alien here")
	c.told("U0ALIEN", "Only people of this workspace")
	c.heard()
	if _, err := s.slack.Broadcast(maya, c.channel, c.root, "Hello Anna"); err != nil {
		t.Fatal(err)
	}
	c.heard("Hello Anna")
	c.assertOnce()
}

func TestPrivateButtons(t *testing.T) {
	s := newStage(t)
	t.Run("send to visitor", func(t *testing.T) {
		c := s.claimed("Anna")
		c.agent(sam, "From Sam one")
		c.noted("From Sam one")
		c.answer(sam, "has this chat", "handoff_line_send")
		c.heard("From Sam one")
		c.noted()
		c.mode(conversation.WithAgent, maya)
	})
	t.Run("send anyway", func(t *testing.T) {
		c := s.claimed("Bert")
		c.agent(maya, "<@"+sam+"> wrote the guide")
		c.answer(maya, "mentions somebody", "handoff_line_anyway")
		c.heard("@Sam wrote the guide")
	})
	t.Run("take over and send", func(t *testing.T) {
		c := s.claimed("Cleo")
		c.press(maya, "handoff_handback")
		s.submit(maya, map[string]string{"instruction": "Be kind"})
		c.mode(conversation.WithBot, "")
		c.shows("handed this chat back", "Be kind")
		c.agent(sam, "Let me take this")
		c.answer(sam, "The AI is answering", "handoff_line_take_send")
		c.heard("Let me take this")
		c.mode(conversation.WithAgent, sam)
	})
	t.Run("reopen and send", func(t *testing.T) {
		c := s.claimed("Dora")
		c.closes(maya, nil)
		c.mode(conversation.IsClosed, "")
		c.agent(maya, "One more thing")
		c.answer(maya, "This chat is closed", "handoff_line_reopen")
		c.heard("One more thing")
		c.mode(conversation.WithAgent, maya)
	})
	t.Run("waiting claims", func(t *testing.T) {
		c := s.open("Emil")
		c.says("Hello?")
		c.escalate()
		c.card()
		c.agent(sam, "Hi Emil")
		c.heard("Hi Emil")
		c.mode(conversation.WithAgent, sam)
	})
	t.Run("relay group", func(t *testing.T) {
		s := newStage(t, withConfig(func(c *slackbridge.Config) { c.Relay = slackbridge.RelayGroup }))
		c := s.claimed("Fay")
		c.agent(sam, "Me too")
		c.heard("Me too")
	})
}

// submit waits for a modal and submits it.
func (s *stage) submit(user string, values map[string]string) {
	s.t.Helper()
	var id string
	s.until("a modal", func(st *fakeslack.State) bool {
		for _, v := range st.Views(user) {
			id = v.ID
		}
		return id != ""
	})
	problems, err := s.slack.Submit(s.t.Context(), user, id, values)
	if err != nil || len(problems) > 0 {
		s.t.Fatalf("submit: %v %v", problems, err)
	}
}

func TestB61EditsAndDeletesFollow(t *testing.T) {
	for _, bare := range []bool{false, true} {
		s := newStage(t, withSlack(func(o *fakeslack.Options) { o.Switches.BareDeletes = bare }))
		c := s.claimed("Anna")
		one := c.agent(maya, "Card 4242")
		c.heard("Card 4242")
		if err := s.slack.Edit(maya, c.channel, one, "Card gone"); err != nil {
			t.Fatal(err)
		}
		c.heard("Card gone")
		if err := s.slack.Unfurl(c.channel, one); err != nil {
			t.Fatal(err)
		}
		two := c.agent(maya, "Second")
		c.heard("Card gone", "Second")
		if err := s.slack.Delete(maya, c.channel, one); err != nil {
			t.Fatal(err)
		}
		c.heard("Second")
		inside := c.agent(maya, ";; note one")
		c.noted("note one")
		if err := s.slack.Edit(maya, c.channel, inside, ";; note two"); err != nil {
			t.Fatal(err)
		}
		c.reaches("an inner edit", func(_ conversation.State, events []conversation.Event) bool {
			return slices.ContainsFunc(events, func(e conversation.Event) bool {
				b, ok := e.Body.(conversation.Edited)
				return ok && b.Inside && b.Text == "note two"
			})
		})
		if err := s.slack.Edit(maya, c.channel, two, ";; oops"); err != nil {
			t.Fatal(err)
		}
		c.heard()
		c.noted("note one", "oops")
	}
}

// Order and repetition of deliveries change nothing.
func TestUnkindDelivery(t *testing.T) {
	s := newStage(t)
	c := s.claimed("Anna")
	t.Run("again under a new id", func(t *testing.T) {
		defer s.slack.Disturb(fakeslack.Mischief{Type: "message", Do: fakeslack.Again{NewID: true}})()
		c.agent(maya, "one")
		c.heard("one")
	})
	t.Run("two messages of one gesture", func(t *testing.T) {
		if _, err := s.slack.SayTwice(maya, c.channel, c.root, "two"); err != nil {
			t.Fatal(err)
		}
		c.agent(maya, "three")
		c.heard("one", "two", "three")
	})
	t.Run("an edit before its message", func(t *testing.T) {
		lift := s.slack.Disturb(fakeslack.Mischief{Type: "message", Times: 1, Do: fakeslack.Swap{}})
		defer lift()
		ts := c.agent(maya, "fuor")
		if err := s.slack.Edit(maya, c.channel, ts, "four"); err != nil {
			t.Fatal(err)
		}
		c.heard("one", "two", "three", "four")
	})
	t.Run("a delete before its message", func(t *testing.T) {
		lift := s.slack.Disturb(fakeslack.Mischief{Type: "message", Times: 1, Do: fakeslack.Swap{}})
		defer lift()
		ts := c.agent(maya, "secret")
		if err := s.slack.Delete(maya, c.channel, ts); err != nil {
			t.Fatal(err)
		}
		c.agent(maya, "five")
		c.reaches("five", func(_ conversation.State, events []conversation.Event) bool {
			got := lines(events, conversation.Agent)
			return got[len(got)-1] == "five"
		})
		c.heard("one", "two", "three", "four", "five")
	})
	c.assertOnce()
}
