package markup

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// FromMarkdown reads Markdown as models write it: CommonMark with tables, strikethrough and bare links.
//
// A heading becomes a bold paragraph, a table its rows as lines, an image its description. HTML has no meaning and
// stays as literal text. A newline inside a paragraph is a Break, as people expect in a chat. Links are filtered
// through links; one that is not allowed becomes its label. Unfinished Markdown is fine: an open code fence is a code
// block, a lone asterisk an asterisk.
func FromMarkdown(src string, links Links) Tree {
	source := []byte(tame(Clean(src)))
	doc := markdownParser().Parse(text.NewReader(source))
	c := converter{source: source, links: links}
	return c.blocks(doc, 0)
}

// markdownParser is goldmark without its two HTML parsers, so that tags are ordinary characters.
func markdownParser() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewSetextHeadingParser(), 100),
			util.Prioritized(parser.NewThematicBreakParser(), 200),
			util.Prioritized(parser.NewListParser(), 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewCodeBlockParser(), 500),
			util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(parser.NewBlockquoteParser(), 800),
			util.Prioritized(parser.NewParagraphParser(), 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(&budgeted{InlineParser: parser.NewCodeSpanParser()}, 100),
			util.Prioritized(&budgeted{InlineParser: parser.NewLinkParser()}, 200),
			util.Prioritized(&budgeted{InlineParser: parser.NewAutoLinkParser()}, 300),
			util.Prioritized(&budgeted{InlineParser: parser.NewEmphasisParser()}, 500),
			util.Prioritized(&budgeted{InlineParser: extension.NewStrikethroughParser()}, 500),
			util.Prioritized(extension.NewLinkifyParser(), 999),
		),
		parser.WithParagraphTransformers(
			util.Prioritized(shortOnly{parser.LinkReferenceParagraphTransformer}, 100),
			util.Prioritized(extension.NewTableParagraphTransformer(), 200),
		),
		parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0)),
	)
}

// converter turns goldmark's nodes into ours.
type converter struct {
	source []byte
	links  Links
}

func (c converter) blocks(parent ast.Node, depth int) Tree {
	var out Tree
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		out = append(out, c.block(n, depth)...)
	}
	return out
}

func (c converter) block(n ast.Node, depth int) Tree {
	switch n := n.(type) {
	case *ast.Heading:
		return c.paragraph(n, Text{Bold: true})
	case *ast.Paragraph, *ast.TextBlock:
		return c.paragraph(n, Text{})
	case *ast.FencedCodeBlock:
		return c.code(n.Lines(), cleanLang(string(n.Language(c.source))))
	case *ast.CodeBlock:
		return c.code(n.Lines(), "")
	case *extast.Table:
		return c.table(n)
	case *ast.ThematicBreak, *ast.LinkReferenceDefinition:
		return nil
	}
	if depth >= MaxDepth-1 {
		return FromPlain(string(nodeText(n, c.source)))
	}
	switch n := n.(type) {
	case *ast.Blockquote:
		return c.quote(n, depth)
	case *ast.List:
		return c.list(n, depth)
	}
	return c.blocks(n, depth+1)
}

func (c converter) paragraph(n ast.Node, style Text) Tree {
	children := tidyInlines(c.inlines(n, style, 0))
	if len(children) == 0 {
		return nil
	}
	return Tree{Paragraph{Children: children}}
}

func (c converter) code(lines *text.Segments, lang string) Tree {
	code := strings.TrimRight(string(lines.Value(c.source)), "\n")
	return Tree{Code{Text: Clean(code), Lang: lang}}
}

func (c converter) quote(n ast.Node, depth int) Tree {
	children := c.blocks(n, depth+1)
	if len(children) == 0 {
		return nil
	}
	return Tree{Quote{Children: children}}
}

func (c converter) list(n *ast.List, depth int) Tree {
	list := List{Ordered: n.IsOrdered()}
	if list.Ordered && n.Start > 1 {
		list.Start = n.Start
	}
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		list.Items = append(list.Items, c.blocks(item, depth+1))
	}
	return Tree{list}
}

// table writes each row as a line with its cells between bars, the header in bold.
func (c converter) table(n *extast.Table) Tree {
	var out []Inline
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		style := Text{Bold: row.Kind() == extast.KindTableHeader}
		if len(out) > 0 {
			out = append(out, Break{})
		}
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			if cell.PreviousSibling() != nil {
				out = append(out, Text{Text: " | "})
			}
			out = append(out, tidyInlines(c.inlines(cell, style, 0))...)
		}
	}
	if out = tidyInlines(out); len(out) == 0 {
		return nil
	}
	return Tree{Paragraph{Children: out}}
}
