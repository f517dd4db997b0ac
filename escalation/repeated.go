package escalation

import (
	"slices"

	"github.com/handoff-bot/handoff/conversation"
)

// repeatedDetector sees that the visitor asks the same again, in the same or in
// other words: most of what her line is about, one of her last lines was about,
// and the bot has answered in between. Asking for a person again, or being angry
// again, is not a question.
type repeatedDetector struct {
	asks     asksDetector
	meanings map[*language]*meanings
}

// SameQuestion is the share of common things, of those in both lines together,
// from which two lines are the same question.
const SameQuestion = 0.4

// sameThings is how many common things it takes at least.
const sameThings = 2

// answerWords is how long a line is at most that only gives a name which was
// missing.
const answerWords = 4

// repeatedLines is how many of her lines are looked back at.
const repeatedLines = 8

func newRepeatedDetector(asks asksDetector, t tempers) repeatedDetector {
	d := repeatedDetector{asks, map[*language]*meanings{}}
	for i, l := range asks.languages {
		words := temper{t[l]}
		if i > 0 {
			words = append(words, t[asks.languages[0]])
		}
		d.meanings[l] = newMeanings(l, words)
	}
	return d
}

// language is what is known of the language that a line is in, of the first
// when nobody can tell.
func (d repeatedDetector) language(w []word) *meanings {
	if l := spokenIn(d.asks.languages, w); l != nil {
		return d.meanings[l]
	}
	return d.meanings[d.asks.languages[0]]
}

func (repeatedDetector) Name() string { return SignalRepeated }

func (d repeatedDetector) Detect(s Situation) []conversation.Signal {
	var signals []conversation.Signal
	for _, m := range d.measure(s) {
		if m.Value >= m.Threshold {
			signals = append(signals, m.Signal)
		}
	}
	return signals
}

// measure says how close each line comes to an earlier one.
func (d repeatedDetector) measure(s Situation) []Measured {
	var list []Measured
	for _, line := range s.fresh() {
		r := s.read(line.Text)
		if isSmallTalk(r, d.asks.languages) || d.asks.asks(r) != nil {
			continue
		}
		if top := d.closest(s, line); top > 0 {
			list = append(list, Measured{place(SignalRepeated, top, line.Seq, r.words), SameQuestion})
		}
	}
	return list
}

// closest is how close the closest of her last lines comes that was answered.
func (d repeatedDetector) closest(s Situation, line Line) float64 {
	m, now := d.language(s.read(line.Text).words), s.read(line.Text)
	met, stems := map[string]concept{}, newStemmer()
	y := m.concepts(now.words, met)
	top, lines, answered := 0.0, 0, false
	for _, earlier := range slices.Backward(s.Lines) {
		switch {
		case earlier.Seq >= line.Seq:
		case lines == repeatedLines:
			return top
		case earlier.Role == conversation.Bot:
			answered = true
		case earlier.Role == conversation.Visitor:
			lines++
			if answered {
				before := stems.words(earlier.Text)
				top = max(top, overlap(question{before, m.concepts(before, met)}, question{now.words, y}))
			}
		}
	}
	return top
}

// question is a line of hers and what it is about.
type question struct {
	words []word
	about []concept
}

// overlap is the share of common things, 0 to 1. Two lines that say the same of
// different names ("ship to Norway", "ship to Sweden"; two order numbers) are
// different questions. When the words differ as well, a name that only one has is
// a detail and does not count. What is done has to be the same in both, if both say.
func overlap(a, b question) float64 {
	x, y := a.about, b.about
	if apart(x, y) && apart(y, x) && sameWording(a.words, b.words) {
		return 0
	}
	gives := apart(y, x) && onlyNames(b.words) // "order 1234": an answer more than a question
	x, y = shared(x, y), shared(y, x)
	common, named := 0, 0
	for _, c := range x {
		if has(y, c.key) {
			common++
			if c.named {
				named++
			}
		}
	}
	switch equal := common == len(x) && common == len(y); {
	case common == 0 || conflict(x, y):
		return 0
	case common-named < sameThings && (!equal || gives) && !details(x, y) && !details(y, x):
		return 0
	}
	return 2 * float64(common) / float64(len(x)+len(y))
}

// details: x is one thing, and y is the same with one word more that means
// nothing we know, such as a name in small letters.
func details(x, y []concept) bool {
	if len(x) != 1 || len(y) != 2 || x[0].act {
		return false
	}
	return slices.ContainsFunc(y, func(c concept) bool { return c.key != x[0].key && c.key[0] != '#' })
}

// conflict: both say what is done, and nothing of it is the same.
func conflict(x, y []concept) bool {
	acts := func(c concept) bool { return c.act }
	both := func(c concept) bool { return c.act && has(y, c.key) }
	return slices.ContainsFunc(x, acts) && slices.ContainsFunc(y, acts) && !slices.ContainsFunc(x, both)
}

// apart: x has a name that y has not.
func apart(x, y []concept) bool {
	return slices.ContainsFunc(x, func(c concept) bool { return c.named && !has(y, c.key) })
}

func has(list []concept, key string) bool {
	return slices.ContainsFunc(list, func(c concept) bool { return c.key == key })
}

// onlyNames: a short line that comes to a name.
func onlyNames(w []word) bool { return len(w) <= answerWords && w[len(w)-1].named }

// shared is x without the names that y does not have: they are details.
func shared(x, y []concept) []concept {
	var list []concept
	for _, c := range x {
		if !c.named || has(y, c.key) {
			list = append(list, c)
		}
	}
	return list
}

// sameWording: beside names the two lines have the same words in the same order.
func sameWording(a, b []word) bool {
	for {
		a, b = fromPlain(a), fromPlain(b)
		switch {
		case len(a) == 0 || len(b) == 0:
			return len(a) == len(b)
		case a[0].text != b[0].text:
			return false
		}
		a, b = a[1:], b[1:]
	}
}

// fromPlain is w from its first word on that is no name.
func fromPlain(w []word) []word {
	for len(w) > 0 && w[0].named {
		w = w[1:]
	}
	return w
}
