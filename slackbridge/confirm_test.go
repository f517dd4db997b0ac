package slackbridge_test

import (
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// TestPressIsAnsweredAtOnce: a press shows on the card although chat.update has
// no room, through the press's own address; a press whose address is refused is
// shown by chat.update.
func TestPressIsAnsweredAtOnce(t *testing.T) {
	for _, c := range []struct {
		name, broken string
		code         int
		through      string
	}{
		{"no room", "chat.update", 429, "response_url"},
		{"address refused", "response_url", 404, "chat.update"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t)
			chat := s.open("Anna")
			chat.says("Help")
			chat.escalate()
			chat.card()
			chat.shows("Help")
			s.until("the card with the link to the line", func(st *fakeslack.State) bool {
				m, _ := st.Message(chat.channel, chat.root)
				return strings.Contains(m.Visible(), "(message)")
			})
			s.slack.Inject(fakeslack.Fault{Method: c.broken, Do: fakeslack.Status{Code: c.code, RetryAfter: "600"}})
			began := time.Now()
			chat.press(maya, "handoff_claim")
			s.until("the owner on the card", func(st *fakeslack.State) bool {
				m, _ := st.Message(chat.channel, chat.root)
				return strings.Contains(m.Visible(), "<@"+maya+"> has this chat.")
			})
			chat.mode(conversation.WithAgent, maya)
			chat.shows("has this chat now.")
			drawn := map[string]int{}
			for _, call := range s.slack.Calls() {
				if call.Committed && call.TS == chat.root && call.At.After(began) {
					drawn[call.Method]++
				}
			}
			if drawn[c.through] != 1 || len(drawn) != 1 {
				t.Errorf("the card was drawn through %v, want once through %s", drawn, c.through)
			}
		})
	}
}
