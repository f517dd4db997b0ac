package bot

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
)

// extract is a summary without a model: the line for which people were asked, and
// of the visitor's other lines those that say most, in their order. Lines are
// shortened at the end of a word and never put in other words.
func extract(lines []line, ask line) conversation.Summarised {
	summary := conversation.Summarised{By: conversation.ByExtract, Text: shorten(ask.text, askRunes)}
	known := wordsOf(summary.Text)
	for len(summary.Points) < maxPoints {
		best, most := line{}, enough
		for _, l := range lines {
			if l.role != conversation.Visitor || l.seq == ask.seq {
				continue
			}
			if n := news(l.text, known); n >= most { // of equals the later one
				best, most = l, n
			}
		}
		if best.seq == 0 {
			break
		}
		point := shorten(best.text, pointRunes)
		for w := range wordsOf(best.text) {
			known[w] = true
		}
		summary.Points = append(summary.Points, conversation.Point{Text: point, Seq: best.seq})
	}
	slices.SortFunc(summary.Points, func(a, b conversation.Point) int { return cmp.Compare(a.Seq, b.Seq) })
	return summary
}

// enough is how much a line has to say to be a point.
const enough = 3

// news is how much a text says that is not known: one for a word long enough to
// mean something, two for what has a digit (an order, an amount, a date).
func news(text string, known map[string]bool) int {
	n := 0
	for w := range wordsOf(text) {
		switch {
		case known[w]:
		case strings.ContainsFunc(w, unicode.IsDigit):
			n += 2
		case strings.ContainsFunc(w, dense):
			n += (len([]rune(w)) + 1) / 2
		case len([]rune(w)) >= longWord:
			n++
		}
	}
	return n
}

// longWord is the length from which a word tends to mean something, whatever the
// language.
const longWord = 5

// dense are the scripts that are written without spaces.
func dense(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) }

func wordsOf(text string) map[string]bool {
	words := map[string]bool{}
	for w := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		words[w] = true
	}
	return words
}

// shorten puts a text on one line of at most n characters. What is too long ends
// after a word, with "…".
func shorten(text string, n int) string {
	text = strings.Join(strings.Fields(markup.Clean(text)), " ")
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	cut := string(runes[:n-1])
	if at := strings.LastIndexByte(cut, ' '); at > 0 && runes[n-1] != ' ' {
		cut = cut[:at]
	}
	return strings.TrimRight(cut, " ") + "…"
}
