package config

import (
	"fmt"
	"regexp"
	"strings"
)

// source is one YAML file as it was read.
type source struct {
	name   string
	lines  []string
	secret map[int]int // lines that hold a secret, from this column on
}

func newSource(name string, data []byte) *source {
	return &source{name: name, lines: strings.Split(string(data), "\n"), secret: make(map[int]int)}
}

// place is where something stands in a source. The zero place is nowhere.
type place struct {
	src       *source
	line, col int
}

// problem makes a Problem at the place.
func (p place) problem(key, message, mend string) Problem {
	out := Problem{Key: key, Message: message, Mend: mend}
	if p.src != nil {
		out.File, out.Line, out.Col, out.Excerpt = p.src.name, p.line, p.col, p.src.excerpt(p.line, p.col)
	}
	return out
}

// excerpt shows a line with a caret below the column. Values of secret keys are
// not shown.
func (s *source) excerpt(line, col int) string {
	if line < 1 || line > len(s.lines) {
		return ""
	}
	shown := strings.TrimRight(s.lines[line-1], " \r")
	if from := s.secret[line]; from > 0 {
		shown = string([]rune(shown)[:min(from-1, len([]rune(shown)))]) + "…"
	}
	shown = hide(shown)
	col = min(col, len([]rune(shown))+1)
	shown, col = window(shown, col)
	lead := fmt.Sprintf("%5d | ", line)
	var pad strings.Builder
	for i, r := range []rune(shown) {
		if i >= col-1 {
			break
		}
		if r == '\t' {
			pad.WriteRune('\t')
			continue
		}
		pad.WriteByte(' ')
	}
	return lead + shown + "\n" + strings.Repeat(" ", len(lead)-2) + "| " + pad.String() + "^"
}

// widest is how much of a line an excerpt shows.
const widest = 100

// window cuts a long line around the column.
func window(line string, col int) (string, int) {
	runes := []rune(line)
	if len(runes) <= widest {
		return line, col
	}
	from := max(0, min(col-1-widest/2, len(runes)-widest))
	out, at := string(runes[from:from+widest]), col-from
	if from > 0 {
		out, at = "…"+out, at+1
	}
	if from+widest < len(runes) {
		out += "…"
	}
	return out, at
}

// keyed finds the names of "name: value" pairs, also inside flow mappings.
var keyed = regexp.MustCompile(`([A-Za-z_]+)\s*:\s*`)

// tokens finds what looks like a credential wherever it stands.
var tokens = regexp.MustCompile(`\b(xox[a-z]|xapp|sk|whsec)-[A-Za-z0-9_-]{4,}|://[^/\s:@]*:[^@\s]+@`)

// hide replaces the values of secret keys in a line.
func hide(line string) string {
	line = tokens.ReplaceAllString(line, "…")
	for _, m := range keyed.FindAllStringSubmatchIndex(line, -1) {
		value := line[m[1]:]
		if isSecret(line[m[2]:m[3]]) && value != "" && !strings.Contains(value, "${") {
			return line[:m[1]] + "…"
		}
	}
	return line
}

// variable is ${NAME}; a second $ before it keeps it as it is.
var variable = regexp.MustCompile(`(\$?\$)\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// Inside [ ] and { } YAML ends a plain text at a brace, so ${NAME} could not be
// written there without quotes. While the parser looks, the braces are these
// two characters, one column each like the braces themselves.
const (
	opening = "\uE000"
	closing = "\uE001"
)

var guarded = regexp.MustCompile(`(\$?\$)` + opening + `([A-Za-z0-9_]+)` + closing)

// guard hides the braces of variables from the parser.
func guard(data []byte) []byte {
	return variable.ReplaceAll(data, []byte("${1}"+opening+"${2}"+closing))
}

// expand replaces the variables in a guarded text. It returns the names that
// are not set; their values are never part of a message.
func expand(s string, env Lookup) (out string, expanded bool, missing []string) {
	out = guarded.ReplaceAllStringFunc(s, func(m string) string {
		parts := guarded.FindStringSubmatch(m)
		if parts[1] == "$$" {
			return "${" + parts[2] + "}"
		}
		expanded = true
		v, ok := env(parts[2])
		if !ok {
			missing = append(missing, parts[2])
		}
		return v
	})
	return out, expanded, missing
}
