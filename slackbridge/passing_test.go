package slackbridge_test

import (
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
)

func by(user, name string) conversation.Author {
	return conversation.Author{Role: conversation.Agent, ID: user, Name: name}
}

// passTo passes the chat on to a channel and routes it there.
func (c *chat) passTo(from conversation.Author, p conversation.Passing) {
	c.t.Helper()
	out := c.append(conversation.Transfer(from, p, false))
	c.append(conversation.RouteTo(out.State.Epoch, conversation.Routed{Channel: p.Channel, Mention: "here", Staffed: true}, nil))
}

// closes closes the chat through its modal.
func (c *chat) closes(user string, values map[string]string) {
	c.t.Helper()
	c.press(user, "handoff_close")
	c.submit(user, values)
}

// roots counts the cards of the chat in a channel.
func (c *chat) roots(channel string) (n int) {
	for _, m := range c.slack.History(channel) {
		if m.BotID != "" && !m.Broadcast && strings.Contains(m.Visible(), c.reference) {
			n++
		}
	}
	return n
}

// Back in a channel, a conversation goes on in the thread it had there, with what
// was said elsewhere; nobody is called for what is over.
func TestComesBackToItsThread(t *testing.T) {
	s := newStage(t)
	c := s.claimed("Anna")
	c.agent(maya, "From support")
	c.heard("From support")
	c.passTo(by(maya, "Maya"), conversation.Passing{Channel: fakeslack.SampleBilling, Note: "a refund"})
	support := c.root
	c.channel = fakeslack.SampleBilling
	c.card()
	billing := c.root
	c.shows("Help", "Maya has this chat now.", "From support", "chat on to", "a refund")
	c.press(priya, "handoff_claim")
	c.mode(conversation.WithAgent, priya)
	c.agent(priya, "From billing")
	c.heard("From support", "From billing")
	c.passTo(by(priya, "Priya"), conversation.Passing{Channel: fakeslack.SampleSupport})
	c.channel, c.root = fakeslack.SampleSupport, support
	c.shows("Help", "<@U0MAYA> has this chat now.", "Priya has this chat now.", "From billing", "is waiting for a person")
	c.says("Still there?")
	c.shows("is waiting for a person", "Still there?")
	if n := c.roots(fakeslack.SampleSupport); n != 1 {
		t.Errorf("%d cards in support, want one\n%s", n, s.dump())
	}
	s.until("the left card without buttons", func(st *fakeslack.State) bool {
		m, _ := st.Message(fakeslack.SampleBilling, billing)
		return strings.Contains(m.Visible(), "goes on in") && len(m.Actions()) == 0
	})
	c.press(maya, "handoff_claim")
	c.mode(conversation.WithAgent, maya)
	c.assertOnce()
	for _, m := range s.slack.Thread(fakeslack.SampleSupport, support) {
		if strings.Contains(m.Text, "<@"+priya) {
			t.Errorf("somebody is called for what is over: %q", m.Text)
		}
	}
	for _, m := range s.slack.Thread(fakeslack.SampleBilling, billing) {
		if strings.Contains(m.Text, "<@"+maya) {
			t.Errorf("somebody is called for what is over: %q", m.Text)
		}
	}
}

// An undone transfer brings the conversation back into its old thread, too.
func TestUndoneTransferComesBack(t *testing.T) {
	s := newStage(t)
	c := s.claimed("Anna")
	support := c.root
	c.passTo(by(maya, "Maya"), conversation.Passing{Channel: fakeslack.SampleBilling})
	c.channel = fakeslack.SampleBilling
	c.card()
	// The route is no act: the transfer is still the last one.
	state, err := s.store.State(t.Context(), c.id)
	if err != nil || state.Undo == nil {
		t.Fatalf("nothing to undo: %+v, %v", state.Undo, err)
	}
	c.append(conversation.Undo(by(maya, "Maya"), state.Undo.Seq, time.Now(), false))
	c.channel, c.root = fakeslack.SampleSupport, support
	c.shows("chat on to", "undid the transfer", "<@U0MAYA> has this chat again")
	c.says("Hello?")
	c.shows("has this chat again", "Hello?")
	if n := c.roots(fakeslack.SampleSupport); n != 1 {
		t.Errorf("%d cards in support, want one\n%s", n, s.dump())
	}
}

// A group is called once, by the line about the transfer; in another channel by
// the card.
func TestPassedOnToAGroup(t *testing.T) {
	s := newStage(t)
	c := s.claimed("Anna")
	c.passTo(by(maya, "Maya"), conversation.Passing{Channel: fakeslack.SampleSupport, Group: fakeslack.SampleBillingGroup})
	c.shows("chat on to", "It is waiting.")
	c.says("Hello?")
	c.shows("It is waiting.", "Hello?")
	calls := 0
	for _, m := range s.slack.Thread(c.channel, c.root) {
		if m.TS != c.root && (strings.Contains(m.Text, "<!subteam^"+fakeslack.SampleBillingGroup) || strings.Contains(m.Text, "<!here>")) {
			calls++
		}
	}
	if calls != 1 {
		t.Errorf("called %d times, want once\n%s", calls, s.dump())
	}
	c.press(maya, "handoff_claim")
	c.mode(conversation.WithAgent, maya)
	c.passTo(by(maya, "Maya"), conversation.Passing{Channel: fakeslack.SampleBilling, Group: fakeslack.SampleBillingGroup})
	c.channel = fakeslack.SampleBilling
	if card := c.card(); !strings.Contains(card.Text, "<!subteam^"+fakeslack.SampleBillingGroup) {
		t.Errorf("the card does not call the group: %q", card.Text)
	}
}

// The ladder's and the queue's lines call those they are about.
func TestQueueLinesCall(t *testing.T) {
	s := newStage(t)
	c := s.open("Anna")
	c.says("Help")
	c.escalate()
	c.card()
	state, err := s.store.State(t.Context(), c.id)
	if err != nil {
		t.Fatal(err)
	}
	sam := conversation.Staff{ID: sam, Name: "Sam"}
	c.append(conversation.OfferTo(state.Queued.Seq, sam, time.Now().Add(time.Minute)))
	c.append(conversation.Step(state.Queued.Seq, conversation.Stepped{Do: "ping_group", Group: fakeslack.SampleSupportGroup}))
	c.shows("<@U0SAM>, can you take this chat?", "<!subteam^S0SUPPORT> Anna", "is still waiting for a person")
	c.append(conversation.AssignTo(state.Queued.Seq, sam, time.Now().Add(time.Minute)))
	c.says("Anybody?")
	c.append(conversation.Remind(state.Unanswered.Seq))
	c.shows("<@U0SAM>, this chat is yours", "Anybody?", "<@U0SAM>, Anna is still waiting for your answer")
	c.append(conversation.Requeue(sam.ID, conversation.ReleasedSilent))
	c.shows("<@U0SAM> has not answered in time. It is waiting again.")
}
