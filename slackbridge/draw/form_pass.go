package draw

import (
	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// The modals of Assign… and Transfer…, and their fields.
const (
	ModalAssign   = "handoff_modal_assign"
	ModalTransfer = "handoff_modal_transfer"

	InputAgent = "agent"
	InputPlace = "place"
)

// AssignForm asks who takes a conversation.
func AssignForm(id conversation.ID) slack.ModalViewRequest {
	view := modal(ModalAssign, "Assign", id, slack.NewInputBlock(InputAgent, plain("Who takes this chat?"), nil, agentInput()))
	view.Submit = plain("Assign")
	return view
}

// Destination is where a conversation can be passed on to, in a list: value comes back,
// name is what Slack calls it, and purpose what it is for, "" for nothing.
type Destination struct{ Value, Name, Purpose string }

// TransferForm asks to whom, or to which channel or group, a conversation is passed on.
func TransferForm(id conversation.ID, channels, groups []Destination) slack.ModalViewRequest {
	pick := slack.NewOptionsGroupSelectBlockElement(slack.OptTypeStatic, plain("Choose where it goes"), InputPlace)
	for _, g := range []struct {
		name string
		list []Destination
	}{{"Channels", channels}, {"Groups", groups}} {
		if len(g.list) == 0 {
			continue
		}
		var options []*slack.OptionBlockObject
		for _, d := range g.list {
			options = append(options, slack.NewOptionBlockObject(d.Value, plain(label(d.Name, d.Purpose)), nil))
		}
		pick.OptionGroups = append(pick.OptionGroups, slack.NewOptionGroupBlockElement(plain(g.name), options...))
	}
	view := modal(ModalTransfer, "Transfer", id,
		optional(slack.NewInputBlock(InputAgent, plain("To a person"), nil, agentInput())),
		optional(slack.NewInputBlock(InputPlace, plain("Or to a channel or a group"), nil, pick)),
		textInput(InputNote, "Note", "What they should know. It stays inside", ""))
	view.Submit = plain("Transfer")
	return view
}

func agentInput() *slack.SelectBlockElement {
	return slack.NewOptionsSelectBlockElement(slack.OptTypeUser, plain("Choose an agent"), InputAgent)
}

// label is an option's text: what it is for, and what it is called.
func label(name, what string) string {
	if what == "" {
		return Clip(OneLine(name, 75), 75)
	}
	return Clip(OneLine(what+" · "+name, 75), 75)
}
