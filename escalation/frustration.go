package escalation

import (
	"slices"
	"strings"
	"unicode"

	"github.com/handoff-bot/handoff/conversation"
)

// frustrationDetector sees anger: words, shouting, repeated marks, "the third
// time I ask", "forget it, I'm leaving", praise that means the opposite. Its
// strength adds up over one line, at most 1.
type frustrationDetector struct {
	languages []*language
	words     tempers
}

func (frustrationDetector) Name() string { return SignalFrustrated }

func (d frustrationDetector) Detect(s Situation) []conversation.Signal {
	var signals []conversation.Signal
	for _, line := range s.fresh() {
		if value, run := d.frustration(line.Text, s.read(line.Text)); value > 0 {
			signals = append(signals, place(SignalFrustrated, value, line.Seq, run))
		}
	}
	return signals
}

// How much each sign weighs. A mild word weighs as much as a strong one when it
// is aimed at somebody ("you are annoying", "I'm annoyed") or underlined ("so
// annoying"), and half as much when it is played down ("a bit annoying").
const (
	weightStrong = 0.5  // abuse, "useless", "ridiculous"; a pattern of [temper], [leaving], [sarcasm]
	weightMild   = 0.25 // "annoying", "disappointed"
	weightShout  = 0.25 // capitals
	weightMarks  = 0.2  // "!!!", "??"
)

// frustration returns the strength and the words it was seen in.
func (d frustrationDetector) frustration(text string, r *reading) (float64, []word) {
	w := r.words
	value, from, to := 0.0, len(w), 0
	mark := func(weight float64, a, b int) {
		value += weight
		from, to = min(from, a), max(to, b)
	}
	known := d.words.of(d.languages, w)
	for i := range w {
		if weight := known.temper(w, i); weight > 0 {
			mark(weight, i, i+1)
		}
	}
	for _, l := range d.languages {
		for _, section := range []string{"temper", "leaving", "sarcasm"} {
			for _, at := range r.find(l, section) {
				mark(weightStrong, at[0], at[1])
			}
		}
	}
	if shouts(text) {
		mark(weightShout, 0, len(w))
	}
	for _, marks := range []string{"!!", "??", "?!", "!?"} {
		if strings.Contains(text, marks) {
			mark(weightMarks, 0, len(w))
			break
		}
	}
	if value == 0 || len(w) == 0 {
		return 0, nil
	}
	return min(1, value), w[from:to]
}

// temper is what one word weighs.
func (t temper) temper(w []word, i int) float64 {
	s := w[i].stem
	weight := 0.0
	switch {
	case t.angry(s):
		weight = weightStrong
	case t.cross(s):
		weight = weightMild
	default:
		return 0
	}
	before := w[clauseStart(w, i):i]
	switch {
	case hasWord(before, 1, denies), weight == weightMild && hasWord(before, 2, denies):
		return 0
	case hasWord(before, 2, playsDown):
		return weight / 2
	case hasWord(before, 4, aims), hasWord(before, 1, underlines):
		return weightStrong
	}
	return weight
}

// clauseStart is the first word of the clause that word i is in.
func clauseStart(w []word, i int) int {
	for i > 0 && !w[i].cut {
		i--
	}
	return i
}

// hasWord says whether one of the last n words is in the set.
func hasWord(w []word, n int, set map[string]bool) bool {
	for _, x := range w[max(0, len(w)-n):] {
		if set[x.text] {
			return true
		}
	}
	return false
}

// shoutLetters is how many letters a line in capitals needs to be shouted; one
// word alone, a name or a code, is not.
const shoutLetters = 8

// shouts: nearly all letters are capitals.
func shouts(text string) bool {
	upper, letters := 0, 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
		}
		if unicode.IsUpper(r) {
			upper++
		}
	}
	return len(strings.Fields(text)) > 1 && letters >= shoutLetters && upper*10 >= letters*8
}

// tempers are the angry and the cross words of each language, as stems: the
// sections [angry] and [cross].
type tempers map[*language][2]map[string]bool

func newTempers(languages []*language) tempers {
	t := tempers{}
	for _, l := range languages {
		t[l] = [2]map[string]bool{stemsOf(l.angry), stemsOf(l.cross)}
	}
	return t
}

// temper is what counts as angry or cross in one line.
type temper []([2]map[string]bool)

// of chooses the words for a line: those of English and of the languages that it
// may be in, of all when it is too short to tell. A word may be harmless in
// another language.
func (t tempers) of(languages []*language, w []word) temper {
	var words temper
	for _, l := range spokenBy(languages, w) {
		words = append(words, t[l])
	}
	return words
}

func (t temper) angry(stem string) bool {
	return slices.ContainsFunc(t, func(w [2]map[string]bool) bool { return w[0][stem] })
}

func (t temper) cross(stem string) bool {
	return slices.ContainsFunc(t, func(w [2]map[string]bool) bool { return w[1][stem] })
}

// has says that a stem is of either.
func (t temper) has(stem string) bool { return t.angry(stem) || t.cross(stem) }

// spokenIn is the language that has most of the line's small words, the first of
// equals; nil when none has any.
func spokenIn(languages []*language, w []word) *language {
	var best *language
	most := 0
	for _, l := range languages {
		if n := l.small(w); n > most {
			best, most = l, n
		}
	}
	return best
}

func stemsOf(list []string) map[string]bool {
	set := map[string]bool{}
	for _, w := range list {
		set[stem(fold(w))] = true
	}
	return set
}

// Small words around an angry one, in any language.
var (
	denies     = setOf("not isnt arent wasnt never no dont without nothing nicht kein keine pas sans non nao niet geen sin")
	playsDown  = setOf("bit little slightly somewhat etwas bisschen poco peu pouco beetje")
	aims       = setOf("you youre your yours im am ur u du ihr sie bist seid bin vous etes suis estas eres estoy sei siete sono voces estou jullie ben")
	underlines = setOf("so very really extremely incredibly totally absolutely how too such completely utterly fucking sehr total echt so muy tan tres vraiment molto davvero muito heel erg")
)
