package escalation

// scan matches the patterns of one language against one text. What each class
// takes where is looked up once, because the patterns ask again and again, and a
// pattern is only tried when every class that it needs takes something.
type scan struct {
	language *language
	words    []word
	taken    [][]take // by word: what begins there
	present  []uint64 // by class: it takes something somewhere
	found    []places
}

// places are where a section's patterns match.
type places struct {
	section string
	at      [][2]int
}

// take says that a class takes so many words: bit n for "n words".
type take struct {
	class int
	words uint16
}

func newScan(l *language, w []word) *scan {
	s := &scan{language: l, words: w, taken: make([][]take, len(w)), present: make([]uint64, l.count/64+1)}
	for i := range w {
		l.lookUp(w, i, s.take)
	}
	return s
}

// usualTakes is room for the classes of a common word, so that their list is not
// made anew as it grows.
const usualTakes = 6

// take notes that class takes n words at i.
func (s *scan) take(class, i, n int) {
	s.present[class/64] |= 1 << (class % 64)
	for j := range s.taken[i] {
		if s.taken[i][j].class == class {
			s.taken[i][j].words |= 1 << n
			return
		}
	}
	if cap(s.taken[i]) == 0 {
		s.taken[i] = make([]take, 0, usualTakes)
	}
	s.taken[i] = append(s.taken[i], take{class, 1 << n})
}

// find returns the places where any pattern of the section matches, as word
// indexes [from, to), the longest for each start.
func (s *scan) find(section string) [][2]int {
	var possible []pattern
	for _, p := range s.language.sections[section] {
		if s.possible(p) {
			possible = append(possible, p)
		}
	}
	if len(possible) == 0 {
		return nil
	}
	var found [][2]int
	for i := range s.words {
		end := -1
		for _, p := range possible {
			end = max(end, s.match(p, i, i))
		}
		if end > i {
			found = append(found, [2]int{i, end})
		}
	}
	return found
}

// possible says that every class the pattern needs takes something.
func (s *scan) possible(p pattern) bool {
	for _, it := range p {
		if it.kind == isWords && !it.optional && s.present[it.class.id/64]>>(it.class.id%64)&1 == 0 {
			return false
		}
	}
	return true
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
		if at >= len(s.words) || s.words[at].cut && at > start || s.takes(s.language.barrier, at) != 0 {
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
	for _, t := range s.taken[i] {
		if t.class == c.id {
			return t.words
		}
	}
	return 0
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
