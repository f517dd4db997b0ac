package markup

import (
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Size is how long text is where Slack counts: in characters, of the text as it is escaped. Slack escapes & < and >.
func Size(text string) int {
	return utf8.RuneCountInString(text) + 4*strings.Count(text, "&") + 3*strings.Count(text, "<") + 3*strings.Count(text, ">")
}

// SplitText cuts text into pieces of at most limit characters, by Size: behind a line or a word where one ends in the
// second half of the piece, otherwise between two characters as people see them. One of those that is longer than
// limit stays whole. The pieces together are the text. The time is linear.
func SplitText(text string, limit int) []string {
	var out []string
	for {
		cut := cutAt(text, limit)
		if cut == len(text) {
			return append(out, text)
		}
		out = append(out, text[:cut])
		text = text[cut:]
	}
}

// cutAt is where the first piece of text ends.
func cutAt(text string, limit int) int {
	size, end, state := 0, 0, -1
	line, word := 0, 0 // behind the last newline and the last space of the second half
	for rest := text; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		n := Size(cluster)
		if end > 0 && size+n > limit {
			break
		}
		size, end = size+n, end+len(cluster)
		switch {
		case size <= limit/2:
		case strings.HasSuffix(cluster, "\n"):
			line = end
		case cluster == " ":
			word = end
		}
	}
	switch {
	case end == len(text):
		return end
	case line > 0:
		return line
	case word > 0:
		return word
	}
	return end
}

// Split cuts a message into messages of at most limit characters each, by Size: between blocks, between items of a
// list and lines of code, and only then within a line, as SplitText does. What was code, a quote or a list stays one;
// a numbered list counts on. A link is never cut, so one that is longer than limit stands alone.
func (t Tree) Split(limit int) []Tree {
	var out []Tree
	var open Tree
	size := 0
	add := func(b Block) {
		n := blockSize(b)
		if len(open) > 0 && size+n > limit {
			out, open, size = append(out, open), nil, 0
		}
		open, size = append(open, b), size+n
	}
	for _, b := range t {
		if blockSize(b) <= limit {
			add(b)
			continue
		}
		for _, piece := range splitBlock(b, limit) {
			add(piece)
		}
	}
	if len(open) > 0 {
		out = append(out, open)
	}
	return out
}

// Size is how long a message is, by the Size of its words.
func (t Tree) Size() int {
	size := 0
	for _, b := range t {
		size += blockSize(b)
	}
	return size
}

func blockSize(b Block) int {
	switch b := b.(type) {
	case Paragraph:
		size := 0
		for _, c := range b.Children {
			size += inlineSize(c)
		}
		return size
	case Code:
		return Size(b.Text)
	case Quote:
		return b.Children.Size()
	case List:
		size := 0
		for _, item := range b.Items {
			size += item.Size()
		}
		return size
	}
	return 0
}

func inlineSize(c Inline) int {
	switch c := c.(type) {
	case Text:
		return Size(c.Text)
	case Link:
		return Size(c.Label) + Size(c.URL)
	case Break:
		return 1
	}
	return 0
}

// splitBlock cuts a block that is longer than limit.
func splitBlock(b Block, limit int) []Block {
	var out []Block
	switch b := b.(type) {
	case Paragraph:
		for _, children := range splitInlines(b.Children, limit) {
			out = append(out, Paragraph{Children: children})
		}
	case Code:
		for _, text := range SplitText(b.Text, limit) {
			out = append(out, Code{Text: text, Lang: b.Lang})
		}
	case Quote:
		for _, children := range b.Children.Split(limit) {
			out = append(out, Quote{Children: children})
		}
	case List:
		out = splitList(b, limit)
	}
	return out
}

func splitInlines(list []Inline, limit int) [][]Inline {
	var out [][]Inline
	var open []Inline
	size := 0
	add := func(c Inline) {
		n := inlineSize(c)
		if len(open) > 0 && size+n > limit {
			out, open, size = append(out, open), nil, 0
		}
		open, size = append(open, c), size+n
	}
	for _, c := range list {
		text, ok := c.(Text)
		if !ok || Size(text.Text) <= limit {
			add(c)
			continue
		}
		for _, piece := range SplitText(text.Text, limit) {
			add(styled(piece, text))
		}
	}
	return append(out, open)
}

// splitList cuts a list between its items. An item that is longer than limit goes on below its number.
func splitList(l List, limit int) []Block {
	var out []Block
	first := max(l.Start, 1)
	open, size := List{Ordered: l.Ordered, Start: l.Start}, 0
	flush := func() {
		if len(open.Items) > 0 {
			out = append(out, open)
		}
		open, size = List{Ordered: l.Ordered}, 0
	}
	for i, item := range l.Items {
		pieces := item.Split(limit)
		for part, piece := range pieces {
			if size+piece.Size() > limit || part > 0 {
				flush()
			}
			if part > 0 {
				for _, b := range piece {
					out = append(out, b)
				}
				continue
			}
			if len(open.Items) == 0 && l.Ordered && first+i > 1 {
				open.Start = first + i
			}
			open.Items, size = append(open.Items, piece), size+piece.Size()
		}
		if len(pieces) == 0 {
			open.Items = append(open.Items, nil)
		}
	}
	flush()
	return out
}
