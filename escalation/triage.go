package escalation

import (
	"math"
	"slices"

	"github.com/handoff-bot/handoff/conversation"
)

// ByModel marks a signal that the triage model sent, in [conversation.Signal].By.
// The detectors' own have none. What a model says can add to what the detectors
// see and can never take anything away, see [Policy.decide].
const ByModel = "model"

// Triage is what a small model says of the visitor's new line, each number from 0
// to 1. Nothing in it is believed beyond that: numbers outside are left out, and
// so are topics that the policy does not have.
type Triage struct {
	AsksPerson  float64
	Frustration float64
	Answerable  float64 // how likely help pages can answer it; 1 doubts nothing
	Topics      []TopicDoubt
	Language    string // a code such as "de"; shown, and nothing else
}

// TopicDoubt is how sure the model is that a restricted topic is touched.
type TopicDoubt struct {
	Name string
	Sure float64
}

// doubt is how unlikely an answer is; none when nobody was asked.
func (t *Triage) doubt() float64 {
	if t == nil || !sane(1-t.Answerable) {
		return 0
	}
	return 1 - t.Answerable
}

// sane: a signal's value, which is in (0, 1].
func sane(value float64) bool { return !math.IsNaN(value) && value > 0 && value <= 1 }

// signals are what the model saw, each placed on the whole line: it quotes
// nothing. topics are those of the policy.
func (t *Triage) signals(on Line, topics map[string]topicHours) []conversation.Signal {
	if t == nil {
		return nil
	}
	var signals []conversation.Signal
	add := func(name string, value float64) {
		if sane(value) {
			signals = append(signals, conversation.Signal{Name: name, Value: value, Seq: on.Seq, To: len(on.Text), By: ByModel})
		}
	}
	add(SignalAsks, t.AsksPerson)
	add(SignalFrustrated, t.Frustration)
	for _, topic := range t.Topics {
		if _, known := topics[topic.Name]; known {
			add(SignalTopic+":"+topic.Name, topic.Sure)
		}
	}
	if t.Language != "" {
		add(SignalLanguage+":"+t.Language, 1)
	}
	return signals
}

// ownOnly are the signals without the model's.
func ownOnly(signals []conversation.Signal) []conversation.Signal {
	return slices.DeleteFunc(slices.Clone(signals), func(s conversation.Signal) bool { return s.By == ByModel })
}

// byModel says that some of the signals are the model's.
func byModel(signals []conversation.Signal) bool {
	return slices.ContainsFunc(signals, func(s conversation.Signal) bool { return s.By == ByModel })
}
