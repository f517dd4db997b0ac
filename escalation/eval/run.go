package eval

import (
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
)

// Outcome is what the policy made of an utterance. Seen says whether the
// detector that the label is for saw something; Topics are the restricted topics
// that were touched, whatever the label is for. Score is how strongly the label's
// detector saw something, also when that is too weak to count, and Threshold from
// where on it counts; a detector that says yes or no has 1 or 0, and no threshold.
type Outcome struct {
	Utterance Utterance
	Seen      bool
	Score     float64
	Threshold float64
	Topics    []string
	Verdict   escalation.Verdict
	Measured  []escalation.Measured
}

// Run judges each utterance as the first line of a conversation, or after her
// previous line and an answer; no model is asked.
func Run(p *escalation.Policy, level string, utterances []Utterance) []Outcome {
	outcomes := make([]Outcome, 0, len(utterances))
	for _, u := range utterances {
		outcomes = append(outcomes, Judge(p, level, u))
	}
	return outcomes
}

// Judge is [Run] for one utterance.
func Judge(p *escalation.Policy, level string, u Utterance) Outcome {
	s := situation(level, u)
	v := p.Judge(s)
	o := Outcome{Utterance: u, Verdict: v, Measured: p.Measure(s)}
	o.see(v)
	for _, m := range o.Measured {
		if m.Name == u.Detector {
			o.Score, o.Threshold = max(o.Score, m.Value), m.Threshold
		}
	}
	if o.Seen && o.Threshold == 0 {
		o.Score = 1
	}
	return o
}

// see finds what the verdict was decided from.
func (o *Outcome) see(v escalation.Verdict) {
	for _, s := range v.Signals {
		name, topic, _ := strings.Cut(s.Name, ":")
		if name == escalation.SignalTopic && !slices.Contains(o.Topics, topic) {
			o.Topics = append(o.Topics, topic)
		}
		if name == o.Utterance.Detector && (name != escalation.SignalFrustrated || s.Value >= escalation.ClearSign) {
			o.Seen = true
		}
	}
}

// situation is the conversation that an utterance stands for.
func situation(level string, u Utterance) escalation.Situation {
	s := escalation.Situation{Level: level, State: conversation.State{Mode: conversation.WithBot}}
	say := func(role conversation.Role, text string) {
		s.State.Seq++
		s.Lines = append(s.Lines, escalation.Line{Seq: s.State.Seq, Role: role, Text: text})
	}
	s.State.Seq = 1
	if u.Previous != "" {
		say(conversation.Visitor, u.Previous)
		s.Past = []conversation.Decided{{On: s.State.Seq, Act: string(escalation.Answer)}}
		say(conversation.Bot, "An answer.")
		s.State.Answers = 1
	}
	say(conversation.Visitor, u.Text)
	s.Draft = u.Draft
	s.State.LastVisitor.Seq = s.State.Seq
	return s
}

// Decision is one line of what was decided: whether the detector saw something,
// the topics that were touched, and the policy's verdict with its reason in
// words.
type Decision struct {
	ID     string    `json:"id"`
	Seen   bool      `json:"pred"`
	Topics *[]string `json:"topics,omitempty"`
	Act    string    `json:"act"`
	Why    string    `json:"why"`
}

// Decision returns the outcome as it is written down. Topics are told of lines
// that are labelled for them, none as an empty list.
func (o Outcome) Decision() Decision {
	d := Decision{ID: o.Utterance.ID, Seen: o.Seen, Act: string(o.Verdict.Act), Why: o.Verdict.Explain}
	if o.Utterance.Detector == escalation.SignalTopic {
		topics := append([]string{}, o.Topics...)
		d.Topics = &topics
	}
	return d
}
