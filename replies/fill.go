package replies

import (
	"slices"
	"strings"
)

// piece is a part of a text: words, a variable by its name, or a brace that begins
// or ends neither.
type piece struct {
	text     string
	variable bool
	odd      bool
}

// pieces reads a text. {{ and }} are braces among the words.
func pieces(text string) []piece {
	var out []piece
	var words strings.Builder
	flush := func() {
		if words.Len() > 0 {
			out = append(out, piece{text: words.String()})
			words.Reset()
		}
	}
	for text != "" {
		at := strings.IndexAny(text, "{}")
		if at < 0 {
			words.WriteString(text)
			break
		}
		words.WriteString(text[:at])
		brace := text[at : at+1]
		text = text[at:]
		if strings.HasPrefix(text, brace+brace) {
			words.WriteString(brace)
			text = text[2:]
			continue
		}
		flush()
		end := strings.IndexAny(text[1:], "{}\n") + 1
		if brace == "{" && end > 0 && text[end] == '}' {
			out = append(out, piece{text: text[1:end], variable: true})
			text = text[end+1:]
			continue
		}
		out = append(out, piece{text: brace, odd: true})
		text = text[1:]
	}
	flush()
	return out
}

// unknown is the first thing in braces that is no variable, or a brace alone.
func unknown(text string) (string, bool) {
	for _, p := range pieces(text) {
		switch {
		case p.odd:
			return p.text, true
		case p.variable && !slices.Contains(Variables(), p.text):
			return "{" + p.text + "}", true
		}
	}
	return "", false
}

// Fill puts the values in. A variable without a value stays as it is written.
func Fill(text string, values map[string]string) string {
	var out strings.Builder
	for _, p := range pieces(text) {
		switch value := strings.TrimSpace(values[p.text]); {
		case !p.variable:
			out.WriteString(p.text)
		case value == "":
			out.WriteString("{" + p.text + "}")
		default:
			out.WriteString(value)
		}
	}
	return out.String()
}

// Missing lists the variables that still stand in a text that is about to be sent,
// in braces, each once, in order.
func Missing(text string) []string {
	var out []string
	for _, name := range Variables() {
		if v := "{" + name + "}"; strings.Contains(text, v) {
			out = append(out, v)
		}
	}
	slices.SortStableFunc(out, func(a, b string) int { return strings.Index(text, a) - strings.Index(text, b) })
	return out
}
