package slackbridge_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge"
)

const (
	maya  = fakeslack.SampleMaya
	sam   = fakeslack.SampleSam
	priya = fakeslack.SamplePriya
)

// A whole conversation, over both doors.
func TestStory(t *testing.T) {
	for _, mode := range []string{slackbridge.ModeSocket, slackbridge.ModeHTTP} {
		t.Run(mode, func(t *testing.T) {
			s := newStage(t, withConfig(func(c *slackbridge.Config) { c.Mode = mode }))
			c := s.open("Anna Berg")
			c.says("Where is my parcel?")
			c.botSays("It takes **two** days.")
			c.says("That was a week ago!")
			c.escalate()
			card := c.card()
			for _, want := range []string{"Anna Berg", c.reference, "That was a week ago!", "pressed the button", "shop.example/cart", "plan: pro"} {
				if !strings.Contains(card.Visible(), want) {
					t.Errorf("the card lacks %q:\n%s", want, card.Visible())
				}
			}
			if !strings.Contains(card.Text, "<!here>") {
				t.Errorf("the card does not mention: %q", card.Text)
			}
			c.shows("Where is my parcel?", "It takes", "two", "That was a week ago!")
			c.press(maya, "handoff_claim")
			c.mode(conversation.WithAgent, maya)
			c.shows("That was a week ago!", "has this chat now.")
			c.agent(maya, "Let me look & see <3")
			c.heard("Let me look & see <3")
			c.says("Thanks!")
			c.shows("has this chat now.", "Let me look", "Thanks!")
			c.closes(maya, nil)
			c.mode(conversation.IsClosed, "")
			c.shows("Thanks!", "closed this chat as solved.")
			s.until("the reopen button", func(st *fakeslack.State) bool {
				m, _ := st.Message(c.channel, c.root)
				return strings.Contains(m.Visible(), "Reopen")
			})
			c.assertOnce()
		})
	}
}

// assertOnce checks that no event stands twice in the thread, and that one card
// stands in the channel.
func (c *chat) assertOnce() {
	c.t.Helper()
	seen := map[string]int{}
	for _, m := range c.slack.Thread(c.channel, c.root) {
		for _, b := range m.Blocks {
			if id, _ := b["block_id"].(string); strings.HasPrefix(id, "h:") {
				parts := strings.Split(id, ":")
				seen[strings.Join(parts[:3], ":")+partOf(parts[3])]++
			}
		}
	}
	for id, n := range seen {
		if n > 1 {
			c.t.Errorf("%s stands %d times in the thread\n%s", id, n, c.dump())
		}
	}
	cards := 0
	for _, m := range c.slack.History(c.channel) {
		if m.BotID != "" && !m.Broadcast && strings.Contains(m.Visible(), c.reference) {
			cards++
		}
	}
	if cards != 1 {
		c.t.Errorf("%d cards of %s\n%s", cards, c.reference, c.dump())
	}
}

func partOf(rev string) string {
	_, part, _ := strings.Cut(rev, ".")
	return "." + part
}

func TestUsernameOnlyOnVisitorPosts(t *testing.T) {
	s := newStage(t)
	c := s.open("Maya")
	c.says("I am Maya")
	c.escalate()
	c.card()
	c.shows("I am Maya")
	c.says("really")
	c.shows("really")
	c.press(maya, "handoff_claim")
	c.shows("has this chat now.")
	for _, m := range s.slack.Thread(c.channel, c.root) {
		isVisitor := strings.Contains(m.Visible(), "I am Maya") || strings.Contains(m.Visible(), "really")
		switch {
		case m.TS != c.root && isVisitor && m.Username != "Maya (visitor)":
			t.Errorf("a visitor's line stands under %q, want \"Maya (visitor)\"", m.Username)
		case !isVisitor && m.Username != "":
			t.Errorf("%q stands under %q", m.Visible(), m.Username)
		}
	}
	if !slices.ContainsFunc(s.slack.Calls(), func(c fakeslack.Call) bool { return c.Args["username"] != "" }) {
		t.Error("no post had a username")
	}
}
