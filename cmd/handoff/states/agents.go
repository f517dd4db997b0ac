package states

import (
	"context"
	"fmt"
	"strings"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// people are the agents of the sample workspace.
func people(name string) string {
	return map[string]string{"maya": fakeslack.SampleMaya, "sam": fakeslack.SampleSam, "priya": fakeslack.SamplePriya}[name]
}

// agent does one step of a script, on the newest card:
//
//	agent maya claims
//	agent maya says TEXT
//	agent maya presses LABEL
//	agent maya picks LABEL            (an entry of the card's menu)
//	agent maya submits [FIELD=VALUE; …]  (the modal that opens)
//	agent maya edits TEXT => TEXT
//	agent maya deletes TEXT
func (in *installation) agent(ctx context.Context, words []string) error {
	if len(words) < 2 || people(words[0]) == "" {
		return errNoStep
	}
	user, text := people(words[0]), strings.Join(words[2:], " ")
	if words[1] == "submits" {
		return in.submit(ctx, user, text)
	}
	channel, root, err := in.card(ctx)
	if err != nil {
		return err
	}
	switch words[1] {
	case "claims":
		return in.press(ctx, user, channel, root, "Claim")
	case "presses":
		return in.press(ctx, user, channel, root, text)
	case "picks":
		return in.press(ctx, user, channel, root, text)
	case "says":
		_, err := in.slack.Say(user, channel, root, text)
		return err
	case "edits":
		from, to, _ := strings.Cut(text, " => ")
		ts, err := in.lineOf(user, channel, root, from)
		if err != nil {
			return err
		}
		return in.slack.Edit(user, channel, ts, to)
	case "deletes":
		ts, err := in.lineOf(user, channel, root, text)
		if err != nil {
			return err
		}
		return in.slack.Delete(user, channel, ts)
	}
	return errNoStep
}

// card waits for a card and returns the newest.
func (in *installation) card(ctx context.Context) (channel, ts string, err error) {
	err = in.slack.WaitFor(ctx, func(st *fakeslack.State) bool {
		for _, c := range []string{fakeslack.SampleSupport, fakeslack.SampleBilling} {
			for _, m := range st.History(c) {
				if (m.ThreadTS == "" || m.ThreadTS == m.TS) && m.BotID != "" && m.TS > ts {
					channel, ts = c, m.TS
				}
			}
		}
		return ts != ""
	})
	return channel, ts, err
}

// press presses the button, or picks the entry of a menu, that reads label.
func (in *installation) press(ctx context.Context, user, channel, ts, label string) error {
	var action, value string
	err := in.slack.WaitFor(ctx, func(st *fakeslack.State) bool {
		m, _ := st.Message(channel, ts)
		action, value = actionOf(m, label)
		return action != ""
	})
	if err != nil {
		return fmt.Errorf("the card has no %q: %w", label, err)
	}
	if value != "" {
		return in.slack.Pick(user, channel, ts, action, value)
	}
	return in.slack.Press(user, channel, ts, action)
}

// actionOf finds the button or the entry of a menu that reads label; only an
// entry has a value.
func actionOf(m fakeslack.Message, label string) (action, value string) {
	reads := func(of any) bool {
		element, _ := of.(map[string]any)
		text, _ := element["text"].(map[string]any)
		return text["text"] == label
	}
	for _, b := range m.Blocks {
		elements, _ := b["elements"].([]any)
		for _, e := range elements {
			element, _ := e.(map[string]any)
			id, _ := element["action_id"].(string)
			if reads(e) {
				return id, ""
			}
			options, _ := element["options"].([]any)
			for _, o := range options {
				if reads(o) {
					value, _ = o.(map[string]any)["value"].(string)
					return id, value
				}
			}
		}
	}
	return "", ""
}

func (in *installation) submit(ctx context.Context, user, text string) error {
	values := map[string]string{}
	for _, f := range strings.Split(text, ";") {
		if name, value, ok := strings.Cut(strings.TrimSpace(f), "="); ok {
			values[name] = value
		}
	}
	var id string
	if err := in.slack.WaitFor(ctx, func(st *fakeslack.State) bool {
		for _, v := range st.Views(user) {
			id = v.ID
		}
		return id != ""
	}); err != nil {
		return fmt.Errorf("no modal opens: %w", err)
	}
	problems, err := in.slack.Submit(ctx, user, id, values)
	if err == nil && len(problems) > 0 {
		err = fmt.Errorf("the modal refuses: %v", problems)
	}
	return err
}

func (in *installation) lineOf(user, channel, root, text string) (string, error) {
	for _, m := range in.slack.Thread(channel, root) {
		if m.User == user && strings.Contains(m.Visible(), text) {
			return m.TS, nil
		}
	}
	return "", fmt.Errorf("no line with %q in the thread", text)
}
