package draw

import (
	"cmp"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// Watching a chat: its last lines, drawn again as it goes on.
const (
	ActWatch   = "handoff_watch" // opens the modal, or goes on in it; the value is the conversation
	ModalWatch = "handoff_modal_watch"
)

// watchLines is how many lines of the end are shown.
const watchLines = 20

// WatchView is the modal, for user: whose the chat is, the last lines, and what can be
// done. live says that it is drawn again as the chat goes on.
func WatchView(s conversation.State, events []conversation.Event, user string, live bool) slack.ModalViewRequest {
	var brief Brief
	for _, e := range events {
		brief = brief.Apply(e)
	}
	how := "Live: what is said next appears here by itself."
	if !live {
		how = "Not live any more. Press Refresh to go on watching."
	}
	blocks := []slack.Block{richLine("", Strong(brief.Visitor(s)), Words(" · "+s.Reference+" · "+whose(s, user)+"\n"), Slant(how))}
	items := newTranscript(s, conversation.Handle(s.Visitor), events).items(events)
	pages := pagesOf(s.ID, items[max(0, len(items)-watchLines):])
	if len(items) > watchLines || len(pages) > 1 {
		blocks = append(blocks, richLine("", Slant("Earlier lines stand in the transcript.")))
	}
	blocks = append(append(blocks, pages[len(pages)-1]...), slack.NewActionBlock(ownedBy(s.Owner.ID, ""), watchButtons(s, user)...))
	view := modal(ModalWatch, "Watch "+s.Reference, s.ID, blocks...)
	view.Close, view.NotifyOnClose = plain("Close"), true
	return view
}

// whose says who has a chat, to somebody who watches it.
func whose(s conversation.State, user string) string {
	switch s.Mode {
	case conversation.Waiting:
		return "waits for a person"
	case conversation.WithAgent:
		if s.Owner.ID == user {
			return "you have this chat"
		}
		return cmp.Or(OneLine(s.Owner.Name, MaxName), "a colleague") + " has this chat"
	case conversation.IsClosed:
		return "closed"
	case conversation.WithBot:
	}
	return "the AI has this chat"
}

func watchButtons(s conversation.State, user string) []slack.BlockElement {
	id := string(s.ID)
	var out []slack.BlockElement
	switch {
	case s.Mode == conversation.Waiting:
		out = append(out, button(ActClaim, id, "Claim"))
	case s.Mode == conversation.WithBot, s.Mode == conversation.WithAgent && s.Owner.ID != user:
		out = append(out, button(ActTakeOver, id, "Take over"))
	}
	return append(out, button(ActWatch, id, "Refresh"), button(ActTranscript, id, "Transcript"))
}

// ActTranscript opens the transcript of a conversation.
const ActTranscript = "handoff_transcript"
