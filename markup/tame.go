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
	at, markers := 0, 0
	for at < len(line) {
		n := markerLength(line[at:])
		if n == 0 {
			break
		}
		if line[at] != ' ' && line[at] != '\t' {
			markers++
		}
		if markers > maxMarkers {
			// Behind a word joiner-like escape the rest of the line is content.
			out.WriteString(line[:at])
			out.WriteByte('\\')
			out.WriteString(escapeMarker(line[at:]))
			return
		}
		at += n
	}
	out.WriteString(line)
}

// escapeMarker drops the digits of an ordered marker, because a backslash escapes punctuation only.
func escapeMarker(s string) string {
	return strings.TrimLeft(s, "0123456789")
}

// markerLength is the length of the container marker or white space s starts with, 0 if it starts with content.
func markerLength(s string) int {
	switch s[0] {
	case ' ', '\t', '>', '-', '+', '*':
		return 1
	}
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if digits > 0 && digits < 10 && digits < len(s) && (s[digits] == '.' || s[digits] == ')') {
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
