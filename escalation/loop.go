package escalation

import (
	"slices"

	"github.com/handoff-bot/handoff/conversation"
)

// loopDetector sees that the bot goes round in circles: its finished draft says
// the same as one of its last answers, though the visitor has asked something
// since. Greetings, offers, "I don't know", and what she wants to hear once more
// are no such thing; neither is the system's own text, which is no draft.
type loopDetector struct{ asks asksDetector }

func (loopDetector) Name() string { return SignalLoop }

const (
	// loopAnswers is how many of its answers are looked back at.
	loopAnswers = 4
	// loopWords is how many words of meaning an answer has at least: "Hello, how
	// can I help you today?" has fewer.
	loopWords = 3
	// loopSame is the share of the words of meaning in both, of all in both
	// together, above which two answers say the same: all of up to ten, all but one
	// of twenty.
	loopSame = 0.9
)

func (d loopDetector) Detect(s Situation) []conversation.Signal {
	if !s.Finding.Final || s.Draft == "" || !d.asksOn(s) {
		return nil
	}
	draft := s.read(s.Draft)
	says := d.says(draft)
	if says.known < loopWords || draft.first(d.asks.languages, "offer") != nil || draft.first(d.asks.languages, "unsure") != nil {
		return nil
	}
	top, answers := 0.0, 0
	for _, l := range slices.Backward(s.Lines) {
		if answers == loopAnswers {
			break
		}
		if l.Role == conversation.Bot {
			answers++
			top = max(top, says.like(d.says(s.read(l.Text))))
		}
	}
	if top <= loopSame {
		return nil
	}
	return []conversation.Signal{place(SignalLoop, top, 0, draft.words)}
}

// asksOn: one of her new lines asks something, and nothing once more.
func (d loopDetector) asksOn(s Situation) bool {
	return slices.ContainsFunc(s.fresh(), func(l Line) bool {
		r := s.read(l.Text)
		return asksSomething(r, d.asks.languages) && r.first(d.asks.languages, "once_more") == nil
	})
}

// statement is what an answer says: its words of meaning, as stems, each once;
// known is how many they are beside those of a greeting. Numbers, names and a
// "not" are its points: another one makes another answer.
type statement struct {
	stems  map[string]bool
	points map[string]bool
	known  int
}

func (d loopDetector) says(r *reading) statement {
	x := statement{stems: map[string]bool{}, points: map[string]bool{}}
	idle := r.idle(d.asks.languages)
	for _, m := range r.meaning {
		if not := plainNot(m.text) == "not"; m.named || not {
			x.points[m.stem] = true
		}
		if !idle[m.index] && !x.stems[m.stem] {
			x.known++
		}
		x.stems[m.stem] = true
	}
	return x
}

// like is the share of common words, 0 when the points differ.
func (x statement) like(y statement) float64 {
	if len(x.points) != len(y.points) {
		return 0
	}
	for p := range x.points {
		if !y.points[p] {
			return 0
		}
	}
	common := 0
	for w := range x.stems {
		if y.stems[w] {
			common++
		}
	}
	return 2 * float64(common) / float64(len(x.stems)+len(y.stems))
}
