package handofftest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// desk is what an agent does beside the thread:
//
//	agent maya uses LABEL on TEXT     (a shortcut, on her line or anybody's)
//	agent maya submits [FIELD=VALUE…] (the open modal; @anna is her conversation)
//	agent maya commands TEXT          (/handoff TEXT)
//	agent maya home TEXT              (her App Home, opened now, shows TEXT)
//	agent maya home-presses LABEL [below TEXT]  (the first such button below TEXT)
//	agent maya modal TEXT             (the open modal shows TEXT)
//	agent maya away | back            (her presence in Slack)
//	agent maya joins | quits CHANNEL
//	agent maya invites CHANNEL        (the app)
//	agent maya deactivated
func (s *story) desk(user string, c [2]string, verb string, rest []string) error {
	h, text := s.house, strings.Join(rest, " ")
	if c[0] == "" {
		c[0] = fakeslack.SampleSupport
	}
	switch verb {
	case "uses":
		label, line, _ := strings.Cut(text, " on ")
		return h.useShortcut(user, c, label, line)
	case "commands":
		return h.Slack.Command(user, c[0], text)
	case "home":
		return h.home(user, text)
	case "home-presses":
		return h.pressHome(user, text)
	case "modal":
		return h.until(fmt.Sprintf("%q in a modal", text), func(st *fakeslack.State) bool {
			views := st.Views(user)
			return len(views) > 0 && strings.Contains(views[len(views)-1].Visible(), text)
		})
	case "away", "back":
		h.Slack.UpdateUser(user, func(u *fakeslack.User) { u.Active = verb == "back" })
	case "joins":
		return h.Slack.Join(user, channels[text])
	case "quits":
		return h.Slack.Leave(user, channels[text])
	case "invites":
		return h.invite(user, channels[text])
	case "deactivated":
		h.Slack.UpdateUser(user, func(u *fakeslack.User) { u.Deleted = true })
	default:
		if known, err := s.inbox(user, verb, rest); known {
			return err
		}
		return s.own(user, c, verb, rest)
	}
	return nil
}

// submit fills the modal that opens for user in, and submits it. @anna stands for
// that visitor's conversation.
func (s *story) submit(user string, fields []string) error {
	values := map[string]string{}
	for _, f := range fields {
		for name, v := range s.visitors {
			f = strings.ReplaceAll(f, "@"+name, v.Conversation)
		}
		name, value, _ := strings.Cut(f, "=")
		values[name] = value
	}
	h := s.house
	var id string
	if err := h.until("a modal", func(st *fakeslack.State) bool {
		for _, v := range st.Views(user) {
			id = v.ID
		}
		return id != ""
	}); err != nil {
		return err
	}
	problems, err := h.Slack.Submit(h.tb.Context(), user, id, values)
	if err == nil && len(problems) > 0 {
		err = fmt.Errorf("the modal refuses: %v", problems)
	}
	return err
}

// useShortcut uses the message shortcut with this label on the line with this
// text.
func (h *House) useShortcut(user string, c [2]string, label, text string) error {
	for _, cut := range h.Slack.Options().Shortcuts {
		if cut.Name != label {
			continue
		}
		for _, m := range h.Slack.Thread(c[0], c[1]) {
			if strings.Contains(m.Visible(), text) && m.TS != c[1] {
				return h.Slack.Shortcut(user, cut.CallbackID, c[0], m.TS)
			}
		}
		return fmt.Errorf("the thread has no line with %q", text)
	}
	return fmt.Errorf("there is no shortcut %q", label)
}

// home opens the App Home and waits until it shows text.
func (h *House) home(user, text string) error {
	if err := h.Slack.OpenHome(user); err != nil {
		return err
	}
	shown := ""
	err := h.until(fmt.Sprintf("%q in the Home", text), func(st *fakeslack.State) bool {
		v, ok := st.Home(user)
		shown = v.Visible()
		return ok && strings.Contains(shown, text)
	})
	if err != nil {
		err = fmt.Errorf("%w; it shows:\n%s", err, shown)
	}
	return err
}

// pressHome presses the first button with this label in the App Home, or, with
// "LABEL below TEXT", the first one below the block that shows TEXT.
func (h *House) pressHome(user, words string) error {
	label, below, _ := strings.Cut(words, " below ")
	v, _ := h.Slack.Home(user)
	at := slices.IndexFunc(v.Blocks, func(b fakeslack.Block) bool {
		return strings.Contains(fakeslack.Message{Blocks: []fakeslack.Block{b}}.Visible(), below)
	})
	if at < 0 {
		return fmt.Errorf("the Home does not show %q:\n%s", below, v.Visible())
	}
	t, err := buttonOf(v.Blocks[at:], label)
	if err != nil {
		return err
	}
	return h.Slack.TouchIn(user, "", t)
}

// buttonOf finds the first button that reads label.
func buttonOf(blocks []fakeslack.Block, label string) (fakeslack.Touch, error) {
	for _, b := range blocks {
		action, err := ActionOf(fakeslack.Message{Blocks: []fakeslack.Block{b}}, label)
		if err == nil {
			id, _ := b["block_id"].(string)
			return fakeslack.Touch{Block: id, Action: action}, nil
		}
	}
	return fakeslack.Touch{}, fmt.Errorf("there is no button %q", label)
}
