package slackbridge

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

const (
	modalClose = "handoff_modal_close"

	inputOutcome = "outcome"
	inputNote    = "note"
	inputRecap   = "recap"
	inputTell    = "tell"
)

// maxInput is how long a text of an agent's may be in a modal; Slack's own limit
// is 3,000.
const maxInput = 2000

// outcomes are what a closed conversation can be called.
var outcomes = []struct{ value, label string }{
	{conversation.OutcomeSolved, "Solved"}, {conversation.OutcomeUnsolved, "Not solved"},
	{conversation.OutcomeFollowUp, "Something is left to do"}, {conversation.OutcomeSpam, "Spam"},
}

// pressClose asks how it ended. Without the modal it is closed at once: the press
// said what is wanted.
func (b *Bridge) pressClose(ctx context.Context, p press) error {
	if p.fresh && p.state.Mode != conversation.IsClosed {
		recap, err := b.recap(ctx, p.id)
		if err != nil {
			return err
		}
		if b.openModal(ctx, p.e.Trigger, closeModal(p.id, recap)) {
			return nil
		}
	}
	return b.close(ctx, p, conversation.Closing{})
}

func closeModal(id conversation.ID, recap string) slack.ModalViewRequest {
	options := make([]*slack.OptionBlockObject, len(outcomes))
	for i, o := range outcomes {
		options[i] = slack.NewOptionBlockObject(o.value, plain(o.label), nil)
	}
	how := slack.NewRadioButtonsBlockElement(inputOutcome, options...)
	how.InitialOption = options[0]
	tell := slack.NewCheckboxGroupsBlockElement(inputTell, slack.NewOptionBlockObject("yes", plain("Send the recap to the visitor"), nil))
	view := modal(modalClose, "Close", id,
		slack.NewInputBlock(inputOutcome, plain("How did it end?"), nil, how),
		textInput(inputRecap, "Recap", "What was asked and what was agreed", recap),
		optional(slack.NewInputBlock(inputTell, plain("The visitor"), nil, tell)),
		textInput(inputNote, "Note for the team", "It stays inside", ""))
	view.Submit = plain("Close chat")
	return view
}

// textInput is a field of several lines that may stay empty. Its block carries
// the name of the field.
func textInput(name, label, placeholder, initial string) *slack.InputBlock {
	input := slack.NewPlainTextInputBlockElement(plain(placeholder), name)
	input.Multiline, input.MaxLength, input.InitialValue = true, maxInput, clip(initial, maxInput)
	return optional(slack.NewInputBlock(name, plain(label), nil, input))
}

func optional(b *slack.InputBlock) *slack.InputBlock {
	b.Optional = true
	return b
}

// objectToClose: who ticks the box has to write something.
func objectToClose(v viewRef) map[string]string {
	if len(v.chosenAll(inputTell)) > 0 && v.text(inputRecap) == "" {
		return map[string]string{inputRecap: "Write what the visitor gets, or leave the box unticked."}
	}
	return nil
}

func (b *Bridge) submitClose(ctx context.Context, p press) error {
	v := p.e.View
	return b.close(ctx, p, conversation.Closing{
		Outcome: v.chosen(inputOutcome), Note: v.text(inputNote), Recap: v.text(inputRecap), Tell: len(v.chosenAll(inputTell)) > 0,
	})
}

func (b *Bridge) close(ctx context.Context, p press, c conversation.Closing) error {
	out, err := b.append(ctx, p, conversation.Close(p.by, c, p.admin))
	if err != nil {
		return err
	}
	b.offerUndo(ctx, p, out, words("You closed this chat."))
	return nil
}

// recap is what the field holds at first: the summary when there is one, and
// otherwise what was asked and the last answer, cut out and not reworded.
func (b *Bridge) recap(ctx context.Context, id conversation.ID) (string, error) {
	events, err := readAll(ctx, b.Log, id, 0)
	if err != nil {
		return "", fmt.Errorf("read the log: %w", err)
	}
	return recapOf(events), nil
}

func recapOf(events []conversation.Event) string {
	var summary, asked, last, answer string
	for _, e := range events {
		switch body := e.Body.(type) {
		case conversation.Summarised:
			summary = body.Text
		case conversation.Escalated:
			asked, answer = last, ""
		case conversation.Message:
			text := oneLine(spoken(body), 600)
			switch e.Author.Role {
			case conversation.Visitor:
				last = text
				asked = cmp.Or(asked, text)
			case conversation.Agent:
				answer = text
			case conversation.Bot, conversation.System:
			}
		}
	}
	parts := []string{strings.TrimSpace(summary)}
	if parts[0] == "" && asked != "" {
		parts[0] = "You asked: " + asked
	}
	if answer != "" {
		parts = append(parts, "We answered: "+answer)
	}
	return clip(strings.Join(nonEmpty(parts...), "\n"), maxInput)
}
