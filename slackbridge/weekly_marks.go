package slackbridge

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// Sizes of the weekly list, below Slack's fifty blocks and its 13,200 characters.
const (
	maxWeekMarks   = 20
	maxWeekText    = 12_000
	maxMarkQuote   = 160
	maxMarkSignals = 3
)

// marksWeekly is the list of what agents said of the policy's decisions. The words
// in it are those to look at when the policy is tuned.
func (b *Bridge) marksWeekly() weekly { return weekly{kind: "marks", draw: b.drawMarks} }

func (b *Bridge) drawMarks(ctx context.Context, of week) (m message, ok bool, err error) {
	ids, err := b.Marked(ctx, of.From, of.To)
	if err != nil {
		return m, false, fmt.Errorf("look for marks: %w", err)
	}
	var wrong, missed, size int
	var blocks []slack.Block
	for _, id := range ids {
		events, err := readAll(ctx, b.Log, id, 0)
		if err != nil {
			return m, false, fmt.Errorf("read the log: %w", err)
		}
		reference := referenceOf(events)
		for _, mark := range marksOf(events) {
			switch {
			case mark.At.Before(of.From) || !mark.At.Before(of.To):
				continue
			case mark.line > 0:
				missed++
			default:
				wrong++
			}
			if len(blocks) == maxWeekMarks || size > maxWeekText {
				continue
			}
			block := b.markBlock(reference, mark, events)
			if size += block.length(); size <= maxWeekText {
				blocks = append(blocks, block)
			}
		}
	}
	if len(blocks) == 0 {
		return m, false, nil
	}
	head := fmt.Sprintf("What the team said of the policy, %s to %s: %s, %s.", of.From.Format("2 January"), of.To.AddDate(0, 0, -1).Format("2 January 2006"),
		several(wrong, "wrong escalation"), several(missed, "missed one"))
	foot := "handoff eval --recorded judges all of them again, with what was said as labels: docs/judgement.md."
	if more := wrong + missed - len(blocks); more > 0 {
		foot = fmt.Sprintf("%d more. ", more) + foot
	}
	blocks = append([]slack.Block{richLine("", strong(head))}, append(blocks, richLine("", slant(foot)))...)
	return message{text: mrkdwn(head), blocks: blocks}, true, nil
}

// several is a number with its noun: "1 wrong escalation", "2 wrong escalations".
func several(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + one + "s"
}

// referenceOf is how people name a conversation.
func referenceOf(events []conversation.Event) string {
	for _, e := range events {
		if b, ok := e.Body.(conversation.Opened); ok {
			return b.Reference
		}
	}
	return ""
}

// markBlock is one mark: the chat, what was said of it and by whom, the words, and
// what it proposes for the policy.
func (b *Bridge) markBlock(reference string, m mark, events []conversation.Event) richBlock {
	by := " · " + cmp.Or(oneLine(m.by.Name, maxName), "an agent")
	var elements []any
	if missed, ok := m.Body.(conversation.Missed); ok {
		elements = missedElements(reference, by, missed, linesOf(events)[missed.Of])
	} else {
		elements = wrongElements(reference, by, m.epoch, events)
	}
	if note := oneLine(m.note, maxMarkQuote); note != "" {
		elements = append(elements, slack.NewRichTextSection(rich([]span{slant("Note: "), words(note)})...))
	}
	if mend, ok := b.mendOf(events, m.Body); ok {
		elements = append(elements, mend.elements()...)
	}
	return richBlock{elements: elements}
}

// length is how many characters of text a block has.
func (b richBlock) length() (n int) {
	for _, e := range b.elements {
		var parts []slack.RichTextSectionElement
		switch e := e.(type) {
		case *slack.RichTextSection:
			parts = e.Elements
		case *slack.RichTextQuote:
			parts = e.Elements
		case *slack.RichTextPreformatted:
			parts = e.Elements
		}
		for _, part := range parts {
			if t, ok := part.(*slack.RichTextSectionTextElement); ok {
				n += utf8.RuneCountInString(t.Text)
			}
		}
	}
	return n
}

// missedElements show the line that should have brought a person, and what would
// have seen it.
func missedElements(reference, by string, m conversation.Missed, line string) []any {
	what := ""
	for _, s := range sawWords {
		if s.saw == m.Saw {
			what = " · " + s.label
		}
	}
	if m.Topic != "" {
		what = " · Topic " + oneLine(m.Topic, maxOption)
	}
	out := []any{slack.NewRichTextSection(rich([]span{strong(reference), words(" Should have escalated" + what + by)})...)}
	if text := oneLine(line, maxMarkQuote); text != "" {
		out = append(out, quote(text))
	}
	if phrase := oneLine(m.Phrase, maxPhrase); phrase != "" {
		out = append(out, slack.NewRichTextSection(rich([]span{words("Look at: “" + phrase + "”")})...))
	}
	return out
}

// wrongElements show what asked for people, and the words it was seen in.
func wrongElements(reference, by string, epoch int, events []conversation.Event) []any {
	because := escalationOf(events, epoch)
	rule := ""
	switch {
	case because.by.Topic != "":
		rule = " · Topic " + oneLine(because.by.Topic, maxOption)
	case because.by.Rule != "":
		rule = " · Rule " + oneLine(because.by.Rule, maxOption)
	default:
		rule = " · " + reasonWords(because.by.Reason)
	}
	out := []any{slack.NewRichTextSection(rich([]span{strong(reference), words(" Wrong escalation" + rule + by)})...)}
	texts := linesOf(events)
	for _, sig := range because.why.Signals[:min(len(because.why.Signals), maxMarkSignals)] {
		if q := oneLine(quoted(texts, because.why.Draft, sig), maxMarkQuote); q != "" {
			out = append(out, slack.NewRichTextSection(rich([]span{words("Look at: “" + q + "” (" + oneLine(sig.Name, 60) + fmt.Sprintf(" %.2f)", sig.Value))})...))
		}
	}
	return out
}

// escalationOf is the decision behind the nth escalation of a conversation.
func escalationOf(events []conversation.Event, n int) because {
	for i, e := range events {
		if _, ok := e.Body.(conversation.Escalated); ok {
			if n--; n == 0 {
				return reasonOf(events[:i+1])
			}
		}
	}
	return because{}
}
