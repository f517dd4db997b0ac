package slackbridge_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
)

// lines are the texts of what a role said, notes and what was taken back left
// out, edits applied.
func lines(events []conversation.Event, role conversation.Role) []string {
	events = slices.Clone(events)
	if role == conversation.Agent { // a run of agent lines is read in Slack's order
		slices.SortStableFunc(events, func(a, b conversation.Event) int { return strings.Compare(a.Order, b.Order) })
	}
	text := map[conversation.Seq]string{}
	var order []conversation.Seq
	for _, e := range events {
		if b, ok := e.Body.(conversation.Message); ok && e.Author.Role == role {
			text[e.Seq], order = b.Text, append(order, e.Seq)
		}
	}
	for _, e := range events {
		switch b := e.Body.(type) {
		case conversation.Edited:
			if _, ok := text[b.Of]; ok {
				text[b.Of] = b.Text
			}
		case conversation.Retracted:
			delete(text, b.Of)
		}
	}
	var out []string
	for _, seq := range order {
		if t, ok := text[seq]; ok {
			out = append(out, t)
		}
	}
	return out
}

// heard waits until the visitor has got exactly these agent lines.
func (c *chat) heard(want ...string) {
	c.t.Helper()
	c.reaches(fmt.Sprintf("the agent lines %q", want), func(_ conversation.State, events []conversation.Event) bool {
		return fmt.Sprint(lines(events, conversation.Agent)) == fmt.Sprint(want)
	})
}
