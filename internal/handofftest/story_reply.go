package handofftest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// The action ids of the form behind Reply….
const (
	replyField  = "reply"
	replyCanned = "handoff_canned"
)

// reply is what an agent does in the form behind Reply…:
//
//	agent maya types TEXT               (into its field; what stood there is gone)
//	agent maya holds TEXT               (the field holds TEXT and nothing else)
//	agent maya chooses NAME             (a canned reply)
//	agent maya searches WORDS for NAME  (in the long list; NAME is among what is found)
//	agent maya form-presses LABEL       (a button in the form)
//	agent maya forms N                  (so many modals are open)
//	agent maya dismisses                (the form)
func (s *story) reply(user string, verb string, rest []string) error {
	h, text := s.house, strings.Join(rest, " ")
	if verb == "forms" {
		return h.until(text+" open modals", func(st *fakeslack.State) bool { return fmt.Sprint(len(st.Views(user))) == text })
	}
	v, err := h.openView(user)
	if err != nil {
		return err
	}
	switch verb {
	case "types":
		return h.Slack.Type(user, v.ID, replyField, text)
	case "holds":
		return h.holds(user, text)
	case "chooses":
		return h.Slack.PressIn(user, v.ID, replyCanned, text)
	case "searches":
		words, name, _ := strings.Cut(text, " for ")
		found, err := h.Slack.Suggest(h.tb.Context(), user, v.ID, replyCanned, words)
		if err == nil && !slices.Contains(found, name) {
			err = fmt.Errorf("found only %q", found)
		}
		return err
	case "form-presses":
		action, err := ActionOf(fakeslack.Message{Blocks: v.Blocks}, text)
		if err != nil {
			return err
		}
		return h.Slack.PressIn(user, v.ID, action, "")
	case "dismisses":
		return h.Slack.CloseView(user, v.ID)
	}
	return fmt.Errorf("unknown verb %q", verb)
}

// openView waits for a modal and returns the top one.
func (h *House) openView(user string) (v fakeslack.View, err error) {
	err = h.until("a modal", func(st *fakeslack.State) bool {
		views := st.Views(user)
		if len(views) > 0 {
			v = views[len(views)-1]
		}
		return len(views) > 0
	})
	return v, err
}

// holds waits until the field holds a text.
func (h *House) holds(user, want string) error {
	var got string
	err := h.until(fmt.Sprintf("%q in the field", want), func(st *fakeslack.State) bool {
		for _, v := range st.Views(user) {
			if text, ok := st.Holds(v.ID, replyField); ok {
				got = strings.Join(strings.Fields(text), " ")
			}
		}
		return got == want
	})
	if err != nil {
		err = errors.Join(err, fmt.Errorf("it holds %q", got))
	}
	return err
}

// pickOnLine chooses the entry that reads label in the menu below the line of the
// thread that shows text, once both are there.
func (h *House) pickOnLine(user string, c [2]string, label, text string) error {
	var ts, action, value string
	if err := h.until(fmt.Sprintf("the entry %s below %q", label, text), func(st *fakeslack.State) bool {
		for _, m := range st.Thread(c[0], c[1]) {
			at := slices.IndexFunc(m.Blocks, func(b fakeslack.Block) bool {
				return strings.Contains(fakeslack.Message{Blocks: []fakeslack.Block{b}}.Visible(), text)
			})
			if at >= 0 && len(m.Blocks) > at+1 && m.TS != c[1] {
				ts = m.TS
				action, value = entryOf(fakeslack.Message{Blocks: m.Blocks[at+1 : at+2]}, label)
			}
		}
		return action != ""
	}); err != nil {
		return err
	}
	return h.Slack.Pick(user, c[0], ts, action, value)
}
