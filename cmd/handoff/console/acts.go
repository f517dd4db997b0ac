package console

import (
	"fmt"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
)

// describe says what an event is, in one line or more.
func describe(e conversation.Event, texts map[conversation.Seq]string) []string {
	switch b := e.Body.(type) {
	case conversation.Decided:
		return decision(b, texts)
	case conversation.Message:
		return []string{speaker(e) + ": " + brief(b.Text)}
	case conversation.Note:
		return []string{speaker(e) + " noted: " + brief(b.Text)}
	case conversation.Edited:
		return []string{fmt.Sprintf("%s edited line %d: %s", speaker(e), b.Of, brief(b.Text))}
	case conversation.Retracted:
		return []string{fmt.Sprintf("%s took line %d back", speaker(e), b.Of)}
	case conversation.Feedback:
		return []string{fmt.Sprintf("thumb for line %d: up %v", b.Of, b.Up)}
	case conversation.Rated:
		return []string{strings.TrimSpace(fmt.Sprintf("rated %d of 5 %s", b.Score, brief(b.Comment)))}
	default:
		return []string{act(e)}
	}
}

// act describes the events that move a conversation.
func act(e conversation.Event) string {
	switch b := e.Body.(type) {
	case conversation.Opened:
		return told("opened by "+b.Visitor, "key", b.Widget, "page", b.Page.URL)
	case conversation.PageChanged:
		return told("on another page", "", b.Page.URL)
	case conversation.Identified:
		return told("the visitor is known by a signed token", "name", b.Name)
	case conversation.Tracked:
		return told("the site reports: " + brief(b.Name))
	case conversation.Cleared:
		return "the visitor has cleared the chat"
	case conversation.TranscriptAsked:
		return "the visitor wants the chat by mail"
	case conversation.Asked:
		return told("asked for a person", "by", b.How)
	case conversation.Declined:
		return "declined the offer of a person"
	case conversation.Escalated:
		return told("escalated: "+b.Reason, "because", b.Explain, "topic", b.Topic, "rule", b.Rule, "priority", b.Priority)
	case conversation.Routed:
		return told("routed", "to", b.Channel, "mentions", b.Mention, "", staffed(b))
	case conversation.Announced:
		return told("the card stands", "in", b.Channel)
	case conversation.Cancelled:
		return "the visitor no longer waits"
	case conversation.ContactGiven:
		return "the visitor left an address"
	case conversation.StopAsked:
		return "the visitor stopped the answer"
	case conversation.TurnFailed:
		return told(fmt.Sprintf("the model could not finish, attempt %d", b.Attempt), "cause", b.Cause)
	default:
		return handling(e)
	}
}

// handling describes what agents do with a conversation.
func handling(e conversation.Event) string {
	switch b := e.Body.(type) {
	case conversation.Claimed:
		return told("claimed by "+nameOr(b.Agent.Name, b.Agent.ID), "how", b.How)
	case conversation.Released:
		return "released by " + nameOr(b.Agent.Name, b.Agent.ID)
	case conversation.Transferred:
		return told("transferred", "to", nameOr(b.To.Name, b.To.ID), "channel", b.Channel, "note", brief(b.Note))
	case conversation.HandedBack:
		return told("handed back to the bot", "by", nameOr(b.Agent.Name, b.Agent.ID), "instruction", brief(b.Instruction))
	case conversation.Closed:
		return told("closed", "by", string(b.Reason), "owner", nameOr(b.Owner.Name, b.Owner.ID))
	case conversation.Reopened:
		return told("reopened", "by", nameOr(b.Agent.Name, b.Agent.ID))
	case conversation.Misjudged:
		return told("no person was needed", "says", nameOr(b.Agent.Name, b.Agent.ID), "note", brief(b.Note))
	case conversation.Missed:
		return told(fmt.Sprintf("a person was needed at line %d", b.Of), "says", nameOr(b.Agent.Name, b.Agent.ID), "note", brief(b.Note))
	case conversation.Unmarked:
		return told(fmt.Sprintf("took back what event %d says", b.Of), "says", nameOr(b.Agent.Name, b.Agent.ID))
	case conversation.Translating:
		return told(map[bool]string{true: "translation switched on", false: "translation switched off"}[b.On], "by", nameOr(b.Agent.Name, b.Agent.ID))
	case conversation.Translated:
		return told(fmt.Sprintf("line %d translated", b.Of), "from", b.Locale, "failed", map[bool]string{true: "yes"}[b.Failed])
	case conversation.Proposed:
		return told("an answer was proposed as knowledge", "by", string(b.By))
	case conversation.Learned:
		return told("an answer was approved as knowledge", "by", nameOr(b.Agent.Name, b.Agent.ID))
	default:
		return "something this version does not know"
	}
}

func staffed(b conversation.Routed) string {
	switch {
	case b.Staffed:
		return "somebody is on duty"
	case b.NextOpen.IsZero():
		return "nobody is on duty"
	default:
		return "nobody is on duty until " + stamp(b.NextOpen)
	}
}

// told adds names and values to a sentence, leaving out what is empty.
func told(what string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			what += ", " + strings.TrimSpace(pairs[i]+" "+pairs[i+1])
		}
	}
	return what
}

// speaker is who an event is by.
func speaker(e conversation.Event) string {
	if e.Author.Role == conversation.Agent {
		return "agent " + nameOr(e.Author.Name, e.Author.ID)
	}
	return string(e.Author.Role)
}
