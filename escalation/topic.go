package escalation

import (
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
)

// topicDetector sees restricted topics, in the visitor's words and in the bot's
// own. A phrase is there when all its words are, near each other and in one
// sentence, in any order, whatever their endings, and long ones also misspelt.
type topicDetector struct{ topics []topicPhrases }

type topicPhrases struct {
	signal  string // "restricted_topic:<name>"
	phrases [][]term
}

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

func compileTopics(topics []Topic) []topicPhrases {
	var compiled []topicPhrases
	for _, t := range topics {
		c := topicPhrases{signal: SignalTopic + ":" + t.Name}
		for _, phrase := range t.Phrases {
			c.phrases = append(c.phrases, terms(words(phrase)))
		}
		compiled = append(compiled, c)
	}
	return compiled
}

func (d topicDetector) Detect(s Situation) []conversation.Signal {
	var signals []conversation.Signal
	for _, line := range s.fresh() {
		signals = append(signals, d.in(s.read(line.Text), line.Seq)...)
	}
	return append(signals, d.in(s.read(s.Draft), 0)...)
}

// in returns one signal for each topic that the text touches.
func (d topicDetector) in(r *reading, seq conversation.Seq) []conversation.Signal {
	var signals []conversation.Signal
	for _, t := range d.topics {
		for _, phrase := range t.phrases {
			if run := near(r.meaning, phrase); run != nil {
				signals = append(signals, conversation.Signal{
					Name: t.signal, Value: 1, Seq: seq, From: run[0].from, To: run[1].to,
				})
				break
			}
		}
	}
	return signals
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
	if len(list) > 1 {
		for i := range list {
			list[i].group = same[list[i].stem]
		}
	}
	return list
}

// near finds the terms close together: it returns the first and the last word,
// or nil.
func near(text []meant, phrase []term) []word {
	for i := range text {
		if !slices.ContainsFunc(phrase, text[i].is) {
			continue
		}
		if run := nearFrom(text[i:], phrase); run != nil {
			return run
		}
	}
	return nil
}

func nearFrom(text []meant, phrase []term) []word {
	missing := slices.Clone(phrase)
	first := text[0]
	for i, m := range text {
		if i >= len(phrase)+windowMeaning || m.sentence != first.sentence || m.index-first.index >= len(phrase)+windowWords {
			return nil
		}
		at := slices.IndexFunc(missing, m.is)
		if at < 0 {
			continue
		}
		// What is not done has to follow the "not".
		if len(missing) < len(phrase) && missing[at].stem == "not" {
			return nil
		}
		missing = slices.Delete(missing, at, at+1)
		if len(missing) == 0 {
			return []word{first.word, m.word}
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
	"charge bill billed debit",
	"cancel terminate discontinue",
	"delete remove close deactivate erase",
	"account profile",
	"error problem issue trouble failure difficulty",
	"wrong incorrect mistaken",
	"unauthorized unapproved",
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
