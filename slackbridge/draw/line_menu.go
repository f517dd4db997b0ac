package draw

import (
	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// ActLine is the menu below a line from the form; what follows it is the line.
const ActLine = "handoff_line"

// The choices of the menu below a line, which are the shortcuts of a message, too.
// The value of a choice names the conversation and the line after it.
const (
	LineEdit = "edit"
	LineBack = "back"

	CutNote = "handoff_note"
	CutSend = "handoff_send"
	CutMove = "handoff_move"
)

// lineMenu is what can be done about a line from the form, nil for other events.
func (s Script) lineMenu(e conversation.Event) slack.Block {
	ts := s.Forms[e.Seq]
	if ts == "" {
		return nil
	}
	entry := func(choice, label string) *slack.OptionBlockObject {
		return slack.NewOptionBlockObject(choice+":"+string(e.Conversation)+" "+ts, plain(label), nil)
	}
	entries := []*slack.OptionBlockObject{entry(LineEdit, "Edit…")}
	if _, note := e.Body.(conversation.Note); note {
		entries = append(entries, entry(CutSend, "Send to visitor"))
	} else {
		entries = append(entries, entry(CutNote, "Keep inside"), entry(CutMove, "Move to another chat…"))
	}
	return slack.NewActionBlock("", slack.NewOverflowBlockElement(ActLine+":"+ts, append(entries, entry(LineBack, "Take back"))...))
}
