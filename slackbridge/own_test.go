package slackbridge_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge"
)

// bothDoors runs a test over Socket Mode and over signed HTTP.
func bothDoors(t *testing.T, test func(t *testing.T, s *stage)) {
	for _, mode := range []string{slackbridge.ModeSocket, slackbridge.ModeHTTP} {
		t.Run(mode, func(t *testing.T) {
			test(t, newStage(t, withConfig(func(c *slackbridge.Config) { c.Mode, c.Admins = mode, []string{priya} })))
		})
	}
}

// modal waits for the modal that is open for user.
func (s *stage) modal(user, text string) fakeslack.View {
	s.t.Helper()
	var v fakeslack.View
	s.until("a modal with "+text, func(st *fakeslack.State) bool {
		for _, v = range st.Views(user) {
			if strings.Contains(v.Visible(), text) {
				return true
			}
		}
		return false
	})
	return v
}

// objects submits a modal that stays open and returns what is wrong with it.
func (s *stage) objects(user, id string, values map[string]string) map[string]string {
	s.t.Helper()
	problems, err := s.slack.Submit(s.t.Context(), user, id, values)
	if err != nil {
		s.t.Fatal(err)
	}
	return problems
}

// picks chooses an entry of the card's menu.
func (c *chat) picks(user, choice string) {
	c.t.Helper()
	c.until("the entry "+choice, func(st *fakeslack.State) bool {
		m, _ := st.Message(c.channel, c.root)
		return strings.Contains(fmt.Sprint(m.Blocks), choice+":"+string(c.id))
	})
	if err := c.slack.Pick(user, c.channel, c.root, "handoff_menu", choice+":"+string(c.id)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *chat) event(ok func(conversation.Body) bool) bool {
	events, err := c.store.Events(c.t.Context(), c.id, 0, 1000)
	if err != nil {
		c.t.Fatal(err)
	}
	return slices.ContainsFunc(events, func(e conversation.Event) bool { return ok(e.Body) })
}

func TestClose(t *testing.T) {
	bothDoors(t, func(t *testing.T, s *stage) {
		c := s.claimed("Anna")
		c.agent(maya, "It is on its way")
		c.heard("It is on its way")
		c.press(maya, "handoff_close")
		v := s.modal(maya, "How did it end?")
		for _, b := range v.Blocks {
			if e, _ := b["element"].(map[string]any); e["action_id"] == "recap" && e["initial_value"] != "You asked: Help\nWe answered: It is on its way" {
				t.Errorf("the recap begins as %q", e["initial_value"])
			}
		}
		if p := s.objects(maya, v.ID, map[string]string{"recap": " ", "tell": "yes"}); p["recap"] == "" {
			t.Errorf("an empty recap is sent: %v", p)
		}
		c.mode(conversation.WithAgent, maya)
		c.submit(maya, map[string]string{"outcome": "follow_up", "recap": "We ship again on Friday.", "tell": "yes", "note": "a bad address"})
		c.mode(conversation.IsClosed, "")
		c.shows("The visitor was told", "We ship again on Friday.", "closed this chat with something left to do", "a bad address")
		if !c.event(func(b conversation.Body) bool {
			m, ok := b.(conversation.Message)
			return ok && m.Text == "We ship again on Friday."
		}) {
			t.Error("the visitor did not get the recap")
		}
		c.answer(maya, "You closed this chat", "handoff_undo")
		c.mode(conversation.WithAgent, maya)
		c.shows("undid the close", "<@U0MAYA> has this chat again")
		s.told(maya, "Undone.")
		c.assertOnce()
	})
}

func TestUndoIsRefused(t *testing.T) {
	s := newStage(t)
	c := s.claimed("Anna")
	c.closes(maya, nil)
	c.mode(conversation.IsClosed, "")
	c.says("Wait") // reopens, and asks for a person again
	c.mode(conversation.Waiting, "")
	c.answer(maya, "You closed this chat", "handoff_undo")
	s.told(maya, "something else has happened")
	c.mode(conversation.Waiting, "")
}

func TestTransfer(t *testing.T) {
	bothDoors(t, func(t *testing.T, s *stage) {
		c := s.claimed("Anna")
		c.press(maya, "handoff_transfer")
		v := s.modal(maya, "To a person")
		if p := s.objects(maya, v.ID, nil); p["place"] == "" {
			t.Errorf("nobody chosen: %v", p)
		}
		if p := s.objects(maya, v.ID, map[string]string{"agent": sam, "place": fakeslack.SampleBilling + " "}); p["place"] == "" {
			t.Errorf("both chosen: %v", p)
		}
		c.submit(maya, map[string]string{"agent": sam, "note": "speaks Dutch"})
		c.mode(conversation.WithAgent, sam)
		c.shows("<@U0SAM> has this chat now, passed on from <@U0MAYA>.", "speaks Dutch")
		c.press(maya, "handoff_transfer") // no longer hers
		c.submit(maya, map[string]string{"agent": priya})
		s.told(maya, "has this chat. Nothing was changed.")
		c.press(sam, "handoff_transfer")
		c.submit(sam, map[string]string{"place": fakeslack.SampleBilling + " ", "note": "a double charge"})
		c.mode(conversation.Waiting, "")
		c.append(conversation.RouteTo(1, conversation.Routed{Channel: fakeslack.SampleBilling, Mention: "here", Staffed: true}, nil))
		c.shows("<@U0SAM> passed this chat on to <#C0BILLING>.", "a double charge", "goes on in another channel")
		c.answer(sam, "You passed this chat on to", "handoff_undo") // Sam is not in #billing
		c.mode(conversation.WithAgent, sam)
		c.shows("goes on in another channel", "undid the transfer")
		c.press(sam, "handoff_transfer")
		c.submit(sam, map[string]string{"place": " " + fakeslack.SampleBillingGroup})
		c.mode(conversation.Waiting, "")
		c.shows("undid the transfer", "passed this chat on to <!subteam^S0BILL>")
		c.assertOnce()
	})
}

func TestAssignToSomebodyWhoMayNot(t *testing.T) {
	s := newStage(t)
	s.slack.AddUser(fakeslack.User{ID: "U0GUEST", Name: "guest", RealName: "Guest", Restricted: true})
	c := s.open("Anna")
	c.says("Help")
	c.escalate(func(e *conversation.Escalated, _ *conversation.Routed) {
		e.Agents = []string{fakeslack.SampleBillingGroup}
	})
	c.card()
	c.shows("Help")
	c.press(maya, "handoff_claim")
	s.told(maya, "Only <!subteam^S0BILL> can take this chat.")
	c.press(maya, "handoff_assign")
	c.submit(maya, map[string]string{"agent": "U0GUEST"})
	s.told(maya, "<@U0GUEST> cannot take this chat: only agents can.")
	c.press(maya, "handoff_assign")
	c.submit(maya, map[string]string{"agent": sam})
	s.told(maya, "<@U0SAM> cannot take this chat. Only <!subteam^S0BILL> can take this chat.")
	c.mode(conversation.Waiting, "")
	c.press(maya, "handoff_assign")
	c.submit(maya, map[string]string{"agent": priya})
	c.mode(conversation.WithAgent, priya)
	c.press(maya, "handoff_takeover")
	c.mode(conversation.WithAgent, priya)
}

func TestAccept(t *testing.T) {
	s := newStage(t)
	c := s.open("Anna")
	c.says("Help")
	c.escalate()
	c.card()
	c.shows("Help")
	state, err := s.store.State(t.Context(), c.id)
	if err != nil {
		t.Fatal(err)
	}
	c.append(conversation.AssignTo(state.Queued.Seq, conversation.Staff{ID: sam, Name: "Sam"}, time.Now().Add(time.Minute)))
	c.press(maya, "handoff_accept")
	s.told(maya, "has this chat. Nothing was changed.")
	c.press(sam, "handoff_accept")
	c.shows("this chat is yours", "<@U0SAM> accepted and has this chat now.")
	s.until("a card without Accept", func(st *fakeslack.State) bool {
		m, _ := st.Message(c.channel, c.root)
		return !slices.Contains(m.Actions(), "handoff_accept") && slices.Contains(m.Actions(), "handoff_release")
	})
}

func TestBlockAndLift(t *testing.T) {
	s := newStage(t, withConfig(func(c *slackbridge.Config) { c.Admins = []string{priya} }))
	c := s.claimed("Anna")
	c.picks(maya, "block")
	if p := s.objects(maya, s.modal(maya, "Block this visitor").ID, nil); len(p) == 0 {
		t.Error("a block without a reason")
	}
	c.submit(maya, map[string]string{"reason": "insults"})
	c.mode(conversation.IsClosed, "")
	c.shows("<@U0MAYA> blocked Anna until", "insults")
	s.until("the block on the card", func(st *fakeslack.State) bool {
		m, _ := st.Message(c.channel, c.root)
		return strings.Contains(m.Visible(), "Blocked until")
	})
	c.picks(maya, "lift")
	s.told(maya, "Only admins of Handoff can lift a block.")
	c.answer(maya, "You blocked this visitor", "handoff_undo")
	c.mode(conversation.WithAgent, maya)
	c.picks(maya, "block")
	c.submit(maya, map[string]string{"reason": "again"})
	c.mode(conversation.IsClosed, "")
	c.shows("undid the block", "again")
	c.picks(priya, "lift")
	c.shows("<@U0PRIYA> lifted the block of Anna.")
}

func TestLabelsAndMisjudged(t *testing.T) {
	s := newStage(t)
	c := s.claimed("Anna")
	c.picks(sam, "labels")
	c.submit(sam, map[string]string{"priority": "urgent", "tags": "vip, refund, vip"})
	c.shows("<@U0SAM> set the priority to urgent and the tags to vip, refund.")
	s.until("the labels on the card", func(st *fakeslack.State) bool {
		m, _ := st.Message(c.channel, c.root)
		return strings.Contains(m.Visible(), "URGENT · Anna") && strings.Contains(m.Visible(), "Tags: vip, refund")
	})
	c.picks(sam, "misjudged")
	c.submit(sam, map[string]string{"note": "a greeting"})
	s.told(sam, "Noted.")
	c.shows("<@U0SAM> says that no person was needed here.", "a greeting")
	c.mode(conversation.WithAgent, maya)
}

// TestSaidBeforeTheFirstReply: Slack shows nobody what is said privately in a
// thread without a reply, and answers ok. Who acts before our first line stands
// there is told after it, or in the channel when Slack does not take the line.
func TestSaidBeforeTheFirstReply(t *testing.T) {
	for name, trouble := range map[string]struct {
		fault    fakeslack.Failure
		inThread bool
	}{
		"the line comes late":    {fakeslack.Slow{For: time.Second, Before: true}, true},
		"the line does not come": {fakeslack.RateLimited("12"), false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			c := s.open("Anna")
			c.escalate()
			c.card()
			s.slack.Inject(fakeslack.Fault{Method: "chat.postMessage", Channel: c.channel, Do: trouble.fault})
			c.append(conversation.Claim(conversation.Author{Role: conversation.Agent, ID: maya, Name: "Maya"}, conversation.ByButton))
			c.closes(maya, nil)
			m := s.told(maya, "You closed this chat")
			if got := m.ThreadTS == c.root; got != trouble.inThread {
				t.Errorf("said in the thread: %t", got)
			}
		})
	}
}
