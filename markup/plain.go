package markup

import (
	"strconv"
	"strings"
)

// Plain returns the message as text for places without markup: notifications, transcripts, mail. Paragraphs are
// separated by a blank line, list items start with "- " or their number, quotes with "> ", and a link is its label
// followed by its address in parentheses unless the label says it already.
func (t Tree) Plain() string {
	return strings.Join(plainLines(t), "\n")
}

func plainLines(t Tree) []string {
	var lines []string
	for i, b := range t {
		if i > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, blockLines(b)...)
	}
	return lines
}

func blockLines(b Block) []string {
	switch b := b.(type) {
	case Paragraph:
		return strings.Split(plainInlines(b.Children), "\n")
	case Code:
		return strings.Split(b.Text, "\n")
	case Quote:
		return indent(plainLines(b.Children), "> ", "> ")
	case List:
		var lines []string
		for i, item := range b.Items {
			mark := "- "
			if b.Ordered {
				mark = strconv.Itoa(max(b.Start, 1)+i) + ". "
			}
			lines = append(lines, indent(itemLines(item), mark, strings.Repeat(" ", len(mark)))...)
		}
		return lines
	}
	return nil
}

// itemLines is plainLines without blank lines before a nested list, as people write them.
func itemLines(t Tree) []string {
	var lines []string
	for i, b := range t {
		if _, list := b.(List); i > 0 && !list {
			lines = append(lines, "")
		}
		lines = append(lines, blockLines(b)...)
	}
	if len(lines) == 0 {
		return []string{""}
	}
	return lines
}

func indent(lines []string, first, other string) []string {
	for i, line := range lines {
		mark := other
		if i == 0 {
			mark = first
		}
		lines[i] = strings.TrimRight(mark+line, " ")
	}
	return lines
}

func plainInlines(children []Inline) string {
	var out strings.Builder
	for _, c := range children {
		switch c := c.(type) {
		case Text:
			out.WriteString(c.Text)
		case Break:
			out.WriteByte('\n')
		case Link:
			out.WriteString(c.plain())
		}
	}
	return out.String()
}

func (l Link) plain() string {
	address := strings.TrimPrefix(strings.TrimPrefix(l.URL, "mailto:"), "tel:")
	switch {
	case l.Label == "" || l.Label == address:
		return address
	case strings.TrimSuffix(address, "/") == strings.TrimSuffix(l.Label, "/"):
		return l.Label
	}
	return l.Label + " (" + address + ")"
}
