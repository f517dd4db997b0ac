package draw

import (
	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// plain is text that Slack shows as it is, in one line or several.
func plain(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, raw(text), false, false)
}

// button is pressed with an action and a value, which come back as they are.
func button(action, value, label string) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(action, value, plain(label))
}

// modal is a modal about a conversation, whose id is its private metadata; "" for
// one about none. It can be cancelled, and not yet submitted.
func modal(callback, title string, id conversation.ID, blocks ...slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callback, Title: plain(Clip(title, 24)), Close: plain("Cancel"),
		Blocks: slack.Blocks{BlockSet: blocks}, PrivateMetadata: string(id),
	}
}

// modalRead is the callback of a modal that is only read.
const modalRead = "handoff_modal_read"

// readModal is a modal that is only read.
func readModal(title string, id conversation.ID, blocks ...slack.Block) slack.ModalViewRequest {
	view := modal(modalRead, title, id, blocks...)
	view.Close = plain("Close")
	return view
}

// InputNote is a field for what stays inside.
const InputNote = "note"

// maxInput is how long a text of an agent's may be in a modal; Slack's own limit
// is 3,000.
const maxInput = 2000

// textInput is a field of several lines that may stay empty. Its block carries
// the name of the field.
func textInput(name, label, placeholder, initial string) *slack.InputBlock {
	input := slack.NewPlainTextInputBlockElement(plain(placeholder), name)
	input.Multiline, input.MaxLength, input.InitialValue = true, maxInput, Clip(initial, maxInput)
	return optional(slack.NewInputBlock(name, plain(label), nil, input))
}

// optional is a field that may stay empty.
func optional(b *slack.InputBlock) *slack.InputBlock {
	b.Optional = true
	return b
}

// pickOne is a list of which one is chosen, first to begin with. A choice is its
// value and its label.
func pickOne(action, first string, choices [][2]string) *slack.SelectBlockElement {
	var options []*slack.OptionBlockObject
	var initial *slack.OptionBlockObject
	for _, c := range choices {
		o := slack.NewOptionBlockObject(c[0], plain(c[1]), nil)
		if options = append(options, o); c[0] == first {
			initial = o
		}
	}
	pick := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("Choose"), action, options...)
	pick.InitialOption = initial
	return pick
}
