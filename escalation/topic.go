package escalation

import (
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
)

// topicDetector sees restricted topics, in the visitor's words and in the bot's
// own. A phrase is there when all its words are, near each other and in one
// sentence, in any order, whatever their endings, and long ones also misspelt.
// What belongs to a longer phrase of another topic counts for that one alone:
// "cancel my account" is about the account, not about cancelling.
type topicDetector struct{ topicIndex }

// term is one word of a phrase. Words of at least looseLetters letters also
// match misspelt. In a phrase of several words a word also stands for those that
// mean the same there: "charged twice" is "double charge" and "billed twice".
type term struct {
	text, stem string
	group      int // of words that mean the same, 0 for none
}

const looseLetters = 6

// The window: how many further words of meaning, and words at all, may stand
// between those of a phrase.
const (
	windowMeaning = 2
	windowWords   = 6
)

func (topicDetector) Name() string { return SignalTopic }

func newTopicDetector(topics []Topic, languages []*language) topicDetector {
	return topicDetector{indexTopics(topics, languages)}
}

func (d topicDetector) Detect(s Situation) []conversation.Signal {
	var signals []conversation.Signal
	for _, line := range s.fresh() {
		signals = append(signals, d.in(s.read(line.Text), line.Seq)...)
	}
	return append(signals, d.in(s.read(s.Draft), 0)...)
}

// hit is a phrase that was found: its topic and its words, as places among those
// of meaning, in rising order.
type hit struct {
	topic int
	words []int
}

// in returns one signal for each topic that the text touches, in their order.
func (d topicDetector) in(r *reading, seq conversation.Seq) []conversation.Signal {
	var hits []hit
	for _, p := range d.candidates(r.meaning) {
		if run := near(r.meaning, p.terms); run != nil {
			hits = append(hits, hit{p.topic, run})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return a.topic - b.topic })
	var signals []conversation.Signal
	last := -1
	for _, h := range hits {
		if h.topic == last || slices.ContainsFunc(hits, h.partOf) {
			continue
		}
		last = h.topic
		signals = append(signals, conversation.Signal{
			Name: d.signals[h.topic], Value: 1, Seq: seq,
			From: r.meaning[h.words[0]].from, To: r.meaning[h.words[len(h.words)-1]].to,
		})
	}
	return signals
}

// partOf: the other is a longer phrase of another topic that has all these words.
func (h hit) partOf(other hit) bool {
	return h.topic != other.topic && len(other.words) > len(h.words) &&
		!slices.ContainsFunc(h.words, func(w int) bool { return !slices.Contains(other.words, w) })
}

// meant is a word that carries meaning, with its place among all words and the
// sentence it is in.
type meant struct {
	word
	stem            string
	index, sentence int
}

func meaningful(w []word) []meant {
	var list []meant
	sentence := 0
	for i, x := range w {
		if x.cut {
			sentence++
		}
		text := plainNot(x.text)
		if text == "times" && i > 0 && (w[i-1].text == "two" || w[i-1].text == "2") {
			text = "twice"
		}
		if !empty[text] {
			m := meant{word: x, stem: x.stem, index: i, sentence: sentence}
			if text != x.text || british(text) {
				m.stem = topicStem(text)
			}
			list = append(list, m)
		}
	}
	return list
}

// terms are the words of a phrase that carry meaning.
func terms(w []word) []term {
	var list []term
	for _, m := range meaningful(w) {
		list = append(list, term{text: plainNot(m.text), stem: m.stem})
	}
	return standIn(list)
}

// standIn lets the words of a phrase of several stand for those that mean the
// same.
func standIn(phrase []term) []term {
	for i := range phrase {
		phrase[i].group = 0
		if len(phrase) > 1 {
			phrase[i].group = same[phrase[i].stem]
		}
	}
	return phrase
}

// near finds the terms close together: it returns their places in the text where
// they are closest, or nil.
func near(text []meant, phrase []term) []int {
	var best []int
	for i := range text {
		if !slices.ContainsFunc(phrase, text[i].is) {
			continue
		}
		if run := nearFrom(text, i, phrase); run != nil && (best == nil || reach(run) < reach(best)) {
			best = run
		}
	}
	return best
}

// tooLate: what is not done has to follow the "not", and it has come before.
func tooLate(missing []term, at int, phrase []term) bool {
	done := slices.IndexFunc(phrase, func(t term) bool { return t.stem == "not" }) + 1
	return done < len(phrase) && (at+1 >= len(missing) || missing[at+1].stem != phrase[done].stem)
}

func reach(run []int) int { return run[len(run)-1] - run[0] }

func nearFrom(text []meant, from int, phrase []term) []int {
	missing := slices.Clone(phrase)
	first := text[from]
	var run []int
	for i, m := range text[from:] {
		if i >= len(phrase)+windowMeaning || m.sentence != first.sentence || m.index-first.index >= len(phrase)+windowWords {
			return nil
		}
		at := slices.IndexFunc(missing, m.is)
		if at < 0 {
			continue
		}
		if missing[at].stem == "not" && tooLate(missing, at, phrase) {
			return nil
		}
		missing = slices.Delete(missing, at, at+1)
		run = append(run, from+i)
		if len(missing) == 0 {
			return run
		}
	}
	return nil
}

func (m meant) is(t term) bool {
	if m.stem == t.stem || t.group != 0 && same[m.stem] == t.group {
		return true
	}
	return len(t.text) >= looseLetters && len(m.text) >= looseLetters-1 &&
		(misspelt(m.text, t.text) || misspelt(m.stem, t.stem) && len(t.stem) >= looseLetters)
}

// british: it may have an ending that [topicStem] makes American.
func british(w string) bool { return strings.Contains(w, "is") }

// topicStem also makes one of British and American endings.
func topicStem(w string) string {
	for _, end := range []string{"ise", "ised", "ises", "ising", "isation"} {
		if len(w) > len(end)+3 && strings.HasSuffix(w, end) {
			w = strings.TrimSuffix(w, end) + "iz" + strings.TrimPrefix(end, "is")
		}
	}
	return stem(w)
}

// plainNot makes one word of the ways to say not.
func plainNot(w string) string {
	switch w {
	case "dont", "doesnt", "didnt", "cant", "cannot", "wont", "isnt", "wasnt", "couldnt", "havent", "hasnt", "unable", "never":
		return "not"
	}
	return w
}

// same has the groups of words that mean the same beside another word.
var same = groupsOf(
	"twice double duplicate 2x doubly",
	"charge bill billed debit deduct",
	"cancel terminate discontinue delete remove close deactivate erase end stop",
	"account profile user",
	"error problem issue trouble failure difficulty fail unsuccessful glitch",
	"wrong incorrect mistaken inaccurate erroneous",
	"extra additional unexpected unexplained strange weird odd unknown",
	"unauthorized unauthorised unapproved fraudulent",
	"lost lose losing missing misplace",
	"steal stole stolen theft",
	"pay payment",
	"lawyer attorney solicitor",
	"sue lawsuit",
)

func groupsOf(groups ...string) map[string]int {
	of := map[string]int{}
	for i, g := range groups {
		for w := range setOf(g) {
			of[topicStem(w)] = i + 1
		}
	}
	return of
}

// empty are words that carry no meaning in a phrase.
var empty = setOf(`a an the my your our his her their its this that these those it i me you we us he she they them to of
	for with in on at by from is are was were be been being am do does did have has had having and or so can could would
	will shall should may please just some any there here im ive id youve`)

func setOf(list string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		set[w] = true
	}
	return set
}
