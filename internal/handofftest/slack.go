package handofftest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// people are the agents of the sample workspace.
var people = map[string]string{
	"maya": fakeslack.SampleMaya, "sam": fakeslack.SampleSam, "priya": fakeslack.SamplePriya,
}

// channels are its channels.
var channels = map[string]string{
	"support": fakeslack.SampleSupport, "billing": fakeslack.SampleBilling, "private": privateChannel, "new": newChannel,
}

// until waits for Slack to show something; what says what.
func (h *House) until(what string, ok func(*fakeslack.State) bool) error {
	ctx, cancel := context.WithTimeout(h.tb.Context(), Patience)
	defer cancel()
	if err := h.Slack.WaitFor(ctx, ok); err != nil {
		return fmt.Errorf("Slack does not show %s", what)
	}
	return nil
}

// Card waits for the card that contains text (a reference) and returns its
// channel and ts: the newest one when there are several. in limits it to one
// channel; empty means any.
func (h *House) Card(text, in string) (channel, ts string, err error) {
	err = h.until("a card with "+text, func(st *fakeslack.State) bool {
		channel, ts = findCard(st, text, in)
		return ts != ""
	})
	return channel, ts, err
}

func findCard(st *fakeslack.State, text, in string) (channel, ts string) {
	for _, c := range channels {
		if in != "" && c != in {
			continue
		}
		for _, m := range st.History(c) {
			isRoot := m.ThreadTS == "" || m.ThreadTS == m.TS
			if isRoot && m.BotID != "" && !ruleLine(m) && strings.Contains(m.Visible()+m.Text, text) && m.TS > ts {
				channel, ts = c, m.TS
			}
		}
	}
	return channel, ts
}

// ThreadShows waits until the thread below the card shows the texts, in this
// order.
func (h *House) ThreadShows(channel, root string, texts ...string) error {
	err := h.until(fmt.Sprintf("%q in the thread", texts), func(st *fakeslack.State) bool {
		thread := st.Thread(channel, root)
		return len(thread) > 0 && inOrder(thread[1:], texts)
	})
	if err != nil {
		return fmt.Errorf("%w; it shows:\n%s", err, h.ThreadText(channel, root))
	}
	return nil
}

func inOrder(thread []fakeslack.Message, texts []string) bool {
	i := 0
	for _, m := range thread {
		for seen := m.Visible(); i < len(texts); i++ {
			at := strings.Index(seen, texts[i])
			if at < 0 {
				break
			}
			seen = seen[at+len(texts[i]):]
		}
	}
	return i == len(texts)
}

// ThreadText is the thread as a person reads it.
func (h *House) ThreadText(channel, root string) string {
	var b strings.Builder
	for _, m := range h.Slack.Thread(channel, root) {
		who := m.User
		if m.Username != "" {
			who = m.Username
		}
		fmt.Fprintf(&b, "%s: %s\n", who, m.Visible())
	}
	return b.String()
}

// Private waits for a private message to user that contains text and returns it.
func (h *House) Private(user, text string) (fakeslack.Message, error) {
	var found fakeslack.Message
	err := h.until(fmt.Sprintf("%q privately to %s", text, user), func(st *fakeslack.State) bool {
		for _, m := range st.Ephemerals(user) {
			if strings.Contains(m.Visible()+m.Text, text) {
				found = m
			}
		}
		return found.TS != ""
	})
	if err != nil {
		for _, m := range h.Slack.Ephemerals(user) {
			err = fmt.Errorf("%w\nprivately: %s", err, m.Visible())
		}
	}
	return found, err
}

// ActionOf finds the action id of the button that reads label.
func ActionOf(m fakeslack.Message, label string) (string, error) {
	for _, b := range m.Blocks {
		elements, _ := b["elements"].([]any)
		if accessory, ok := b["accessory"]; ok {
			elements = append(slices.Clone(elements), accessory)
		}
		for _, e := range elements {
			element, _ := e.(map[string]any)
			text, _ := element["text"].(map[string]any)
			if text["text"] == label {
				id, _ := element["action_id"].(string)
				return id, nil
			}
		}
	}
	return "", fmt.Errorf("there is no button %q; there is:\n%s", label, m.Visible())
}

// Press presses the button that reads label on the message, once it is there.
func (h *House) Press(user, channel, ts, label string) error {
	var action string
	err := h.until("the button "+label, func(st *fakeslack.State) bool {
		m, ok := st.Message(channel, ts)
		if !ok {
			return false
		}
		id, err := ActionOf(m, label)
		action = id
		return err == nil
	})
	if err != nil {
		m, _ := h.Slack.Message(channel, ts)
		return fmt.Errorf("%w; the message: %s", err, m.Visible())
	}
	return h.Slack.Press(user, channel, ts, action)
}
