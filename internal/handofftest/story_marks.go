package handofftest

import (
	"fmt"
	"strings"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// marks is what an agent does inside an open modal:
//
//	agent maya modal-presses LABEL     (a button of the topmost one)
//	agent maya modal-without TEXT      (the topmost one shows no TEXT any more)
func (s *story) marks(user, verb, text string) error {
	h := s.house
	switch verb {
	case "modal-presses":
		return h.pressModal(user, text)
	case "modal-without":
		return h.until(fmt.Sprintf("a modal without %q", text), func(st *fakeslack.State) bool {
			views := st.Views(user)
			return len(views) > 0 && !strings.Contains(views[len(views)-1].Visible(), text)
		})
	}
	return fmt.Errorf("unknown verb %q", verb)
}

// pressModal presses the first button with this label in the topmost modal, once
// it is there.
func (h *House) pressModal(user, label string) error {
	var view, action string
	if err := h.until("the button "+label+" in a modal", func(st *fakeslack.State) bool {
		views := st.Views(user)
		if len(views) == 0 {
			return false
		}
		top := views[len(views)-1]
		found, err := ActionOf(fakeslack.Message{Blocks: top.Blocks}, label)
		view, action = top.ID, found
		return err == nil
	}); err != nil {
		return err
	}
	return h.Slack.PressIn(user, view, action, "")
}
