package escalation

import "strings"

// lexicon finds the classes of one language that take a word, without asking
// each of them.
type lexicon struct {
	words    map[string]entry
	loose    [256][]listed // also taken misspelt, by their first two letters
	begins   [256][]listed // by their first letter
	ends     [256][]listed // by their last
	excepted map[listed]bool
}

// entry is what is known of one word.
type entry struct {
	classes []int      // that have it
	phrases []phrasing // that begin with it
}

type listed struct {
	text  string
	class int
}

type phrasing struct {
	parts []string
	class int
}

func newLexicon() lexicon {
	return lexicon{words: map[string]entry{}, excepted: map[listed]bool{}}
}

// add puts entries into a class, in the notation of the words.
func (l *language) add(class int, entries ...string) {
	x := &l.lexicon
	for _, line := range entries {
		e, loose := strings.CutSuffix(line, "~")
		parts := partsOf(e)
		if len(parts) == 0 {
			continue
		}
		known := x.words[parts[0]]
		switch first, last := parts[0][0], parts[0][len(parts[0])-1]; {
		case strings.HasPrefix(e, "!"):
			x.excepted[listed{parts[0], class}] = true
		case strings.HasSuffix(e, "*"):
			x.begins[first] = append(x.begins[first], listed{parts[0], class})
		case strings.HasPrefix(e, "*"):
			x.ends[last] = append(x.ends[last], listed{parts[0], class})
		case len(parts) > 1:
			known.phrases = append(known.phrases, phrasing{parts, class})
			x.words[parts[0]] = known
		default:
			known.classes = append(known.classes, class)
			x.words[parts[0]] = known
			if loose {
				x.addLoose(parts[0], class)
			}
		}
	}
}

// partsOf are the words of an entry, as [words] makes them.
func partsOf(entry string) []string {
	var parts []string
	for _, w := range words(strings.ReplaceAll(entry, "_", " ")) {
		parts = append(parts, w.text)
	}
	return parts
}

// addLoose files a word under the letters that a misspelling of it may begin
// with, see [misspelt].
func (x *lexicon) addLoose(text string, class int) {
	x.loose[text[0]] = append(x.loose[text[0]], listed{text, class})
	if len(text) > 1 && text[1] != text[0] {
		x.loose[text[1]] = append(x.loose[text[1]], listed{text, class})
	}
}

// lookUp tells of every class that takes words at i. A word that the language
// knows is not a misspelling of another.
func (l *language) lookUp(w []word, i int, take func(class, i, n int)) {
	x, text := &l.lexicon, w[i].text
	known := x.words[text]
	for _, class := range known.classes {
		take(class, i, 1)
	}
	for _, p := range known.phrases {
		if phraseAt(w, i, p.parts) {
			take(p.class, i, len(p.parts))
		}
	}
	for _, b := range x.begins[text[0]] {
		if strings.HasPrefix(text, b.text) && !x.excepted[listed{text, b.class}] {
			take(b.class, i, 1)
		}
	}
	for _, e := range x.ends[text[len(text)-1]] {
		if strings.HasSuffix(text, e.text) && !x.excepted[listed{text, e.class}] {
			take(e.class, i, 1)
		}
	}
	if len(text) < 4 || len(known.classes) > 0 {
		return
	}
	for _, loose := range x.loose[text[0]] {
		if misspelt(text, loose.text) && !x.excepted[listed{text, loose.class}] {
			take(loose.class, i, 1)
		}
	}
}
