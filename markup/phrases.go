package markup

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Phrases are the lines of a message that can be said in other words, for instance
// in another language: one for each line of a paragraph that has letters, from top
// to bottom, without newlines. What is bold, italic or struck out and the label of a
// link stands between ⟦n⟧ and ⟦/n⟧; code, and a link that shows its own address, is
// ⟦n⟧ alone. n counts on within a phrase. Blocks of code are no phrases.
func (t Tree) Phrases() []string {
	var out []string
	t.rephrase(func(line []Inline) []Inline {
		if phrase, said := phraseOf(line); said {
			out = append(out, phrase)
		}
		return line
	})
	return out
}

// Rephrased is the message with other phrases in the place of its own. It is false
// when there is not one for each, or when one does not have each mark of its own
// once, in pairs that do not overlap: then nothing is known of what belongs where.
func (t Tree) Rephrased(phrases []string) (Tree, bool) {
	ok := true
	out := t.rephrase(func(line []Inline) []Inline {
		if _, said := phraseOf(line); !said || !ok {
			return line
		}
		if len(phrases) == 0 {
			ok = false
			return line
		}
		var now []Inline
		now, ok = readPhrase(line, phrases[0])
		phrases = phrases[1:]
		return now
	})
	return out, ok && len(phrases) == 0
}

// Styled says that the message has more than lines of words: then its plain text
// does not tell all of it.
func (t Tree) Styled() bool {
	return slices.ContainsFunc(t, func(b Block) bool {
		p, ok := b.(Paragraph)
		return !ok || slices.ContainsFunc(p.Children, func(i Inline) bool {
			text, words := i.(Text)
			return i != Inline(Break{}) && (!words || !plainly(text))
		})
	})
}

// rephrase rebuilds the message with each line of its paragraphs changed.
func (t Tree) rephrase(change func([]Inline) []Inline) Tree {
	out := make(Tree, 0, len(t))
	for _, b := range t {
		switch b := b.(type) {
		case Paragraph:
			var now []Inline
			for i, line := range linesOf(b.Children) {
				if i > 0 {
					now = append(now, Break{})
				}
				now = append(now, change(line)...)
			}
			out = append(out, Paragraph{Children: now})
		case List:
			items := make([]Tree, len(b.Items))
			for i, item := range b.Items {
				items[i] = item.rephrase(change)
			}
			b.Items = items
			out = append(out, b)
		case Quote:
			out = append(out, Quote{Children: b.Children.rephrase(change)})
		case Code:
			out = append(out, b)
		}
	}
	return out
}

// linesOf cuts inline content at its breaks.
func linesOf(list []Inline) [][]Inline {
	lines := [][]Inline{nil}
	for _, node := range list {
		if node == (Break{}) {
			lines = append(lines, nil)
			continue
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], node)
	}
	return lines
}

// brackets are those of a mark; in words they become those that are usual.
var brackets = strings.NewReplacer("⟦", "[", "⟧", "]")

// phraseOf writes a line as a phrase. It is false when nothing of it can be said in
// other words.
func phraseOf(line []Inline) (phrase string, said bool) {
	var b strings.Builder
	n := 0
	for _, node := range line {
		words, kind := wordsOf(node)
		if kind == plainWords {
			b.WriteString(words)
		} else {
			n++
			b.WriteString(bracket(n, false))
			if kind == markedWords {
				b.WriteString(words + bracket(n, true))
			}
		}
		said = said || kind != noWords && strings.ContainsFunc(words, unicode.IsLetter)
	}
	return b.String(), said
}

func bracket(n int, end bool) string {
	if end {
		return "⟦/" + strconv.Itoa(n) + "⟧"
	}
	return "⟦" + strconv.Itoa(n) + "⟧"
}

// How a node stands in a phrase.
const (
	plainWords  = iota // by its words
	markedWords        // by its words between marks
	noWords            // by one mark
)

func plainly(t Text) bool { return t == Text{Text: t.Text} }

func wordsOf(node Inline) (words string, kind int) {
	switch node := node.(type) {
	case Text:
		switch {
		case node.Code:
			return "", noWords
		case plainly(node):
			return brackets.Replace(node.Text), plainWords
		}
		return brackets.Replace(node.Text), markedWords
	case Link:
		if node.Label == node.URL || !strings.ContainsFunc(node.Label, unicode.IsSpace) && strings.ContainsAny(node.Label, "./@") {
			return "", noWords
		}
		return brackets.Replace(node.Label), markedWords
	case Break:
	}
	return "", noWords
}

var aMark = regexp.MustCompile(`⟦(/?)(\d{1,4})⟧`)

// readPhrase reads a phrase back, with the nodes of line in the place of its marks.
func readPhrase(line []Inline, phrase string) ([]Inline, bool) {
	phrase = oneLine(Clean(phrase))
	marked := []Inline{}
	for _, node := range line {
		if _, kind := wordsOf(node); kind != plainWords {
			marked = append(marked, node)
		}
	}
	var out []Inline
	used := make([]bool, len(marked))
	open, from := 0, 0
	add := func(words string) {
		if words != "" {
			out = append(out, Text{Text: brackets.Replace(words)})
		}
	}
	for _, m := range aMark.FindAllStringSubmatchIndex(phrase, -1) {
		words, end := phrase[from:m[0]], m[2] != m[3]
		n, _ := strconv.Atoi(phrase[m[4]:m[5]])
		from = m[1]
		switch {
		case end:
			if open == 0 || n != open || strings.TrimSpace(words) == "" {
				return nil, false
			}
			out, open = append(out, inOtherWords(marked[n-1], brackets.Replace(words))), 0
			continue
		case open != 0 || n < 1 || n > len(marked) || used[n-1]:
			return nil, false
		}
		add(words)
		used[n-1] = true
		if _, kind := wordsOf(marked[n-1]); kind == noWords {
			out = append(out, marked[n-1])
		} else {
			open = n
		}
	}
	add(phrase[from:])
	return out, open == 0 && !slices.Contains(used, false) && len(out) > 0
}

// inOtherWords is a node with other words; a link still goes where it went, and shows
// its true host when the new label looks like another.
func inOtherWords(node Inline, words string) Inline {
	switch node := node.(type) {
	case Text:
		node.Text = words
		return node
	case Link:
		if u, ok := safeURL(node.URL); ok {
			return newLink(u, oneLine(words))
		}
	case Break:
	}
	return node
}
