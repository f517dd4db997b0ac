package markup

import (
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// maxTriggers is how often one inline parser may start in one paragraph. goldmark may read to the end of the
// paragraph at each start, so without a limit 64 KB of "[](" take seconds; with it the time is linear. Written
// prose stays far below.
const maxTriggers = 200

// budgeted is an inline parser that stops answering in a paragraph where it has been asked too often; what it would
// have read is then literal text. It serves one document.
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

// maxReferences is the longest paragraph, in lines, that may define link references. goldmark's time for them grows
// with the square of their number.
const maxReferences = 100

// shortOnly runs a paragraph transformer on short paragraphs only.
type shortOnly struct{ parser.ParagraphTransformer }

// Transform implements parser.ParagraphTransformer.
func (s shortOnly) Transform(n *ast.Paragraph, reader text.Reader, pc parser.Context) {
	if n.Lines().Len() <= maxReferences {
		s.ParagraphTransformer.Transform(n, reader, pc)
	}
}
