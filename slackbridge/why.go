package slackbridge

import (
	"cmp"
	"context"
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

func (b *Bridge) openWhy(ctx context.Context, p press) error {
	view, err := b.whyModal(ctx, p)
	if err != nil {
		return err
	}
	return b.orTell(ctx, p, view, "It did not open in time. Choose it again.")
}

func (b *Bridge) whyModal(ctx context.Context, p press) (slack.ModalViewRequest, error) {
	events, err := readAll(ctx, b.Log, p.id, 0)
	if err != nil {
		return slack.ModalViewRequest{}, fmt.Errorf("read the log: %w", err)
	}
	because := reasonOf(events)
	var seen Evidence
	if b.Evidence != nil && because.at > 0 {
		if seen, err = b.Evidence(ctx, events, because.at); err != nil {
			return slack.ModalViewRequest{}, fmt.Errorf("look for the evidence: %w", err)
		}
	}
	blocks := because.blocks(p.state, saidOf(events), seen)
	buttons := whyButtons(p, events)
	if b.Keep != nil && p.state.Seq > 1 {
		buttons = append(buttons, button(actLearn, string(p.id), "Learn from this…"))
	}
	if len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock("", buttons...))
	}
	view := modal(modalRead, "Why?", p.id, blocks...)
	view.Close = plain("Close")
	return view, nil
}

// whyButtons lead to the marks: what can be wrong about the decision.
func whyButtons(p press, events []conversation.Event) []slack.BlockElement {
	var out []slack.BlockElement
	if p.state.Epoch > 0 {
		out = append(out, button(actMisjudged, string(p.id), "Wrong escalation…"))
	}
	if len(heardLines(events)) > 0 {
		out = append(out, button(actMissed, string(p.id), "Should have escalated…"))
	}
	return out
}

// saidOf are the words of all lines as they were when they were judged; what was
// taken back is gone.
func saidOf(events []conversation.Event) map[conversation.Seq]string {
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

// because is the decision that is explained. asked says that it asked for people,
// by; at is its place in the log, 0 when no verdict was logged.
type because struct {
	asked bool
	by    conversation.Escalated
	why   conversation.Decided
	at    conversation.Seq
}

// reasonOf finds the verdict of the last escalation, or the last one of all.
func reasonOf(events []conversation.Event) because {
	var out, last, asks because
	for _, e := range events {
		switch b := e.Body.(type) {
		case conversation.Decided:
			last = because{why: b, at: e.Seq}
			if b.Act == conversation.ActEscalate {
				asks = last
			}
		case conversation.Escalated:
			out = because{asked: true, by: b, why: asks.why, at: asks.at}
			asks = because{}
		}
	}
	if !out.asked {
		return last
	}
	return out
}

// actWords say what was done, before "because".
var actWords = map[string]string{
	conversation.ActEscalate: "A person was asked for", "answer": "The AI answered", "offer": "The AI offered a person",
	"ask": "The AI asked what it is about", "withhold": "The AI's draft was withheld",
}

// blocks explain it.
func (w because) blocks(s conversation.State, texts map[conversation.Seq]string, seen Evidence) []slack.Block {
	if !w.asked && w.at == 0 {
		return []slack.Block{richLine("", strong(s.Reference), words("\nNothing was decided in this chat yet."))}
	}
	explain := cmp.Or(oneLine(w.by.Explain, 600), oneLine(w.why.Explain, 600), reasonWords(cmp.Or(w.by.Reason, w.why.Reason)))
	spans := []span{strong(s.Reference), words("\n")}
	if w.asked {
		spans = append(spans, words(explain))
	} else {
		spans = append(spans, words(cmp.Or(actWords[w.why.Act], "Decided: "+oneLine(w.why.Act, 20))+", because: "+lowerFirst(explain)))
		if text := oneLine(texts[w.why.On], 200); text != "" {
			spans = append(spans, strong("\nThe line: "), words("“"+text+"”"))
		}
	}
	add := func(label string, parts ...string) {
		if parts = nonEmpty(parts...); len(parts) > 0 {
			spans = append(spans, strong("\n"+label+": "), words(strings.Join(parts, " · ")))
		}
	}
	rule := oneLine(cmp.Or(w.by.Rule, w.why.Rule), 120)
	add("Rule", rule, seen.Place)
	add("Level", oneLine(cmp.Or(w.by.Level, w.why.Level), 40), seen.LevelAt)
	add("Topic", oneLine(cmp.Or(w.by.Topic, w.why.Topic), 120))
	add("Policy", clip(cmp.Or(w.by.Policy, w.why.Policy), 16))
	out := []slack.Block{richLine("", spans...)}
	for _, sig := range w.why.Signals[:min(len(w.why.Signals), maxWhySignals)] {
		out = append(out, signalBlock(sig, seen.Thresholds[sig.Name], texts, w.why.Draft))
	}
	return append(append(out, w.weak(seen, texts)...), w.tried()...)
}

// weak is what was seen and did not count.
func (w because) weak(seen Evidence, texts map[conversation.Seq]string) []slack.Block {
	var out []slack.Block
	for _, m := range seen.Weak {
		known := slices.ContainsFunc(w.why.Signals, func(s conversation.Signal) bool { return s.Name == m.Name && s.Seq == m.Seq && s.From == m.From })
		if m.Value <= 0 || known || len(out) == maxWhyWeak {
			continue
		}
		if len(out) == 0 {
			out = append(out, richLine("", strong("Seen, and too weak to count")))
		}
		out = append(out, signalBlock(m.Signal, m.Threshold, texts, w.why.Draft))
	}
	return out
}

// tried is what was looked at, in order.
func (w because) tried() []slack.Block {
	if len(w.why.Tried) == 0 {
		return nil
	}
	return []slack.Block{richLine("", strong("Looked at, in this order"), words("\n"+clip(raw(strings.Join(w.why.Tried, "\n")), maxTriedChars)))}
}

// signalBlock is one signal with the words it was seen in.
func signalBlock(sig conversation.Signal, threshold float64, texts map[conversation.Seq]string, draft string) slack.Block {
	held := ""
	if threshold > 0 {
		held = fmt.Sprintf(" (counts from %.2f)", threshold)
	}
	elements := []any{slack.NewRichTextSection(rich([]span{strong(oneLine(sig.Name, 60)), words(fmt.Sprintf(" %.2f%s%s", sig.Value, held, seenBy(sig)))})...)}
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
	return " (by the triage " + oneLine(sig.By, 20) + ")"
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
	return oneLine(strings.ToValidUTF8(text[sig.From:sig.To], ""), 200)
}

// lowerFirst makes the beginning of a sentence its middle.
func lowerFirst(s string) string {
	if len(s) < 2 || s[1] < 'a' || s[1] > 'z' {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
