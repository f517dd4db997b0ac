package draw

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// Marks: what agents say of the policy's decisions.

// The buttons of marks, the forms behind the first two, and the fields of what was
// missed.
const (
	ActMissed    = "handoff_missed"    // "Should have escalated"; the value is the conversation
	ActMisjudged = "handoff_misjudged" // "Wrong escalation"; the value is the conversation
	ActUnmark    = "handoff_unmark"    // takes a mark back; the value is the conversation and the mark

	ModalMissed    = "handoff_modal_missed"
	ModalMisjudged = "handoff_modal_misjudged"

	InputLine   = "line"
	InputSaw    = "saw"
	InputPhrase = "phrase"
)

// Sizes of a mark's form: Slack's limit is a hundred options of 75 characters.
const (
	maxMarkLines = 100
	maxMarkOpts  = 90 // topics to choose from
	maxOption    = 75
	maxStanding  = 10 // marks shown with a button
)

// MaxPhrase is how long the words may be that tell what was missed.
const MaxPhrase = 120

// sawTopic is the option of a topic, before its number in the list.
const sawTopic = "topic:"

// sawOther is the option of something that is none of the others.
const sawOther = "other"

var sawWords = []struct {
	saw   conversation.MissSaw
	label string
}{
	{conversation.MissedAsking, "The visitor asked for a person"},
	{conversation.MissedAnger, "The visitor was angry"},
	{conversation.MissedUnknown, "The AI could not help"},
}

// Mark is what an agent says of a decision, as it stands: nobody has taken it
// back.
type Mark struct {
	conversation.Event
	by    conversation.Staff
	epoch int              // the escalation that was wrong, 0 for a missed one
	Line  conversation.Seq // the line that was missed
	note  string
}

// MarksOf lists the marks that stand, the oldest first.
func MarksOf(events []conversation.Event) []Mark {
	var out []Mark
	for _, e := range events {
		switch b := e.Body.(type) {
		case conversation.Misjudged:
			out = append(out, Mark{Event: e, by: b.Agent, epoch: b.Epoch, note: b.Note})
		case conversation.Missed:
			out = append(out, Mark{Event: e, by: b.Agent, Line: b.Of, note: b.Note})
		case conversation.Unmarked:
			out = slices.DeleteFunc(out, func(m Mark) bool { return m.Seq == b.Of })
		}
	}
	return out
}

// heardLine is a line of the visitor's that the policy has judged without asking
// for a person.
type heardLine struct {
	seq  conversation.Seq
	text string
}

// heardLines lists them, the last ones that a form has room for.
func heardLines(events []conversation.Event) []heardLine {
	texts := linesOf(events)
	judged := map[conversation.Seq]string{} // the last act on each line
	for _, e := range events {
		if b, ok := e.Body.(conversation.Decided); ok && b.On > 0 && judged[b.On] != conversation.ActEscalate {
			judged[b.On] = b.Act
		}
	}
	var out []heardLine
	for _, e := range events {
		act, ok := judged[e.Seq]
		if text := OneLine(texts[e.Seq], maxInput); ok && act != conversation.ActEscalate && text != "" && e.Author.Role == conversation.Visitor {
			out = append(out, heardLine{e.Seq, text})
		}
	}
	return out[max(0, len(out)-maxMarkLines):]
}

// linesOf are the words of all lines as they read now.
func linesOf(events []conversation.Event) map[conversation.Seq]string {
	out := map[conversation.Seq]string{}
	for _, e := range events {
		switch b := e.Body.(type) {
		case conversation.Message:
			out[e.Seq] = b.Text
		case conversation.Edited:
			if !b.Inside {
				out[b.Of] = b.Text
			}
		case conversation.Retracted:
			if !b.Inside {
				delete(out, b.Of)
			}
		}
	}
	return out
}

// MissedForm asks which line should have brought a person, and what tells; topics
// are the restricted ones. It is false when there is no line to choose.
func MissedForm(s conversation.State, events []conversation.Event, topics []string) (slack.ModalViewRequest, bool) {
	lines := heardLines(events)
	if len(lines) == 0 {
		return slack.ModalViewRequest{}, false
	}
	blocks := []slack.Block{richLine("", Strong(s.Reference), Words("\nIt becomes a labelled case for whoever tunes the policy. The chat stays as it is."))}
	blocks = append(blocks, standingMarks(s.ID, events, func(m Mark) bool { return m.Line > 0 })...)
	options := make([]*slack.OptionBlockObject, len(lines))
	for i, l := range lines {
		options[i] = slack.NewOptionBlockObject(strconv.FormatInt(int64(l.seq), 10), plain(Clip(l.text, maxOption)), nil)
	}
	phrase := slack.NewPlainTextInputBlockElement(plain("money back"), InputPhrase)
	phrase.MaxLength = MaxPhrase
	blocks = append(blocks,
		slack.NewInputBlock(InputLine, plain("Which line should have brought a person?"), nil,
			slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("Choose a line"), InputLine, options...)),
		slack.NewInputBlock(InputSaw, plain("What should have been seen?"), nil, sawInput(topics)),
		optional(slack.NewInputBlock(InputPhrase, plain("Which words of it tell?"), nil, phrase)),
		textInput(InputNote, "Note", "Optional", ""))
	view := modal(ModalMissed, "Should have escalated", s.ID, blocks...)
	view.Submit = plain("Note it")
	return view, true
}

// sawInput lists what can be missed: the restricted topics, and the rest.
func sawInput(topics []string) *slack.SelectBlockElement {
	var options []*slack.OptionBlockObject
	for _, s := range sawWords {
		options = append(options, slack.NewOptionBlockObject(string(s.saw), plain(s.label), nil))
	}
	for i, name := range topics[:min(len(topics), maxMarkOpts)] {
		options = append(options, slack.NewOptionBlockObject(topicOption(i, name), plain(Clip("Topic: "+OneLine(name, maxOption), maxOption)), nil))
	}
	options = append(options, slack.NewOptionBlockObject(sawOther, plain("Something else"), nil))
	return slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("Choose what it was"), InputSaw, options...)
}

// topicOption is the value of a topic in the list: its place, and its name, for the
// list may be another when it comes back.
func topicOption(i int, name string) string { return sawTopic + strconv.Itoa(i) + ":" + Clip(name, 60) }

// SawOf reads an option of the list: what was missed, and which topic. It is false for
// a topic that is not among topics any more.
func SawOf(option string, topics []string) (saw conversation.MissSaw, topic string, ok bool) {
	if option == sawOther {
		return "", "", true
	}
	for _, s := range sawWords {
		if string(s.saw) == option {
			return s.saw, "", true
		}
	}
	for i, name := range topics[:min(len(topics), maxMarkOpts)] {
		if option == topicOption(i, name) {
			return conversation.MissedTopic, name, name != ""
		}
	}
	return "", "", false
}

// standingMarks shows the marks that stand, each with a button that takes it back.
func standingMarks(id conversation.ID, events []conversation.Event, which func(Mark) bool) []slack.Block {
	texts := linesOf(events)
	var out []slack.Block
	for _, m := range MarksOf(events) {
		if !which(m) || len(out) == 2*maxStanding {
			continue
		}
		says := " said that no person was needed."
		if m.Line > 0 {
			says = " said that a person was needed here."
		}
		elements := []any{section(Strong(cmp.Or(OneLine(m.by.Name, MaxName), "An agent")), Words(says))}
		if text := OneLine(cmp.Or(texts[m.Line], m.note), 200); text != "" {
			elements = append(elements, quote(text))
		}
		out = append(out, richBlock{elements: elements},
			slack.NewActionBlock("", button(ActUnmark, fmt.Sprintf("%s %d", id, m.Seq), "Take back")))
	}
	return out
}

// MisjudgedForm asks what should have happened instead of the last escalation.
func MisjudgedForm(s conversation.State, events []conversation.Event) slack.ModalViewRequest {
	blocks := []slack.Block{richLine("", Strong(s.Reference),
		Words("\nIt becomes a labelled case for whoever tunes the policy. The chat stays as it is; to give it back press Hand back to AI."))}
	blocks = append(blocks, standingMarks(s.ID, events, func(m Mark) bool { return m.epoch == s.Epoch })...)
	blocks = append(blocks, textInput(InputNote, "What should have happened?", "Optional", ""))
	if len(heardLines(events)) > 0 {
		blocks = append(blocks, richLine("", Slant("Or was a person needed earlier?")),
			slack.NewActionBlock("", button(ActMissed, string(s.ID), "Should have escalated…")))
	}
	view := modal(ModalMisjudged, "Wrong escalation", s.ID, blocks...)
	view.Submit = plain("Note it")
	return view
}
