package slackbridge

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// What agents say of the policy's decisions: that no person was needed, or that
// one was. The marks are events and change nothing in the chat; they become
// labelled cases for `handoff eval`, and the admin channel's weekly list.

const (
	actMissed    = "handoff_missed"    // "Should have escalated"; the value is the conversation
	actMisjudged = "handoff_misjudged" // "Wrong escalation"; the value is the conversation
	actUnmark    = "handoff_unmark"    // takes a mark back; the value is the conversation and the mark

	actWhy = "handoff_why" // "Why?"; the value is the conversation

	modalMissed = "handoff_modal_missed"

	inputLine   = "line"
	inputSaw    = "saw"
	inputPhrase = "phrase"
)

// Sizes of a mark's form: Slack's limit is a hundred options of 75 characters.
const (
	maxMarkLines = 100
	maxMarkOpts  = 90 // topics to choose from
	maxOption    = 75
	maxPhrase    = 120
	maxStanding  = 10 // marks shown with a button
)

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

// mark is what an agent says of a decision, as it stands: nobody has taken it
// back.
type mark struct {
	conversation.Event
	by    conversation.Staff
	epoch int              // the escalation that was wrong, 0 for a missed one
	line  conversation.Seq // the line that was missed
	note  string
}

// marksOf lists the marks that stand, the oldest first.
func marksOf(events []conversation.Event) []mark {
	var out []mark
	for _, e := range events {
		switch b := e.Body.(type) {
		case conversation.Misjudged:
			out = append(out, mark{Event: e, by: b.Agent, epoch: b.Epoch, note: b.Note})
		case conversation.Missed:
			out = append(out, mark{Event: e, by: b.Agent, line: b.Of, note: b.Note})
		case conversation.Unmarked:
			out = slices.DeleteFunc(out, func(m mark) bool { return m.Seq == b.Of })
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
		if text := oneLine(texts[e.Seq], maxInput); ok && act != conversation.ActEscalate && text != "" && e.Author.Role == conversation.Visitor {
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

// openMissed asks which line should have brought a person.
func (b *Bridge) openMissed(ctx context.Context, p press) error {
	view, ok, err := b.missedModal(ctx, p)
	if err != nil {
		return err
	}
	if !ok {
		b.tellPresser(p, words("The AI has decided about no line of this chat by itself, so no person was missed."))
		return nil
	}
	return b.orTell(ctx, p, view, "The form did not open in time. Press Should have escalated again.")
}

// missedModal is false when there is no line to choose.
func (b *Bridge) missedModal(ctx context.Context, p press) (slack.ModalViewRequest, bool, error) {
	events, err := readAll(ctx, b.Log, p.id, 0)
	if err != nil {
		return slack.ModalViewRequest{}, false, fmt.Errorf("read the log: %w", err)
	}
	lines := heardLines(events)
	if len(lines) == 0 {
		return slack.ModalViewRequest{}, false, nil
	}
	blocks := []slack.Block{richLine("", strong(p.state.Reference), words("\nIt becomes a labelled case for whoever tunes the policy. The chat stays as it is."))}
	blocks = append(blocks, b.standingMarks(p.id, events, func(m mark) bool { return m.line > 0 })...)
	options := make([]*slack.OptionBlockObject, len(lines))
	for i, l := range lines {
		options[i] = slack.NewOptionBlockObject(strconv.FormatInt(int64(l.seq), 10), plain(clip(l.text, maxOption)), nil)
	}
	phrase := slack.NewPlainTextInputBlockElement(plain("money back"), inputPhrase)
	phrase.MaxLength = maxPhrase
	blocks = append(blocks,
		slack.NewInputBlock(inputLine, plain("Which line should have brought a person?"), nil,
			slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("Choose a line"), inputLine, options...)),
		slack.NewInputBlock(inputSaw, plain("What should have been seen?"), nil, b.sawInput()),
		optional(slack.NewInputBlock(inputPhrase, plain("Which words of it tell?"), nil, phrase)),
		textInput(inputNote, "Note", "Optional", ""))
	view := modal(modalMissed, "Should have escalated", p.id, blocks...)
	view.Submit = plain("Note it")
	return view, true, nil
}

// sawInput lists what can be missed: the restricted topics, and the rest.
func (b *Bridge) sawInput() *slack.SelectBlockElement {
	var options []*slack.OptionBlockObject
	for _, s := range sawWords {
		options = append(options, slack.NewOptionBlockObject(string(s.saw), plain(s.label), nil))
	}
	for i, name := range b.topicNames() {
		options = append(options, slack.NewOptionBlockObject(sawTopic+strconv.Itoa(i)+":"+clip(name, 60), plain(clip("Topic: "+oneLine(name, maxOption), maxOption)), nil))
	}
	options = append(options, slack.NewOptionBlockObject(sawOther, plain("Something else"), nil))
	return slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("Choose what it was"), inputSaw, options...)
}

func (b *Bridge) topicNames() []string {
	if b.Topics == nil {
		return nil
	}
	names := b.Topics()
	return names[:min(len(names), maxMarkOpts)]
}

// chosenTopic finds the topic of an option; the list may be another by now.
func (b *Bridge) chosenTopic(option string) string {
	for i, name := range b.topicNames() {
		if option == sawTopic+strconv.Itoa(i)+":"+clip(name, 60) {
			return name
		}
	}
	return ""
}

// missedIn is what a submitted form says of a line; it is false when its topic is no
// longer in the configuration.
func (b *Bridge) missedIn(v viewRef) (m conversation.Missed, ok bool, err error) {
	seq, err := strconv.ParseInt(v.chosen(inputLine), 10, 64)
	if err != nil {
		return m, false, errDrop
	}
	m = conversation.Missed{Of: conversation.Seq(seq), Phrase: oneLine(v.text(inputPhrase), maxPhrase), Note: v.text(inputNote)}
	switch saw := v.chosen(inputSaw); {
	case saw == sawOther:
	case slices.ContainsFunc(sawWords, func(w struct {
		saw   conversation.MissSaw
		label string
	}) bool {
		return string(w.saw) == saw
	}):
		m.Saw = conversation.MissSaw(saw)
	default:
		m.Saw, m.Topic = conversation.MissedTopic, b.chosenTopic(saw)
		return m, m.Topic != "", nil
	}
	return m, true, nil
}

func (b *Bridge) submitMissed(ctx context.Context, p press) error {
	m, ok, err := b.missedIn(p.e.View)
	if err != nil {
		return err
	}
	if !ok {
		b.tellPresser(p, words("This topic is no longer in the configuration. Nothing was noted; choose Should have escalated again."))
		return nil
	}
	out, err := b.append(ctx, p, conversation.Miss(p.by, m))
	if err == nil && len(out.Events) > 0 {
		b.tellPresser(p, words("Noted: "+p.state.Reference+" should have come to a person. The chat stays as it is."))
	}
	return err
}

// standingMarks shows the marks that stand, each with a button that takes it back.
func (b *Bridge) standingMarks(id conversation.ID, events []conversation.Event, which func(mark) bool) []slack.Block {
	texts := linesOf(events)
	var out []slack.Block
	for _, m := range marksOf(events) {
		if !which(m) || len(out) == 2*maxStanding {
			continue
		}
		says := " said that no person was needed."
		if m.line > 0 {
			says = " said that a person was needed here."
		}
		elements := []any{slack.NewRichTextSection(rich([]span{strong(cmp.Or(oneLine(m.by.Name, maxName), "An agent")), words(says)})...)}
		if text := oneLine(cmp.Or(texts[m.line], m.note), 200); text != "" {
			elements = append(elements, quote(text))
		}
		out = append(out, richBlock{elements: elements},
			slack.NewActionBlock("", button(actUnmark, fmt.Sprintf("%s %d", id, m.Seq), "Take back")))
	}
	return out
}

// pressUnmark takes a mark back and draws the form again.
func (b *Bridge) pressUnmark(ctx context.Context, p press) error {
	seq, err := strconv.ParseInt(p.ts, 10, 64)
	if err != nil {
		return errDrop
	}
	events, err := readAll(ctx, b.Log, p.id, 0)
	if err != nil {
		return fmt.Errorf("read the log: %w", err)
	}
	marks := marksOf(events)
	i := slices.IndexFunc(marks, func(m mark) bool { return m.Seq == conversation.Seq(seq) })
	if i < 0 {
		b.tellPresser(p, words("That was taken back already."))
		return nil
	}
	if _, err := b.append(ctx, p, conversation.Unmark(p.by, marks[i].Seq)); err != nil {
		return err
	}
	if p.e.View.ID == "" {
		return nil
	}
	var view slack.ModalViewRequest
	ok := true
	if marks[i].line > 0 {
		view, ok, err = b.missedModal(ctx, p)
	} else {
		view, err = b.misjudgedModal(ctx, p)
	}
	if err == nil && ok {
		b.changeView(ctx, p, view)
	}
	return err
}

// changeView puts another view into the place of the one that was pressed.
func (b *Bridge) changeView(ctx context.Context, p press, view slack.ModalViewRequest) {
	err := b.client.Patient(ctx, "views.update", "", func(ctx context.Context) error {
		_, err := b.client.API.UpdateViewContext(ctx, view, "", p.e.View.Hash, p.e.View.ID)
		return err
	})
	if err != nil {
		b.log.Warn("a view was not changed", "conversation", p.id, "error", err) // she presses again, or has closed it
	}
}

func (b *Bridge) openMisjudged(ctx context.Context, p press) error {
	if p.state.Epoch == 0 {
		return b.openMissed(ctx, p) // nobody was asked for, so that is what can be wrong
	}
	view, err := b.misjudgedModal(ctx, p)
	if err != nil {
		return err
	}
	return b.orTell(ctx, p, view, "The form did not open in time. Choose Wrong escalation… again.")
}

func (b *Bridge) misjudgedModal(ctx context.Context, p press) (slack.ModalViewRequest, error) {
	events, err := readAll(ctx, b.Log, p.id, 0)
	if err != nil {
		return slack.ModalViewRequest{}, fmt.Errorf("read the log: %w", err)
	}
	blocks := []slack.Block{richLine("", strong(p.state.Reference),
		words("\nIt becomes a labelled case for whoever tunes the policy. The chat stays as it is; to give it back press Hand back to AI."))}
	blocks = append(blocks, b.standingMarks(p.id, events, func(m mark) bool { return m.epoch == p.state.Epoch })...)
	blocks = append(blocks, textInput(inputNote, "What should have happened?", "Optional", ""))
	if len(heardLines(events)) > 0 {
		blocks = append(blocks, richLine("", slant("Or was a person needed earlier?")),
			slack.NewActionBlock("", button(actMissed, string(p.id), "Should have escalated…")))
	}
	view := modal(modalMisjudged, "Wrong escalation", p.id, blocks...)
	view.Submit = plain("Note it")
	return view, nil
}

func (b *Bridge) submitMisjudged(ctx context.Context, p press) error {
	out, err := b.append(ctx, p, conversation.Misjudge(p.by, p.e.View.text(inputNote)))
	if err == nil && len(out.Events) > 0 {
		b.tellPresser(p, words("Noted. The chat stays as it is."))
	}
	return err
}
