package escalation

import (
	"slices"
	"strconv"
)

// meanings know which words of a language mean the same and which mean nothing:
// its sections [same], [acts], [names] and [filler].
type meanings struct {
	group   map[string]int       // by stem
	phrases map[string][]grouped // by the first word
	acts    map[int]bool         // groups that say what is done
	names   map[string]bool
	filler  map[string]bool
	polite  map[string]bool // words of a greeting, thanks or assent
	temper  temper
	known   map[shape][]spelt // words of groups and filler, to know a misspelt one
	count   int               // of groups
}

type grouped struct {
	parts []string
	group int
}

// newMeanings reads the sections. A word that is in a group already stays there.
func newMeanings(l *language, t temper) *meanings {
	m := &meanings{
		temper: t, group: map[string]int{}, phrases: map[string][]grouped{}, acts: map[int]bool{},
		names: map[string]bool{}, filler: map[string]bool{}, polite: l.polite, known: map[shape][]spelt{},
	}
	for _, e := range l.filler {
		m.filler[fold(e)], m.filler[stem(fold(e))] = true, true
		m.remember(fold(e))
	}
	for _, line := range l.same {
		m.same(line)
	}
	for _, line := range l.acts {
		m.acts[m.same(line)] = true
	}
	for _, e := range l.names {
		m.names[fold(e)] = true
	}
	return m
}

// same makes one group of the entries of a line.
func (m *meanings) same(entries []string) int {
	m.count++
	for _, e := range entries {
		parts := partsOf(e)
		switch len(parts) {
		case 0:
		case 1:
			if s := stem(parts[0]); m.group[s] == 0 {
				m.group[s] = m.count
			}
			m.remember(parts[0])
		default:
			m.phrases[parts[0]] = append(m.phrases[parts[0]], grouped{parts, m.count})
		}
	}
	return m.count
}

// misspeltLetters is how long a word must be to be taken for a misspelling of
// another.
const misspeltLetters = 5

type spelt struct{ text, stem string }

// shape files words by their first letter and their length: a misspelling keeps
// the one, and nearly the other.
type shape struct {
	letter byte
	length int
}

func (m *meanings) remember(word string) {
	whole := stem(word)
	for _, text := range []string{word, whole} {
		if at := (shape{text[0], len(text)}); len(text) >= misspeltLetters && !slices.Contains(m.known[at], spelt{text, whole}) {
			m.known[at] = append(m.known[at], spelt{text, whole})
		}
	}
}

// misspelt is the stem of the word that this is a misspelling of, "" for none.
func (m *meanings) misspelt(text string) string {
	if len(text) < misspeltLetters {
		return ""
	}
	for length := len(text) - 2; length <= len(text)+2; length++ {
		for _, known := range m.known[shape{text[0], length}] {
			if misspelt(text, known.text) {
				return known.stem
			}
		}
	}
	return ""
}

// concept is one thing that a line is about: what words of one group share, or
// the stem of a word that has none.
type concept struct {
	key   string
	named bool // a number, or a name
	act   bool // what is done
}

// concepts returns what a line is about, in its order, each once. met remembers
// words from line to line.
func (m *meanings) concepts(w []word, met map[string]concept) []concept {
	var list []concept
	for i := 0; i < len(w); i++ {
		c := concept{}
		if p := m.phraseAt(w, i); p.group != 0 {
			c = m.of(p.group)
			i += len(p.parts) - 1
		} else {
			c = m.concept(w[i], met)
		}
		if c.key != "" && !has(list, c.key) {
			list = append(list, c)
		}
	}
	return list
}

func (m *meanings) of(group int) concept {
	return concept{key: "#" + strconv.Itoa(group), act: m.acts[group]}
}

// concept is what one word stands for, the zero one for nothing.
func (m *meanings) concept(w word, met map[string]concept) concept {
	s := w.stem
	switch {
	case m.names[w.text]:
		return concept{key: s, named: true}
	case m.empty(w.text, s):
		return concept{}
	case m.group[s] != 0:
		return m.of(m.group[s])
	case w.named:
		return concept{key: s, named: true}
	case len(w.text) == 1 && w.text[0] < 0x80:
		return concept{}
	}
	c, known := met[w.text]
	if !known {
		c = m.unknown(w)
		met[w.text] = c
	}
	return c
}

// unknown is what a word stands for that is in no group: that of the one it is a
// misspelling of, or itself.
func (m *meanings) unknown(w word) concept {
	of := m.misspelt(w.text)
	if of == "" && w.stem != w.text {
		of = m.misspelt(w.stem)
	}
	switch {
	case of == "":
		return concept{key: w.stem}
	case m.filler[of]:
		return concept{}
	}
	return m.of(m.group[of])
}

// empty: a word of asking, of a greeting, of anger, or between others.
func (m *meanings) empty(text, stem string) bool {
	return m.filler[stem] || m.polite[text] || empty[text] || m.temper.has(stem)
}

// phraseAt is the longest phrase of a group at i, the zero one for none.
func (m *meanings) phraseAt(w []word, i int) grouped {
	var longest grouped
	for _, p := range m.phrases[w[i].text] {
		if len(p.parts) > len(longest.parts) && phraseAt(w, i, p.parts) {
			longest = p
		}
	}
	return longest
}
