package escalation

import (
	"strconv"

	"github.com/handoff-bot/handoff/conversation"
)

// repeatedDetector sees that the visitor asks the same again: most words of
// meaning of her line were in one earlier line of hers. Asking
// for a person again, or being angry again, is not a question.
type repeatedDetector struct{ asks asksDetector }

// SameQuestion is the share of common words of meaning, of those in both lines
// together, from which two lines are the same question.
const SameQuestion = 0.5

// sameWords is how many common words of meaning it takes at least.
const sameWords = 2

func (repeatedDetector) Name() string { return SignalRepeated }

func (d repeatedDetector) Detect(s Situation) []conversation.Signal {
	var signals []conversation.Signal
	for _, line := range s.fresh() {
		if isSmallTalk(s.read(line.Text)) || d.asks.asks(s.read(line.Text)) != nil {
			continue
		}
		top := 0.0
		for _, earlier := range s.Lines {
			if earlier.Seq < line.Seq && earlier.Role == conversation.Visitor && answered(s, earlier, line) {
				top = max(top, overlap(s.read(earlier.Text), s.read(line.Text)))
			}
		}
		if top >= SameQuestion {
			signals = append(signals, place(SignalRepeated, top, line.Seq, s.read(line.Text).words))
		}
	}
	return signals
}

// answered: the bot has spoken between the two lines. Two lines in one breath
// are not a question asked again.
func answered(s Situation, a, b Line) bool {
	for _, l := range s.Lines {
		if l.Role == conversation.Bot && l.Seq > a.Seq && l.Seq < b.Seq {
			return true
		}
	}
	return false
}

// overlap is the share of common words of meaning, 0 to 1. Two lines that name
// different things ("to Norway", "to Sweden"; two order numbers) are different
// questions, whatever else they share.
func overlap(a, b *reading) float64 {
	x, y := topicsOf(a), topicsOf(b)
	common, names := 0, 0
	for s, named := range x {
		if _, both := y[s]; both {
			common++
		} else if named {
			names++
		}
	}
	for s, named := range y {
		if _, both := x[s]; !both && named && names > 0 {
			return 0
		}
	}
	if alone := len(x) == 1 && len(y) == 1; common == 0 || common < sameWords && !alone {
		return 0
	}
	return 2 * float64(common) / float64(len(x)+len(y))
}

// topicsOf returns what a line is about: the stems of its words of meaning, one
// for all that mean the same, and whether it is a name.
func topicsOf(r *reading) map[string]bool {
	set := map[string]bool{}
	for _, m := range r.meaning {
		switch {
		case filler[m.text] || small[m.text] || angry[m.stem] || cross[m.stem] || m.stem == "not":
		case same[m.stem] != 0:
			set[strconv.Itoa(same[m.stem])+" same"] = false
		default:
			set[m.stem] = m.named
		}
	}
	return set
}

// filler are words that ask, without saying what about.
var filler = setOf(`what how where when why who which want wanna need help know tell explain question hello hi hey ok okay yes
	bit little thing thanks thank again still really keep try go continue else other about inform look looking call calling tell wait waiting ask asking check checking see find finding let make more want assist information anything everything trying like get way possible try trying assistance`)
