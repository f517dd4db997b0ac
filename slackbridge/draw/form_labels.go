package draw

import (
	"cmp"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// The modals of Block…, Priority and tags…, and Hand back to AI, and their fields.
const (
	ModalBlock    = "handoff_modal_block"
	ModalLabels   = "handoff_modal_labels"
	ModalHandBack = "handoff_modal_handback"

	InputReason      = "reason"
	InputPriority    = "priority"
	InputTags        = "tags"
	InputInstruction = "instruction"
)

// BlockForm asks why a visitor is kept out.
func BlockForm(id conversation.ID) slack.ModalViewRequest {
	reason := textInput(InputReason, "Why?", "It stays inside", "")
	reason.Optional = false
	view := modal(ModalBlock, "Block this visitor", id, reason,
		richLine("", Slant("The chat is closed, and for 24 hours the visitor cannot write. Admins lift it in the app's Home.")))
	view.Submit = plain("Block")
	return view
}

// HandBackForm asks what the AI should do next.
func HandBackForm(id conversation.ID) slack.ModalViewRequest {
	view := modal(ModalHandBack, "Hand back to AI", id, textInput(InputInstruction, "Instruction for the AI", "Optional. Say what to do next.", ""))
	view.Submit = plain("Hand back")
	return view
}

// priorities are those of the policy.
var priorities = []string{"low", "normal", "high", "urgent"}

// LabelsForm shows a conversation's priority, "" for normal, and its tags, to change.
func LabelsForm(id conversation.ID, priority string, tags []string) slack.ModalViewRequest {
	options := make([]*slack.OptionBlockObject, len(priorities))
	for i, name := range priorities {
		options[i] = slack.NewOptionBlockObject(name, plain(strings.ToUpper(name[:1])+name[1:]), nil)
	}
	pick := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("Choose a priority"), InputPriority, options...)
	pick.InitialOption = options[max(0, slices.Index(priorities, cmp.Or(priority, "normal")))]
	input := slack.NewPlainTextInputBlockElement(plain("refund, vip"), InputTags)
	input.InitialValue, input.MaxLength = Clip(strings.Join(tags, ", "), maxInput), maxInput
	view := modal(ModalLabels, "Priority and tags", id,
		slack.NewInputBlock(InputPriority, plain("Priority"), nil, pick),
		optional(slack.NewInputBlock(InputTags, plain("Tags, with commas between"), nil, input)))
	view.Submit = plain("Save")
	return view
}
