package draw

import (
	"cmp"
	"fmt"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// ActUndo takes an act back; its value is the conversation and the act.
const ActUndo = "handoff_undo"

// Undoable tells somebody what she did, with the button that takes it back and until
// when it does: Slack lets nobody change a private message afterwards.
func Undoable(id conversation.ID, u conversation.Undoable, did ...Span) Message {
	spans := append(did, Words(" Undo works until "), second(u.At.Add(conversation.UndoWithin)), Words("."))
	return Say(spans...).with(slack.NewActionBlock("", button(ActUndo, fmt.Sprintf("%s %d", id, u.Seq), "Undo")))
}

// Undone says that an act was taken back, and whose the conversation is now.
func Undone(s conversation.State) []Span { return []Span{Words("Undone. "), Words(nowWords(s))} }

// TooLate says to user why an act, of, cannot be taken back any more.
func TooLate(s conversation.State, of conversation.Seq, user string, admin bool) []Span {
	switch u := s.Undo; {
	case u == nil || u.Seq != of:
		return []Span{Words("It is too late to undo this: something else has happened in this chat since. Nothing was changed. " + nowWords(s))}
	case u.By != user && !admin:
		return []Span{Words("Only who did this can undo it. Nothing was changed.")}
	}
	return []Span{Words("It is too late to undo this: it works for 30 seconds. Nothing was changed. " + nowWords(s))}
}

// nowWords says in whose hands the conversation is.
func nowWords(s conversation.State) string {
	switch s.Mode {
	case conversation.Waiting:
		return "The chat is waiting."
	case conversation.WithAgent:
		return cmp.Or(OneLine(s.Owner.Name, MaxName), "A colleague") + " has the chat."
	case conversation.IsClosed:
		return "The chat is closed."
	case conversation.WithBot:
	}
	return "The AI has the chat."
}
