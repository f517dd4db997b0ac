package handofftest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// inbox is what an agent does in the App Home and in its modals:
//
//	agent maya home-shows TEXT        (as it is, without being opened again)
//	agent maya home-lacks TEXT        (it comes to show TEXT no more)
//	agent maya home-picks LABEL       (a choice of one of its selects)
//	agent maya closes                 (the open modal)
//	agent maya no-modal
//	agent maya opens-inbox            (the global shortcut)
//
// It says whether it knows the verb.
func (s *story) inbox(user, verb string, rest []string) (known bool, err error) {
	h, text := s.house, strings.Join(rest, " ")
	shown := ""
	home := func(what string, ok func(string) bool) error {
		err := h.until(what, func(st *fakeslack.State) bool {
			v, published := st.Home(user)
			shown = v.Visible()
			return published && ok(shown)
		})
		if err != nil {
			err = fmt.Errorf("%w; it shows:\n%s", err, shown)
		}
		return err
	}
	switch verb {
	case "home-shows":
		return true, home(fmt.Sprintf("%q in the Home", text), func(shown string) bool { return strings.Contains(shown, text) })
	case "home-lacks":
		return true, home(fmt.Sprintf("a Home without %q", text), func(shown string) bool { return !strings.Contains(shown, text) })
	case "home-picks":
		v, _ := h.Slack.Home(user)
		action, value := entryOf(fakeslack.Message{Blocks: v.Blocks}, text)
		return true, h.Slack.PressIn(user, "", action, value)
	case "closes":
		v, err := h.modal(user)
		if err != nil {
			return true, err
		}
		return true, h.Slack.CloseView(user, v.ID)
	case "no-modal":
		if _, open := topView(h.Slack, user); open {
			return true, errors.New("a modal is open")
		}
		return true, nil
	case "opens-inbox":
		return true, h.Slack.GlobalShortcut(user, "handoff_inbox")
	}
	return false, nil
}

// viewer is who knows the open modals: Slack, or its state inside a wait.
type viewer interface {
	Views(user string) []fakeslack.View
}

func topView(of viewer, user string) (fakeslack.View, bool) {
	views := of.Views(user)
	if len(views) == 0 {
		return fakeslack.View{}, false
	}
	return views[len(views)-1], true
}

// modal waits for a modal of user's.
func (h *House) modal(user string) (v fakeslack.View, err error) {
	err = h.until("a modal", func(st *fakeslack.State) bool {
		var open bool
		v, open = topView(st, user)
		return open
	})
	return v, err
}

// weather is what Slack does to the calls of views:
//
//	slack limits METHOD               (the next two are answered with 429)
//	slack conflicts METHOD            (the next is refused: hash_conflict)
//	slack expires METHOD              (the next is refused: expired_trigger_id)
//	slack slows METHOD                (the next is answered after a second)
func (s *story) weather(args []string) (known bool, err error) {
	fault := fakeslack.Fault{Times: 1}
	switch args[0] {
	case "limits":
		fault.Times, fault.Do = 2, fakeslack.RateLimited("1")
	case "conflicts":
		fault.Do = fakeslack.Refuse{Error: "hash_conflict"}
	case "expires":
		fault.Do = fakeslack.Refuse{Error: "expired_trigger_id"}
	case "slows":
		fault.Do = fakeslack.Slow{For: time.Second, Before: true}
	default:
		return false, nil
	}
	fault.Method, s.calls = args[1], len(s.house.Slack.Calls())
	s.house.Slack.Inject(fault)
	return true, nil
}
