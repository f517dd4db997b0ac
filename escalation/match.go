package escalation

// scan matches the patterns of one language against one text. It remembers what
// each class takes where, because the patterns ask again and again.
type scan struct {
	language *language
	words    []word
	taken    []uint16 // by class and word: bit n for "takes n words", bit 0 for "asked"
}

func newScan(l *language, w []word) *scan {
	return &scan{language: l, words: w, taken: make([]uint16, l.count*len(w))}
}

// find returns the places where any pattern of the section matches, as word
// indexes [from, to), the longest for each start.
func (s *scan) find(section string) [][2]int {
	var found [][2]int
	for i := range s.words {
		end := -1
		for _, p := range s.language.sections[section] {
			end = max(end, s.match(p, i, i))
		}
		if end > i {
			found = append(found, [2]int{i, end})
		}
	}
	return found
}

// match returns the end of the longest match of p at i, -1 for none. start is
// where the whole pattern began: only there a clause may begin.
func (s *scan) match(p pattern, start, i int) int {
	if len(p) == 0 {
		return i
	}
	it, rest := p[0], p[1:]
	best := -1
	if it.optional {
		best = s.match(rest, start, i)
	}
	switch it.kind {
	case isStart, isEnd, isSentence, isSentenceEnd:
		if anchored(it.kind, s.words, i) {
			best = max(best, s.match(rest, start, i))
		}
	case isGap:
		best = max(best, s.gap(it.gap, rest, start, i))
	case isWords:
		if i < len(s.words) && s.words[i].cut && i > start {
			return best
		}
		takes := s.takes(it.class, i)
		for n := 1; takes>>n != 0; n++ {
			if takes>>n&1 != 0 {
				best = max(best, s.match(rest, start, i+n))
			}
		}
	}
	return best
}

func (s *scan) gap(limit int, rest pattern, start, i int) int {
	best := -1
	for at := i; at <= i+limit; at++ {
		best = max(best, s.match(rest, start, at))
		if at >= len(s.words) || s.words[at].cut && at > start || s.takes(s.language.classes["barrier"], at) > 1 {
			break
		}
	}
	return best
}

// takes says how many words at i the class takes, as bits.
func (s *scan) takes(c *class, i int) uint16 {
	if i >= len(s.words) {
		return 0
	}
	known := &s.taken[c.id*len(s.words)+i]
	if *known == 0 {
		*known = 1
		if c.takes(s.words[i].text) {
			*known |= 1 << 1
		}
		for _, phrase := range c.phrase {
			if phraseAt(s.words, i, phrase) {
				*known |= 1 << len(phrase)
			}
		}
	}
	return *known
}

// anchored says whether the place before word i is such an end.
func anchored(kind itemKind, w []word, i int) bool {
	switch kind {
	case isStart:
		return i == 0
	case isEnd:
		return i == len(w)
	case isSentence:
		return i == 0 || i < len(w) && w[i].cut
	case isSentenceEnd:
		return i == len(w) || w[i].cut
	case isWords, isGap:
	}
	return false
}

func (c *class) takes(text string) bool {
	if c.exact[text] {
		return true
	}
	if c.not[text] {
		return false
	}
	for _, l := range c.loose {
		if misspelt(text, l) {
			return true
		}
	}
	return false
}

func phraseAt(w []word, i int, phrase []string) bool {
	if i+len(phrase) > len(w) {
		return false
	}
	for j, part := range phrase {
		if w[i+j].text != part || j > 0 && w[i+j].cut {
			return false
		}
	}
	return true
}
