package draw

import (
	"fmt"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// Worth keeping: what a closed thread proposes as knowledge, and what marks propose for
// the policy.

// The buttons of a proposal. Their value is the conversation, and the close that the
// proposal is about; that of ActLearn, which opens the form, the conversation alone.
const (
	ActLearn   = "handoff_learn" // opens the form; the value is the conversation
	ActApprove = "handoff_learn_approve"
	ActAdapt   = "handoff_learn_edit"
	ActDismiss = "handoff_learn_dismiss"
)

// Mend is a change of the policy's file, for a person to make: what it is in words,
// the YAML to paste, "" for none, and where in the file, handoff.yaml:12, "" when it
// is not known or something new.
type Mend struct{ Say, YAML, Place string }

// Sizes of what is shown of a mend, in characters.
const (
	maxMendSay  = 400
	maxMendYAML = 400
)

// elements show a mend.
func (m Mend) elements() []any {
	spans := []Span{Words(OneLine(m.Say, maxMendSay))}
	if m.Place != "" {
		spans = append(spans, Words(" ("+m.Place+")"))
	}
	out := []any{section(spans...)}
	if m.YAML != "" {
		out = append(out, &slack.RichTextPreformatted{Type: slack.RTEPreformatted, Elements: rich([]Span{Words(Clip(raw(m.YAML), maxMendYAML))})})
	}
	return out
}

// MendView shows what a mark of the conversation s proposes.
func MendView(s conversation.State, m Mend) slack.ModalViewRequest {
	return readModal("For the policy", s.ID, richLine("", Strong(s.Reference), Words("\nThe next one is decided as you say when the policy's file is changed. Handoff does not write it; this is for whoever does, and stands in the weekly list, too.")),
		richBlock{elements: m.elements()})
}

// Proposal asks in the thread of a closed conversation whether to keep an answer as
// knowledge, nil for none, and shows what its marks propose for the policy. mark is the
// message's marker.
func Proposal(id conversation.ID, mark string, p *conversation.Proposed, mends []Mend) Message {
	m := Message{Text: "Worth keeping as knowledge?", Metadata: Marked(id, mark)}
	if p != nil {
		value := fmt.Sprintf("%s %d", id, p.Of)
		approve := button(ActApprove, value, "Approve")
		approve.Style = slack.StylePrimary
		m.Blocks = append(m.Blocks, richBlock{id: mark + ":0", elements: []any{
			section(Strong("Worth keeping as knowledge?"), Words(" The AI would answer this from now on. Nothing is kept unless somebody approves it.\n"), Strong(p.Question)),
			quote(p.Answer),
		}}, slack.NewActionBlock("", approve, button(ActAdapt, value, "Edit…"), button(ActDismiss, value, "Dismiss")))
	}
	for i, mend := range mends {
		said := section(Strong("For the policy: "), Words("what was said of a decision of this chat."))
		m.Blocks = append(m.Blocks, richBlock{id: fmt.Sprintf("%s:%d", mark, i+1), elements: append([]any{said}, mend.elements()...)})
	}
	return m
}
