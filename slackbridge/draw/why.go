package draw

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// Why?: what a decision rests on, in words and with the lines it was seen in. Of
// a chat for which people were asked it is the decision that asked for them, of
// another one the last.

// Evidence is what a decision rests on beyond what the log says. Place is where
// its rule stands in the policy's files, handoff.yaml:42, and LevelAt the level;
// "" when they do not stand there or it is not known. Thresholds are those of
// signals that are held against one. Weak is what was seen and did not count.
type Evidence struct {
	Place, LevelAt string
	Thresholds     map[string]float64
	Weak           []Weak
}

// Weak is a signal below the threshold from which on it counts.
type Weak struct {
	conversation.Signal
	Threshold float64
}

// Sizes of the modal, below Slack's hundred blocks.
const (
	maxWhySignals = 30
	maxWhyWeak    = 10
	maxTriedChars = 2500
)

// SaidOf are the words of all lines as they were when they were judged; what was
// taken back is gone.
func SaidOf(events []conversation.Event) map[conversation.Seq]string {
	out := map[conversation.Seq]string{}
	for _, e := range events {
		switch b := e.Body.(type) {
		case conversation.Message:
			out[e.Seq] = b.Text
		case conversation.Retracted:
			delete(out, b.Of)
		}
	}
	return out
}

// Reason is the decision that is explained. asked says that it asked for people,
// by; at is its place in the log, 0 when no verdict was logged.
type Reason struct {
	asked bool
	by    conversation.Escalated
	Why   conversation.Decided
	At    conversation.Seq
}

// ReasonOf finds the verdict of the last escalation, or the last one of all.
func ReasonOf(events []conversation.Event) Reason {
	var out, last, asks Reason
	for _, e := range events {
		switch b := e.Body.(type) {
		case conversation.Decided:
			last = Reason{Why: b, At: e.Seq}
			if b.Act == conversation.ActEscalate {
				asks = last
			}
		case conversation.Escalated:
			out = Reason{asked: true, by: b, Why: asks.Why, At: asks.At}
			asks = Reason{}
		}
	}
	if !out.asked {
		return last
	}
	return out
}

// View is the modal that explains the decision of the conversation s. learns says that
// answers can be kept as knowledge.
func (w Reason) View(s conversation.State, events []conversation.Event, seen Evidence, learns bool) slack.ModalViewRequest {
	blocks := w.blocks(s, SaidOf(events), seen)
	var buttons []slack.BlockElement // what can be wrong about the decision
	if s.Epoch > 0 {
		buttons = append(buttons, button(ActMisjudged, string(s.ID), "Wrong escalation…"))
	}
	if len(heardLines(events)) > 0 {
		buttons = append(buttons, button(ActMissed, string(s.ID), "Should have escalated…"))
	}
	if learns {
		buttons = append(buttons, button(ActLearn, string(s.ID), "Learn from this…"))
	}
	if len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock("", buttons...))
	}
	return readModal("Why?", s.ID, blocks...)
}

// actWords say what was done, before "because".
var actWords = map[string]string{
	conversation.ActEscalate: "A person was asked for", "answer": "The AI answered", "offer": "The AI offered a person",
	"ask": "The AI asked what it is about", "withhold": "The AI's draft was withheld",
}

// blocks explain it.
func (w Reason) blocks(s conversation.State, texts map[conversation.Seq]string, seen Evidence) []slack.Block {
	if !w.asked && w.At == 0 {
		return []slack.Block{richLine("", Strong(s.Reference), Words("\nNothing was decided in this chat yet."))}
	}
	explain := cmp.Or(OneLine(w.by.Explain, 600), OneLine(w.Why.Explain, 600), reasonWords(cmp.Or(w.by.Reason, w.Why.Reason)))
	spans := []Span{Strong(s.Reference), Words("\n")}
	if w.asked {
		spans = append(spans, Words(explain))
	} else {
		spans = append(spans, Words(cmp.Or(actWords[w.Why.Act], "Decided: "+OneLine(w.Why.Act, 20))+", because: "+lowerFirst(explain)))
		if text := OneLine(texts[w.Why.On], 200); text != "" {
			spans = append(spans, Strong("\nThe line: "), Words("“"+text+"”"))
		}
	}
	add := func(label string, parts ...string) {
		if parts = nonEmpty(parts...); len(parts) > 0 {
			spans = append(spans, Strong("\n"+label+": "), Words(strings.Join(parts, " · ")))
		}
	}
	rule := OneLine(cmp.Or(w.by.Rule, w.Why.Rule), 120)
	add("Rule", rule, seen.Place)
	add("Level", OneLine(cmp.Or(w.by.Level, w.Why.Level), 40), seen.LevelAt)
	add("Topic", OneLine(cmp.Or(w.by.Topic, w.Why.Topic), 120))
	add("Policy", Clip(cmp.Or(w.by.Policy, w.Why.Policy), 16))
	out := []slack.Block{richLine("", spans...)}
	for _, sig := range w.Why.Signals[:min(len(w.Why.Signals), maxWhySignals)] {
		out = append(out, signalBlock(sig, seen.Thresholds[sig.Name], texts, w.Why.Draft))
	}
	return append(append(out, w.weak(seen, texts)...), w.tried()...)
}

// weak is what was seen and did not count.
func (w Reason) weak(seen Evidence, texts map[conversation.Seq]string) []slack.Block {
	var out []slack.Block
	for _, m := range seen.Weak {
		known := slices.ContainsFunc(w.Why.Signals, func(s conversation.Signal) bool { return s.Name == m.Name && s.Seq == m.Seq && s.From == m.From })
		if m.Value <= 0 || known || len(out) == maxWhyWeak {
			continue
		}
		if len(out) == 0 {
			out = append(out, richLine("", Strong("Seen, and too weak to count")))
		}
		out = append(out, signalBlock(m.Signal, m.Threshold, texts, w.Why.Draft))
	}
	return out
}

// tried is what was looked at, in order.
func (w Reason) tried() []slack.Block {
	if len(w.Why.Tried) == 0 {
		return nil
	}
	return []slack.Block{richLine("", Strong("Looked at, in this order"), Words("\n"+Clip(raw(strings.Join(w.Why.Tried, "\n")), maxTriedChars)))}
}

// signalBlock is one signal with the words it was seen in.
func signalBlock(sig conversation.Signal, threshold float64, texts map[conversation.Seq]string, draft string) slack.Block {
	held := ""
	if threshold > 0 {
		held = fmt.Sprintf(" (counts from %.2f)", threshold)
	}
	elements := []any{section(Strong(OneLine(sig.Name, 60)), Words(fmt.Sprintf(" %.2f%s%s", sig.Value, held, seenBy(sig))))}
	if q := quoted(texts, draft, sig); q != "" {
		elements = append(elements, quote(q))
	}
	return richBlock{elements: elements}
}

// seenBy names who saw something, when it is not the policy itself.
func seenBy(sig conversation.Signal) string {
	if sig.By == "" {
		return ""
	}
	return " (by the triage " + OneLine(sig.By, 20) + ")"
}

// quoted is the evidence of a signal, cut out of the line it was seen in.
func quoted(texts map[conversation.Seq]string, draft string, sig conversation.Signal) string {
	text := texts[sig.Seq]
	if sig.Seq == 0 {
		text = draft
	}
	if sig.From < 0 || sig.To > len(text) || sig.From >= sig.To {
		return ""
	}
	return OneLine(strings.ToValidUTF8(text[sig.From:sig.To], ""), 200)
}

// lowerFirst makes the beginning of a sentence its middle.
func lowerFirst(s string) string {
	if len(s) < 2 || s[1] < 'a' || s[1] > 'z' {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// EscalationOf is the decision behind the nth escalation of a conversation.
func EscalationOf(events []conversation.Event, n int) Reason {
	for i, e := range events {
		if _, ok := e.Body.(conversation.Escalated); ok {
			if n--; n == 0 {
				return ReasonOf(events[:i+1])
			}
		}
	}
	return Reason{}
}
