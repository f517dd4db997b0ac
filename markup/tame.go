package markup

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

const (
	// maxMarkers is how many quote and list markers one line may open.
	maxMarkers = MaxDepth
	// maxIndent is how far a line may be indented, in bytes.
	maxIndent = 4 * MaxDepth
)

// tame bounds the nesting a Markdown source can ask for, since the parser's time grows with the square of it: per
// line, at most maxMarkers container markers take effect and at most maxIndent bytes of indentation stay.
// It does so inside code blocks too, where few lines look like that: what is a code block is the parser's to say, and
// a source that fooled us about it could nest without limit.
func tame(src string) string {
	var out strings.Builder
	out.Grow(len(src))
	for rest, more := src, true; more; {
		var line string
		line, rest, more = cutLine(rest)
		tameLine(&out, line)
		if more {
			out.WriteByte('\n')
		}
	}
	return out.String()
}

func tameLine(out *strings.Builder, line string) {
	if trimmed := strings.TrimLeft(line, " \t"); len(line)-len(trimmed) > maxIndent {
		line = line[:maxIndent] + trimmed
	}
	if strings.Trim(line, "- \t") == "" || strings.Trim(line, "* \t") == "" {
		out.WriteString(line) // a rule, or an empty line
		return
	}
	for at, markers := 0, 0; at < len(line); {
		if line[at] == ' ' || line[at] == '\t' {
			at++
			continue
		}
		n := markerLength(line[at:])
		if n == 0 {
			break
		}
		if markers++; markers > maxMarkers {
			out.WriteString(line[:at])
			out.WriteString(escapeMarker(line[at:], n))
			return
		}
		at += n
	}
	out.WriteString(line)
}

// escapeMarker makes the marker of n bytes at the start of s literal. A backslash escapes punctuation only, so in an
// ordered marker it stands behind the digits.
func escapeMarker(s string, n int) string { return s[:n-1] + `\` + s[n-1:] }

// markerLength is the length of the container marker s starts with, 0 if it starts with content: ">", a bullet
// before a space, a number before a dot or parenthesis.
func markerLength(s string) int {
	spaced := func(n int) bool { return len(s) == n || s[n] == ' ' || s[n] == '\t' }
	switch s[0] {
	case '>':
		return 1
	case '-', '+', '*':
		if spaced(1) {
			return 1
		}
		return 0
	}
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if digits > 0 && digits < 10 && digits < len(s) && (s[digits] == '.' || s[digits] == ')') && spaced(digits+1) {
		return digits + 1
	}
	return 0
}

func codeLines(n ast.Node) *text.Segments {
	switch n := n.(type) {
	case *ast.FencedCodeBlock:
		return n.Lines()
	case *ast.CodeBlock:
		return n.Lines()
	}
	return nil
}
