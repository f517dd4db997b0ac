package handofftest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// own is what an agent does with a conversation that is hers, or should be:
//
//	agent maya picks LABEL             (an entry of the card's menu)
//	agent maya picks LABEL on TEXT     (of the menu below the line that shows TEXT)
//	agent maya objected TEXT FIELD=VALUE…  (the open modal stays open and says TEXT)
//	agent maya dm TEXT                 (a direct message of the app's shows TEXT)
//	agent maya dms N                   (she has got exactly N of them)
func (s *story) own(user string, c [2]string, verb string, rest []string) error {
	h, text := s.house, strings.Join(rest, " ")
	direct := "D" + strings.TrimPrefix(user, "U")
	switch verb {
	case "picks":
		if label, line, on := strings.Cut(text, " on "); on {
			return h.pickOnLine(user, c, label, line)
		}
		return h.pick(user, c, text)
	case "objected":
		if err := need(rest, 1, "agent NAME objected TEXT [FIELD=VALUE…]"); err != nil {
			return err
		}
		err := s.submit(user, rest[1:])
		if err == nil {
			return errors.New("the modal took it")
		}
		if !strings.Contains(err.Error(), rest[0]) {
			return fmt.Errorf("the modal says something else: %w", err)
		}
		return nil
	case "dm":
		return h.until(fmt.Sprintf("%q in a direct message to %s", text, user), func(st *fakeslack.State) bool {
			for _, m := range st.History(direct) {
				if strings.Contains(m.Visible(), text) {
					return true
				}
			}
			return false
		})
	case "modal-presses", "modal-without", "thread-presses":
		return s.marks(user, c, verb, text)
	case "dms":
		if got := len(h.Slack.History(direct)); fmt.Sprint(got) != text {
			return fmt.Errorf("%s has got %d direct messages", user, got)
		}
		return nil
	}
	return s.reply(user, verb, rest)
}

// pick chooses the entry of the card's menu that reads label, once it is there.
func (h *House) pick(user string, c [2]string, label string) error {
	var action, value string
	if err := h.until("the entry "+label, func(st *fakeslack.State) bool {
		m, _ := st.Message(c[0], c[1])
		action, value = entryOf(m, label)
		return action != ""
	}); err != nil {
		return err
	}
	return h.Slack.Pick(user, c[0], c[1], action, value)
}

// entryOf finds an entry of a menu by its label.
func entryOf(m fakeslack.Message, label string) (action, value string) {
	for _, b := range m.Blocks {
		elements, _ := b["elements"].([]any)
		for _, e := range elements {
			element, _ := e.(map[string]any)
			options, _ := element["options"].([]any)
			for _, o := range options {
				option, _ := o.(map[string]any)
				if text, _ := option["text"].(map[string]any); text["text"] == label {
					action, _ = element["action_id"].(string)
					value, _ = option["value"].(string)
				}
			}
		}
	}
	return action, value
}
