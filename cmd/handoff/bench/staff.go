package bench

import (
	"context"
	"fmt"
	"strings"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// until waits for Slack to show something; what says what.
func (h *house) until(ctx context.Context, what string, ok func(*fakeslack.State) bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := h.slack.WaitFor(ctx, ok); err != nil {
		return fmt.Errorf("Slack does not show %s: %w", what, err)
	}
	return nil
}

// chat is a conversation with its visitor and its thread.
type chat struct {
	*visitor
	h    *house
	root string // ts of the card
}

const channel = fakeslack.SampleSupport

// card waits for the card of a visitor's conversation.
func (h *house) card(ctx context.Context, v *visitor) (*chat, error) {
	c := &chat{visitor: v, h: h}
	err := h.until(ctx, "the card of "+v.ref, func(st *fakeslack.State) bool {
		for _, m := range st.History(channel) {
			if m.BotID != "" && strings.Contains(m.Text+m.Visible(), v.ref) {
				c.root = m.TS
				return true
			}
		}
		return false
	})
	return c, err
}

// waiting is a new conversation with its card, nobody's yet.
func (h *house) waiting(ctx context.Context) (*chat, error) {
	v, err := h.visitor(ctx, "/")
	if err != nil {
		return nil, err
	}
	if err := v.act(ctx, "escalate", map[string]any{}); err != nil {
		return nil, err
	}
	return h.card(ctx, v)
}

// claimed is a new conversation that Maya has claimed.
func (h *house) claimed(ctx context.Context) (*chat, error) {
	c, err := h.waiting(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.press(ctx, fakeslack.SampleMaya, "Claim"); err != nil {
		return nil, err
	}
	return c, c.wait(ctx, "the claim", func(s *stream) bool { return s.phase() == "agent" })
}

// press presses a button of the card, once it is there.
func (c *chat) press(ctx context.Context, user, label string) error {
	action, err := c.button(ctx, label)
	if err != nil {
		return err
	}
	return c.h.slack.Press(user, channel, c.root, action)
}

// button waits for the button that reads label and returns its action id.
func (c *chat) button(ctx context.Context, label string) (action string, err error) {
	err = c.h.until(ctx, "the button "+label, func(st *fakeslack.State) bool {
		m, ok := st.Message(channel, c.root)
		action = actionOf(m, label)
		return ok && action != ""
	})
	return action, err
}

func actionOf(m fakeslack.Message, label string) string {
	for _, b := range m.Blocks {
		elements, _ := b["elements"].([]any)
		for _, e := range elements {
			element, _ := e.(map[string]any)
			text, _ := element["text"].(map[string]any)
			if text["text"] == label {
				id, _ := element["action_id"].(string)
				return id
			}
		}
	}
	return ""
}

// replies says something in the thread.
func (c *chat) replies(text string) error {
	_, err := c.h.slack.Say(fakeslack.SampleMaya, channel, c.root, text)
	return err
}

// stands waits until the last message of the thread contains text.
func (c *chat) stands(ctx context.Context, text string) error {
	return c.h.until(ctx, text+" in the thread", func(st *fakeslack.State) bool {
		thread := st.Thread(channel, c.root)
		return len(thread) > 0 && strings.Contains(thread[len(thread)-1].Visible(), text)
	})
}

// thread is what stands below the card, as a person reads it.
func (c *chat) thread() string { return below(c.h.slack.Thread(channel, c.root)) }

func below(thread []fakeslack.Message) string {
	var b strings.Builder
	for i, m := range thread {
		if i > 0 { // the card quotes what the visitor said
			b.WriteString(m.Visible() + "\n")
		}
	}
	return b.String()
}

// numbered makes the text of n lines that no other line contains.
func numbered(name string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("[%s %04d]", name, i)
	}
	return out
}
