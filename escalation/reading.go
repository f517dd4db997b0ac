package escalation

// reading is a text taken apart, once for all detectors.
type reading struct {
	words   []word
	meaning []meant
	scans   map[*language]*scan
}

// read takes a text apart, or returns what is known of it.
func (s Situation) read(text string) *reading {
	if r := s.readings[text]; r != nil {
		return r
	}
	w := words(text)
	r := &reading{words: w, meaning: meaningful(w), scans: map[*language]*scan{}}
	if s.readings != nil {
		s.readings[text] = r
	}
	return r
}

// find returns where a section's patterns of a language match.
func (r *reading) find(l *language, section string) [][2]int {
	s := r.scan(l)
	for _, f := range s.found {
		if f.section == section {
			return f.at
		}
	}
	at := s.find(section)
	s.found = append(s.found, places{section, at})
	return at
}

// scan is the text as the language's classes see it.
func (r *reading) scan(l *language) *scan {
	s := r.scans[l]
	if s == nil {
		s = newScan(l, r.words)
		r.scans[l] = s
	}
	return s
}

// first is the first place where a pattern of the section matches and no
// pattern of a veto section, in the same language, overlaps it; nil for none.
func (r *reading) first(languages []*language, section string, vetoes ...string) []word {
	best := [2]int{len(r.words), len(r.words)}
	for _, l := range languages {
		asks := r.find(l, section)
		if len(asks) == 0 {
			continue
		}
		var denied [][2]int
		for _, veto := range vetoes {
			denied = append(denied, r.find(l, veto)...)
		}
		for _, at := range asks {
			if !overlaps(at, denied) && at[0] < best[0] {
				best = at
			}
		}
	}
	if best[0] == best[1] {
		return nil
	}
	return r.words[best[0]:best[1]]
}

func overlaps(at [2]int, others [][2]int) bool {
	for _, o := range others {
		if at[0] < o[1] && o[0] < at[1] {
			return true
		}
	}
	return false
}
