package draw

import (
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// The buttons of duty beside those of the Home: for a question, and for what somebody
// still has. They are about a person and no conversation.
const (
	ActDutyNever = "handoff_duty_not_today"
	ActLeave     = "handoff_duty_leave"
)

// The modal of whoever goes off duty, its fields and what can be chosen in them.
const (
	ModalLeave = "handoff_modal_leave"

	InputLeave = "leave" // one conversation; its block is leave:<id>
	InputAll   = "all"

	LeaveEach  = "each"
	leaveKeep  = "keep"
	LeaveHand  = "hand"
	LeaveReady = "release"
)

// DutyQuestion asks an agent whether she is on duty.
func DutyQuestion() Message {
	yes := button(ActDutyOn, "ask", "Yes")
	yes.Style = slack.StylePrimary
	m := Say(Strong("Go on duty?"), Words(" Then you are offered chats that wait, until the office closes.")).
		with(slack.NewActionBlock("", yes, button(ActDutyNever, "ask", "Not today")))
	m.Text = "Go on duty?"
	return m
}

// StillHas tells an agent who went off duty, by the words how, that n chats are hers.
func StillHas(how string, n int) Message {
	return Say(Words(fmt.Sprintf("%s You still have %s.", how, Chats(n)))).
		with(slack.NewActionBlock("", button(ActLeave, "leave", "Decide about them")))
}

// MaxLeave is how many conversations the modal asks about one by one; it has
// room for a hundred blocks.
const MaxLeave = 40

// LeaveForm asks user, who goes off duty, about what she still has; rows are the first
// MaxLeave of n conversations.
func LeaveForm(user string, now time.Time, rows []Row, n int) slack.ModalViewRequest {
	all := pickOne(InputAll, LeaveEach, [][2]string{{LeaveEach, "Decide for each"}, {leaveKeep, "Keep all until answered"}, {LeaveHand, "Hand all over with the note"}, {LeaveReady, "Release all"}})
	blocks := []slack.Block{slack.NewInputBlock(InputAll, plain("Your chats ("+fmt.Sprint(n)+")"), nil, all)}
	for _, r := range rows {
		text := r.Brief.Visitor(r.State) + " · " + r.State.Reference
		if wait := waitingOn(r.State, user, now); wait != "" {
			text += " · " + wait
		}
		pick := pickOne(InputLeave, leaveKeep, [][2]string{{leaveKeep, "Keep until answered"}, {LeaveHand, "Hand over with the note"}, {LeaveReady, "Release"}})
		blocks = append(blocks, slack.NewInputBlock(LeaveField(r.State.ID), plain(OneLine(text, 150)), nil, pick))
	}
	if more := n - len(rows); more > 0 {
		blocks = append(blocks, richLine("", Slant(fmt.Sprintf("%s more stay with you unless you decide for all.", Chats(more)))))
	}
	note := textInput(InputNote, "Note for whoever takes over", "What a colleague should know", "")
	view := modal(ModalLeave, "Off duty: your chats", "", append(blocks, note)...)
	view.Submit = plain("Done")
	return view
}

// LeaveField is the block of the field about one conversation.
func LeaveField(id conversation.ID) string { return InputLeave + ":" + string(id) }

// LeftWords says what became of an agent's chats: how many the team has, and how many
// she keeps.
func LeftWords(gone, kept int) string {
	var out []string
	if gone > 0 {
		out = append(out, Chats(gone)+" went back to the team.")
	}
	if kept > 0 {
		out = append(out, Chats(kept)+" stay with you until you have answered; what the visitor writes after that goes to the team.")
	}
	if len(out) == 0 {
		return "You have no chat any more."
	}
	return strings.Join(out, " ")
}
