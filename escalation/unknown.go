package escalation

import (
	"math"
	"slices"

	"github.com/handoff-bot/handoff/conversation"
)

// unknownDetector says how likely it is that the bot cannot answer, as one number
// with its parts: how well the best passage fits what was asked, what the finished
// draft says of itself, a tool that failed, and the doubts of the triage model.
// Asking for a person, or whether this is a machine, asks nothing of the knowledge.
//
// Each part is a chance of its own that there is no answer, and the number is the
// chance that at least one of them is right: 1 - (1-a)(1-b)…. So no part takes
// anything away from another, and two doubts weigh more than one; their maximum
// would not tell one from two. Only the number counts, see [Unanswered]; the parts
// are there to be read.
type unknownDetector struct{ asks asksDetector }

// What the parts weigh.
const (
	// A look-up that failed may have held the answer. By itself it is no reason not
	// to answer; on top of passages that hardly fit it is.
	weightTool = 0.4
	// The triage model has not read the passages, so its doubt by itself is worth
	// little; beside passages that hardly fit, from one half on, it decides.
	weightDoubt = 0.2
)

func (unknownDetector) Name() string { return SignalCannot }

func (d unknownDetector) Detect(s Situation) []conversation.Signal {
	var parts []conversation.Signal
	if said, unsure := d.says(s); unsure {
		parts = append(parts, said)
	}
	var line Line
	asks := false
	if s.Finding.Searched || s.Finding.Triage != nil {
		line, asks = d.question(s)
	}
	if asks && s.Finding.Searched {
		parts = append(parts, d.part(SignalNoPassage, noPassage(s.Finding.Best, s.Finding.Floor), line, s))
	}
	if on := s.judged(); s.Finding.ToolFailed {
		parts = append(parts, d.part(SignalToolFailed, weightTool, on, s))
	}
	signals := together(parts)
	if doubt := s.Finding.Triage.doubt() * weightDoubt; asks && doubt > 0 {
		doubts := d.part(SignalDoubts, doubt, line, s)
		doubts.By = ByModel
		all := together(append(slices.Clone(parts), doubts))
		all[0].By = ByModel
		signals = append(signals, all[0], doubts)
	}
	return signals
}

// measure holds the number against what counts as unanswered.
func (d unknownDetector) measure(s Situation) []Measured {
	for _, sig := range d.Detect(s) {
		if sig.Name == SignalCannot {
			return measured([]conversation.Signal{sig}, Unanswered)
		}
	}
	return nil
}

func (unknownDetector) part(name string, value float64, line Line, s Situation) conversation.Signal {
	return place(name, value, line.Seq, s.read(line.Text).words)
}

// says: the finished draft says of itself that it does not know.
func (d unknownDetector) says(s Situation) (conversation.Signal, bool) {
	if !s.Finding.Final {
		return conversation.Signal{}, false
	}
	run := s.read(s.Draft).first(d.asks.languages, "unsure")
	return place(SignalSaysUnsure, 1, 0, run), run != nil
}

// question is the last of her new lines that asks something of the knowledge. It
// is searched once for all lines of a burst, so they count once.
func (d unknownDetector) question(s Situation) (Line, bool) {
	for _, line := range slices.Backward(s.fresh()) {
		if r := s.read(line.Text); asksSomething(r, d.asks.languages) && !d.aboutPeople(r) {
			return line, true
		}
	}
	return Line{}, false
}

// together puts the number before its parts, at the place of the strongest.
func together(parts []conversation.Signal) []conversation.Signal {
	if len(parts) == 0 {
		return nil
	}
	number, none := parts[0], 1.0
	for _, p := range parts {
		none *= 1 - p.Value
		if p.Value > number.Value {
			number = p
		}
	}
	number.Name, number.Value, number.By = SignalCannot, 1-none, ""
	return append([]conversation.Signal{number}, parts...)
}

// fits is how likely it is that none of the passages holds the answer, by the
// score of the best one: points of a falling line, straight between them. They come
// from the labelled questions of bot/testdata/answerable.jsonl and the search of
// the knowledge: isotonic regression, rounded. TestCannotAnswerIsCalibrated prints
// it and fails when they no longer hold.
var fits = [...]struct{ score, none float64 }{
	{0, 0.97}, {0.1, 0.68}, {0.36, 0.65}, {0.56, 0.6}, {0.64, 0.12}, {0.8, 0.03}, {1, 0.02},
}

// aboveFloor is the most that a passage above the floor weighs: whether it answers
// is for the model to say.
const aboveFloor = 0.6

// noPassage is the chance that no passage answers. The floor decides on which
// side of [Unanswered] it comes out.
func noPassage(best, floor float64) float64 {
	best = min(max(best, 0), 1)
	none := fits[len(fits)-1].none
	for i := 1; i < len(fits); i++ {
		if a, b := fits[i-1], fits[i]; best <= b.score {
			none = a.none + (b.none-a.none)*(best-a.score)/(b.score-a.score)
			break
		}
	}
	if best < floor {
		return max(none, Unanswered)
	}
	return math.Min(none, aboveFloor)
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
