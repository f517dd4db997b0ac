package draw

import (
	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// The modals about one line, and their fields. Their private metadata names the line.
const (
	ModalEdit = "handoff_modal_edit"
	ModalMove = "handoff_modal_move"

	InputTarget = "target"
)

// EditForm shows the words of a line, to change. line names it.
func EditForm(id conversation.ID, line, label, text string) slack.ModalViewRequest {
	view := modal(ModalEdit, "Edit your line", id, replyField(InputReply, label, text))
	view.Submit, view.PrivateMetadata = plain("Save"), line
	return view
}

// MaxTargets is how many conversations a list of Slack's may offer.
const MaxTargets = 100

// MoveForm asks to which of some conversations, at most MaxTargets, a line belongs. line
// names it, text are its words.
func MoveForm(id conversation.ID, line, text string, targets []Row) slack.ModalViewRequest {
	var options []*slack.OptionBlockObject
	for _, r := range targets {
		name := r.Brief.Visitor(r.State) + " · " + r.State.Reference + " · " + r.Brief.question()
		if r.State.Mode == conversation.Waiting {
			name = "Waiting: " + name
		}
		options = append(options, slack.NewOptionBlockObject(string(r.State.ID), plain(label(name, "")), nil))
	}
	pick := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("Choose a chat"), InputTarget, options...)
	view := modal(ModalMove, "Move to another chat", id, richBlock{elements: []any{quote(OneLine(text, 300))}},
		slack.NewInputBlock("", plain("Where does this line belong?"), nil, pick),
		richLine("", Slant("It is taken back here and sent there under your name.")))
	view.Submit, view.PrivateMetadata = plain("Move"), line
	return view
}
