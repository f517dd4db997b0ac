package knowledge

import (
	"bytes"
	"errors"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

const (
	// maxTriggers is how often one inline parser may start in one paragraph; behind that its marks are literal.
	// goldmark may read to the end of the paragraph at each start, so a file of "[](" would take hours.
	maxTriggers = 500
	// maxMarkers is how many quote and list markers a line may begin with; each opens a block in the one before.
	maxMarkers = 200
)

// maxReferences is the longest paragraph, in lines, that may define link references. goldmark's time for them grows
// with the square of their number.
const maxReferences = 500

var errTooDeep = errors.New("a line begins with more than 200 quote or list marks")

// parseTree reads Markdown in time that grows with the file's size only.
func parseTree(source []byte) (ast.Node, error) {
	for line := range bytes.Lines(source) {
		if nesting(line) > maxMarkers {
			return nil, errTooDeep
		}
	}
	var inline []util.PrioritizedValue
	for _, p := range parser.DefaultInlineParsers() {
		if ip, ok := p.Value.(parser.InlineParser); ok {
			inline = append(inline, util.Prioritized(&budgeted{InlineParser: ip}, p.Priority))
		}
	}
	p := parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithInlineParsers(inline...),
		parser.WithParagraphTransformers(util.Prioritized(shortOnly{parser.LinkReferenceParagraphTransformer}, 100)),
	)
	md := goldmark.New(goldmark.WithParser(p), goldmark.WithExtensions(extension.Table))
	return md.Parser().Parse(text.NewReader(source)), nil
}

// nesting counts the container marks at the start of a line: ">", a bullet before a space, a number before a dot or
// parenthesis.
func nesting(line []byte) int {
	if len(bytes.Trim(line, "- \t\r\n")) == 0 || len(bytes.Trim(line, "* \t\r\n")) == 0 {
		return 0 // a rule, or an empty line
	}
	count := 0
	for rest := bytes.TrimLeft(line, " \t"); len(rest) > 0; rest = bytes.TrimLeft(rest, " \t") {
		n := markLength(rest)
		if n == 0 {
			break
		}
		count++
		rest = rest[n:]
	}
	return count
}

func markLength(s []byte) int {
	spaced := func(n int) bool { return len(s) == n || s[n] == ' ' || s[n] == '\t' || s[n] == '\n' }
	switch s[0] {
	case '>':
		return 1
	case '-', '+', '*':
		if spaced(1) {
			return 1
		}
		return 0
	}
	digits := len(s) - len(bytes.TrimLeft(s, "0123456789"))
	if digits > 0 && digits < len(s) && (s[digits] == '.' || s[digits] == ')') && spaced(digits+1) {
		return digits + 1
	}
	return 0
}

// budgeted is an inline parser that stops answering in a paragraph where it has been asked too often. It serves one
// document.
type budgeted struct {
	parser.InlineParser
	block ast.Node
	asked int
}

func (b *budgeted) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	if parent != b.block {
		b.block, b.asked = parent, 0
	}
	if b.asked++; b.asked > maxTriggers {
		return nil
	}
	return b.InlineParser.Parse(parent, block, pc)
}

// CloseBlock passes the end of a paragraph on; the link parser frees its open brackets there.
func (b *budgeted) CloseBlock(parent ast.Node, block text.Reader, pc parser.Context) {
	if closer, ok := b.InlineParser.(parser.CloseBlocker); ok {
		closer.CloseBlock(parent, block, pc)
	}
}

// shortOnly runs a paragraph transformer on short paragraphs only.
type shortOnly struct{ parser.ParagraphTransformer }

// Transform implements parser.ParagraphTransformer.
func (s shortOnly) Transform(n *ast.Paragraph, reader text.Reader, pc parser.Context) {
	if n.Lines().Len() <= maxReferences {
		s.ParagraphTransformer.Transform(n, reader, pc)
	}
}
