package escalation

import "strings"

// lexicon finds the classes of one language that take a word, without asking
// each of them.
type lexicon struct {
	exact    map[string][]int      // the classes that have the word
	phrases  map[string][]phrasing // by their first word
	loose    map[byte][]listed     // also taken misspelt, by their first two letters
	begins   []listed
	ends     []listed
	excepted map[listed]bool
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
	return lexicon{
		exact: map[string][]int{}, phrases: map[string][]phrasing{}, loose: map[byte][]listed{}, excepted: map[listed]bool{},
	}
}

// add puts entries into a class, in the notation of the words.
func (l *language) add(class int, entries ...string) {
	x := &l.lexicon
	for _, entry := range entries {
		e, loose := strings.CutSuffix(entry, "~")
		parts := partsOf(e)
		switch {
		case len(parts) == 0:
		case strings.HasPrefix(e, "!"):
			x.excepted[listed{parts[0], class}] = true
		case strings.HasSuffix(e, "*"):
			x.begins = append(x.begins, listed{parts[0], class})
		case strings.HasPrefix(e, "*"):
			x.ends = append(x.ends, listed{parts[0], class})
		case len(parts) > 1:
			x.phrases[parts[0]] = append(x.phrases[parts[0]], phrasing{parts, class})
		default:
			x.exact[parts[0]] = append(x.exact[parts[0]], class)
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
	for _, class := range x.exact[text] {
		take(class, i, 1)
	}
	for _, p := range x.phrases[text] {
		if phraseAt(w, i, p.parts) {
			take(p.class, i, len(p.parts))
		}
	}
	for _, b := range x.begins {
		if strings.HasPrefix(text, b.text) && !x.excepted[listed{text, b.class}] {
			take(b.class, i, 1)
		}
	}
	for _, e := range x.ends {
		if strings.HasSuffix(text, e.text) && !x.excepted[listed{text, e.class}] {
			take(e.class, i, 1)
		}
	}
	if len(text) < 4 || len(x.exact[text]) > 0 {
		return
	}
	for _, loose := range x.loose[text[0]] {
		if misspelt(text, loose.text) && !x.excepted[listed{text, loose.class}] {
			take(loose.class, i, 1)
		}
	}
}
