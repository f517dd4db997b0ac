package knowledge

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxPassage is the longest passage in bytes.
const MaxPassage = 1200

// Passage is a piece of a document, small enough to quote.
type Passage struct {
	ID      string // stable as long as its document does not change: "help/returns.md#3"
	Doc     string // the document's path below its source, with slashes: "help/returns.md"
	Title   string // the document's title
	Heading string // the headings it stands under, "Refunds > Cards"; may be empty
	Text    string // plain text; blocks are separated by newlines
	URL     string // the document's address on the web; empty when it does not state one
	Path    string // the document's path as the configuration reaches it
	// Score says how well the passage fits the question, from 0 to 1; see Floor. Zero outside a search.
	Score float64
}

// passages cuts a document. A section that fits is one passage; a longer one is cut between its blocks, and a block
// only when it alone is too long.
func (d document) passages(filePath string) []Passage {
	var out []Passage
	for _, s := range d.sections {
		for _, text := range pack(s.blocks) {
			out = append(out, Passage{
				ID: d.name + "#" + strconv.Itoa(len(out)+1), Doc: d.name, Title: d.title, Heading: s.heading, Text: text, URL: d.url, Path: filePath,
			})
		}
	}
	return out
}

// pack joins blocks into texts of at most MaxPassage bytes.
func pack(blocks []string) []string {
	var out []string
	var open strings.Builder
	flush := func() {
		if open.Len() > 0 {
			out = append(out, open.String())
			open.Reset()
		}
	}
	for _, block := range blocks {
		for _, piece := range split(block) {
			if open.Len() > 0 && open.Len()+1+len(piece) > MaxPassage {
				flush()
			}
			if open.Len() > 0 {
				open.WriteByte('\n')
			}
			open.WriteString(piece)
		}
	}
	flush()
	return out
}

// split cuts a block that is too long: at a line end, else behind a sentence, else at a space, else anywhere.
func split(block string) []string {
	var out []string
	for len(block) > MaxPassage {
		at := cutPoint(block[:MaxPassage])
		if piece := strings.TrimSpace(block[:at]); piece != "" {
			out = append(out, piece)
		}
		block = strings.TrimSpace(block[at:])
	}
	if block != "" {
		out = append(out, block)
	}
	return out
}

func cutPoint(s string) int {
	for _, mark := range []string{"\n", ". ", "? ", "! ", " "} {
		if at := strings.LastIndex(s, mark); at > len(s)/3 {
			return at + len(mark)
		}
	}
	at := len(s)
	for at > 0 && !utf8.RuneStart(s[at-1]) {
		at--
	}
	if at > 1 {
		at-- // the first byte of a character that may go on behind the cut
	}
	return at
}
