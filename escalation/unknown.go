package escalation

import (
	"slices"

	"github.com/handoff-bot/handoff/conversation"
)

// unknownDetector sees that the bot cannot answer: the knowledge was searched
// and has nothing good enough for a line that asks something, or the finished
// draft says itself that it does not know. Asking for a person, or whether this
// is a machine, asks nothing of the knowledge.
type unknownDetector struct{ asks asksDetector }

func (unknownDetector) Name() string { return SignalCannot }

func (d unknownDetector) Detect(s Situation) []conversation.Signal {
	on := s.judged()
	if s.Finding.Final {
		if run := s.read(s.Draft).first(d.asks.languages, "unsure"); run != nil {
			return []conversation.Signal{place(SignalCannot, 1, 0, run)}
		}
		if s.Finding.Unsure {
			return []conversation.Signal{place(SignalCannot, 1, on.Seq, s.read(on.Text).words)}
		}
	}
	var signals []conversation.Signal
	for _, m := range d.measure(s) {
		if s.Finding.Best < s.Finding.Floor {
			signals = append(signals, m.Signal)
		}
	}
	return signals
}

// measure says how far the best passage is from an answer. The knowledge is
// searched once for all lines of a burst, so they count once.
func (d unknownDetector) measure(s Situation) []Measured {
	if !s.Finding.Searched {
		return nil
	}
	for _, line := range slices.Backward(s.fresh()) {
		if r := s.read(line.Text); asksSomething(r, d.asks.languages) && !d.aboutPeople(r) {
			return []Measured{{place(SignalCannot, 1-s.Finding.Best, line.Seq, r.words), 1 - s.Finding.Floor}}
		}
	}
	return nil
}

func (d unknownDetector) aboutPeople(r *reading) bool {
	return r.first(d.asks.languages, "ask") != nil || r.first(d.asks.languages, "challenge") != nil
}

// asksSomething: it has a word of meaning beside those of a greeting or of
// asking itself. "I have a question" has none; "prices" has one.
func asksSomething(r *reading, languages []*language) bool {
	idle := r.idle(languages)
	for _, m := range r.meaning {
		if !idle[m.index] && plainNot(m.text) != "not" {
			return true
		}
	}
	return false
}
