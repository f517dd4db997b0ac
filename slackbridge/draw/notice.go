package draw

import (
	"github.com/slack-go/slack"
)

// OperatorNotice tells the operator what is wrong, or with good what is over. text is
// our own and may mention channels: names in it are escaped (Mrkdwn).
func OperatorNotice(id, text string, good bool) Message {
	mark := "⚠️ "
	if good {
		mark = "✅ "
	}
	line := slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, mark+text, false, true), nil, nil, slack.SectionBlockOptionBlockID(id))
	return Message{Text: text, Blocks: []slack.Block{line}}
}

// The buttons of the question in a channel that the app was invited to. The value is
// the channel and the name of its row.
const (
	ActInviteNo    = "handoff_invite_no"
	ActInviteCheck = "handoff_invite_check"
)

// InviteQuestion asks in a channel whether it is for chats, and says what to write into
// handoff.yaml. name is that of the question's row.
func InviteQuestion(name, channel, inviter string) Message {
	return Say(Strong("Use this channel for chats?"), Words(" "), Named(inviter, "A colleague"), Words(" has invited me. Nothing is posted here yet. For all chats, write into handoff.yaml:\n"),
		Code("slack: { channel: "+channel+" }"), Words("  (and start the server again)\nFor the chats of one topic, add to it in handoff.restricted_topics:\n"),
		Code("channel: "+channel), Words("  (counts at once when the file is saved)")).
		with(slack.NewActionBlock("", button(ActInviteCheck, channel+" "+name, "It is done"), button(ActInviteNo, channel+" "+name, "Not now")))
}
