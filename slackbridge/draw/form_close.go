package draw

import (
	"cmp"
	"strings"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// The modal of Close, and its fields.
const (
	ModalClose = "handoff_modal_close"

	InputOutcome = "outcome"
	InputRecap   = "recap"
	InputTell    = "tell"
)

// outcomes are what a closed conversation can be called.
var outcomes = []struct{ value, label string }{
	{conversation.OutcomeSolved, "Solved"}, {conversation.OutcomeUnsolved, "Not solved"},
	{conversation.OutcomeFollowUp, "Something is left to do"}, {conversation.OutcomeSpam, "Spam"},
}

// CloseForm asks how a conversation, with all its events, ended.
func CloseForm(id conversation.ID, events []conversation.Event) slack.ModalViewRequest {
	options := make([]*slack.OptionBlockObject, len(outcomes))
	for i, o := range outcomes {
		options[i] = slack.NewOptionBlockObject(o.value, plain(o.label), nil)
	}
	how := slack.NewRadioButtonsBlockElement(InputOutcome, options...)
	how.InitialOption = options[0]
	tell := slack.NewCheckboxGroupsBlockElement(InputTell, slack.NewOptionBlockObject("yes", plain("Send the recap to the visitor"), nil))
	view := modal(ModalClose, "Close", id,
		slack.NewInputBlock(InputOutcome, plain("How did it end?"), nil, how),
		textInput(InputRecap, "Recap", "What was asked and what was agreed", recapOf(events)),
		optional(slack.NewInputBlock(InputTell, plain("The visitor"), nil, tell)),
		textInput(InputNote, "Note for the team", "It stays inside", ""))
	view.Submit = plain("Close chat")
	return view
}

// recapOf is what the field holds at first: the summary when there is one, and
// otherwise what was asked and the last answer, cut out and not reworded.
func recapOf(events []conversation.Event) string {
	var summary, asked, last, answer string
	for _, e := range events {
		switch body := e.Body.(type) {
		case conversation.Summarised:
			summary = body.Text
		case conversation.Escalated:
			asked, answer = last, ""
		case conversation.Message:
			text := OneLine(spoken(body), 600)
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
	return Clip(strings.Join(nonEmpty(parts...), "\n"), maxInput)
}
