package draw

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

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

// WeekMarks is the weekly list of what agents said of the policy's decisions, filled
// by Add. The words in it are those to look at when the policy is tuned.
type WeekMarks struct {
	wrong, missed, size int
	blocks              []slack.Block
}

// Add counts a mark of a conversation and shows it while there is room; mend is what
// it proposes for the policy, nil for nothing.
func (w *WeekMarks) Add(m Mark, events []conversation.Event, mend *Mend) {
	if m.Line > 0 {
		w.missed++
	} else {
		w.wrong++
	}
	if len(w.blocks) == maxWeekMarks || w.size > maxWeekText {
		return
	}
	block := m.block(events, mend)
	if w.size += block.length(); w.size <= maxWeekText {
		w.blocks = append(w.blocks, block)
	}
}

// Message is the list of the week from one midnight to another; it is false when it
// is empty.
func (w *WeekMarks) Message(from, to time.Time) (Message, bool) {
	if len(w.blocks) == 0 {
		return Message{}, false
	}
	head := fmt.Sprintf("What the team said of the policy, %s to %s: %s, %s.", from.Format("2 January"), to.AddDate(0, 0, -1).Format("2 January 2006"),
		several(w.wrong, "wrong escalation"), several(w.missed, "missed one"))
	foot := "handoff eval --recorded judges all of them again, with what was said as labels: docs/judgement.md."
	if more := w.wrong + w.missed - len(w.blocks); more > 0 {
		foot = fmt.Sprintf("%d more. ", more) + foot
	}
	return Say(Strong(head)).with(w.blocks...).with(richLine("", Slant(foot))), true
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

// block is one mark: the chat, what was said of it and by whom, the words, and what
// it proposes for the policy, nil for nothing.
func (m Mark) block(events []conversation.Event, mend *Mend) richBlock {
	reference := referenceOf(events)
	by := " · " + cmp.Or(OneLine(m.by.Name, MaxName), "an agent")
	var elements []any
	if missed, ok := m.Body.(conversation.Missed); ok {
		elements = missedElements(reference, by, missed, linesOf(events)[missed.Of])
	} else {
		elements = wrongElements(reference, by, m.epoch, events)
	}
	if note := OneLine(m.note, maxMarkQuote); note != "" {
		elements = append(elements, section(Slant("Note: "), Words(note)))
	}
	if mend != nil {
		elements = append(elements, mend.elements()...)
	}
	return richBlock{elements: elements}
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
		what = " · Topic " + OneLine(m.Topic, maxOption)
	}
	out := []any{section(Strong(reference), Words(" Should have escalated"+what+by))}
	if text := OneLine(line, maxMarkQuote); text != "" {
		out = append(out, quote(text))
	}
	if phrase := OneLine(m.Phrase, MaxPhrase); phrase != "" {
		out = append(out, section(Words("Look at: “"+phrase+"”")))
	}
	return out
}

// wrongElements show what asked for people, and the words it was seen in.
func wrongElements(reference, by string, epoch int, events []conversation.Event) []any {
	because := EscalationOf(events, epoch)
	var rule string
	switch {
	case because.by.Topic != "":
		rule = " · Topic " + OneLine(because.by.Topic, maxOption)
	case because.by.Rule != "":
		rule = " · Rule " + OneLine(because.by.Rule, maxOption)
	default:
		rule = " · " + reasonWords(because.by.Reason)
	}
	out := []any{section(Strong(reference), Words(" Wrong escalation"+rule+by))}
	texts := linesOf(events)
	for _, sig := range because.Why.Signals[:min(len(because.Why.Signals), maxMarkSignals)] {
		if q := OneLine(quoted(texts, because.Why.Draft, sig), maxMarkQuote); q != "" {
			out = append(out, section(Words("Look at: “"+q+"” ("+OneLine(sig.Name, 60)+fmt.Sprintf(" %.2f)", sig.Value))))
		}
	}
	return out
}
