package escalation

import (
	"slices"
	"strconv"
)

// topicIndex finds the phrases that a text may hold without trying each: a
// policy may have thousands. Each phrase is filed under its rarest term.
type topicIndex struct {
	signals []string // "restricted_topic:<name>", by topic
	phrases []topicPhrase
	byStem  map[string][]int // phrases by the stem of their rarest term
	byGroup map[int][]int    // and by its group
	byStart map[byte][]int   // those whose rarest term is also taken misspelt, by its first two letters
}

type topicPhrase struct {
	topic int
	terms []term
	key   term // the rarest
}

func indexTopics(topics []Topic, languages []*language) topicIndex {
	x := topicIndex{byStem: map[string][]int{}, byGroup: map[int][]int{}, byStart: map[byte][]int{}}
	for i, t := range topics {
		x.signals = append(x.signals, SignalTopic+":"+t.Name)
		for _, phrase := range t.Phrases {
			for _, variant := range alike(terms(words(phrase)), languages) {
				if len(variant) > 0 {
					x.phrases = append(x.phrases, topicPhrase{topic: i, terms: variant})
				}
			}
		}
	}
	often := map[string]int{}
	for _, p := range x.phrases {
		for _, t := range p.terms {
			often[t.meaning()]++
		}
	}
	for at := range x.phrases {
		p := &x.phrases[at]
		p.key = slices.MinFunc(p.terms, func(a, b term) int { return often[a.meaning()] - often[b.meaning()] })
		x.file(at, p.key)
	}
	return x
}

// meaning is what a term stands for: its group, or its stem.
func (t term) meaning() string {
	if t.group != 0 {
		return "#" + strconv.Itoa(t.group)
	}
	return t.stem
}

func (x *topicIndex) file(at int, key term) {
	x.byStem[key.stem] = append(x.byStem[key.stem], at)
	if key.group != 0 {
		x.byGroup[key.group] = append(x.byGroup[key.group], at)
	}
	if len(key.text) >= looseLetters {
		x.byStart[key.text[0]] = append(x.byStart[key.text[0]], at)
		if key.text[1] != key.text[0] {
			x.byStart[key.text[1]] = append(x.byStart[key.text[1]], at)
		}
	}
}

// candidates are the phrases whose rarest term is in the text, in their order.
func (x *topicIndex) candidates(text []meant) []topicPhrase {
	var found []int
	for _, m := range text {
		found = append(found, x.byStem[m.stem]...)
		if g := same[m.stem]; g != 0 {
			found = append(found, x.byGroup[g]...)
		}
		if len(m.text) < looseLetters-1 {
			continue
		}
		for _, at := range x.byStart[m.text[0]] {
			if m.is(x.phrases[at].key) {
				found = append(found, at)
			}
		}
	}
	slices.Sort(found)
	var phrases []topicPhrase
	for _, at := range slices.Compact(found) {
		phrases = append(phrases, x.phrases[at])
	}
	return phrases
}

// alike returns a phrase and what means the same, by the languages' sections
// [alike]: a group a line, each entry in place of another.
func alike(phrase []term, languages []*language) [][]term {
	variants := [][]term{phrase}
	for _, l := range languages {
		for _, group := range l.alike {
			variants = append(variants, replacements(phrase, group)...)
		}
	}
	return variants
}

// replacements puts each other entry of a group in place of the one the phrase
// has.
func replacements(phrase []term, group [][]term) [][]term {
	for _, entry := range group {
		at := findTerms(phrase, entry)
		if at < 0 {
			continue
		}
		var variants [][]term
		for _, other := range group {
			if findTerms(other, entry) < 0 {
				variants = append(variants, standIn(slices.Concat(phrase[:at], other, phrase[at+len(entry):])))
			}
		}
		return variants
	}
	return nil
}

// findTerms is where the terms stand in the phrase, -1 for nowhere.
func findTerms(phrase, part []term) int {
	for at := 0; at+len(part) <= len(phrase); at++ {
		if slices.EqualFunc(phrase[at:at+len(part)], part, func(a, b term) bool { return a.stem == b.stem }) {
			return at
		}
	}
	return -1
}
