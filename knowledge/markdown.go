package knowledge

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

// parseMarkdown splits a document at its headings. A # inside a code block is no heading, since the parser says so.
func parseMarkdown(_ string, data []byte) (document, error) {
	title, address, body := frontMatter(data)
	doc, err := readMarkdown(body)
	if err != nil {
		return document{}, err
	}
	if title != "" {
		doc.title = title
	}
	doc.url = address
	return doc, nil
}

func readMarkdown(source []byte) (document, error) {
	root, err := parseTree(source)
	if err != nil {
		return document{}, err
	}
	r := markdownReader{source: source}
	r.open()
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		r.top(n)
	}
	return r.doc, nil
}

// markdownReader collects sections.
type markdownReader struct {
	source []byte
	doc    document
	path   []string // the open headings, one per level
	hidden int      // how many invisible HTML elements are open
}

// open starts a section under the open headings.
func (r *markdownReader) open() {
	var names []string
	for _, name := range r.path {
		if name != "" && name != r.doc.title {
			names = append(names, name)
		}
	}
	r.doc.sections = append(r.doc.sections, section{heading: strings.Join(names, " > ")})
}

func (r *markdownReader) top(n ast.Node) {
	heading, ok := n.(*ast.Heading)
	if !ok {
		r.block(n, "", 0)
		return
	}
	name := oneLine(clean(r.inlineText(heading)))
	if name == "" {
		return
	}
	if r.doc.title == "" && heading.Level == 1 {
		r.doc.title = name
	}
	for len(r.path) < heading.Level {
		r.path = append(r.path, "")
	}
	r.path = append(r.path[:heading.Level-1], name)
	r.open()
}

// maxNesting is how deep lists and quotes are followed.
const maxNesting = 32

// block adds the text of one block, each line behind prefix.
func (r *markdownReader) block(n ast.Node, prefix string, depth int) {
	switch n := n.(type) {
	case *ast.HTMLBlock:
		r.add(prefix, r.htmlText(n))
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		r.add(prefix, strings.TrimRight(string(n.Lines().Value(r.source)), "\n"))
	case *extast.Table:
		r.table(n)
	case *ast.Paragraph, *ast.TextBlock, *ast.Heading:
		r.add(prefix, r.inlineText(n))
	case *ast.List:
		r.list(n, depth)
	default:
		r.children(n, prefix, depth)
	}
}

func (r *markdownReader) children(n ast.Node, prefix string, depth int) {
	if depth > maxNesting {
		return
	}
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		r.block(child, prefix, depth+1)
	}
}

func (r *markdownReader) list(n *ast.List, depth int) {
	for item := n.FirstChild(); item != nil && depth <= maxNesting; item = item.NextSibling() {
		for child := item.FirstChild(); child != nil; child = child.NextSibling() {
			prefix := "- "
			if child.PreviousSibling() != nil {
				prefix = "  "
			}
			r.block(child, prefix, depth+1)
		}
	}
}

// table writes each row as a line, its cells between bars.
func (r *markdownReader) table(n *extast.Table) {
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, oneLine(r.inlineText(cell)))
		}
		r.add("", strings.Join(cells, " | "))
	}
}

func (r *markdownReader) add(prefix, block string) {
	block = strings.TrimSpace(clean(block))
	if block == "" || r.hidden > 0 {
		return
	}
	last := &r.doc.sections[len(r.doc.sections)-1]
	last.blocks = append(last.blocks, prefix+block)
}

// inlineText is the visible text of a paragraph. Elements that are open at its end are taken for closed.
func (r *markdownReader) inlineText(n ast.Node) string {
	w := inlineWriter{source: r.source}
	w.children(n, 0)
	return w.out.String()
}

type inlineWriter struct {
	source []byte
	out    strings.Builder
	hidden int
}

func (w *inlineWriter) children(n ast.Node, depth int) {
	for child := n.FirstChild(); child != nil && depth <= maxNesting; child = child.NextSibling() {
		w.inline(child, depth)
	}
}

func (w *inlineWriter) inline(n ast.Node, depth int) {
	switch n := n.(type) {
	case *ast.RawHTML:
		_, w.hidden = visibleHTML(string(n.Segments.Value(w.source)), w.hidden)
	case *ast.Text:
		w.write(decoded(n.Value(w.source), n.IsRaw()))
		if n.SoftLineBreak() || n.HardLineBreak() {
			w.write("\n")
		}
	case *ast.String:
		w.write(string(n.Value))
	case *ast.AutoLink:
		w.write(string(n.Label(w.source)))
	case *ast.CodeSpan:
		for child := n.FirstChild(); child != nil; child = child.NextSibling() {
			if t, ok := child.(*ast.Text); ok {
				w.write(string(t.Value(w.source)))
			}
		}
	case *ast.Link:
		w.children(n, depth+1)
		if address := webAddress(string(n.Destination)); address != "" {
			w.write(" (" + address + ")")
		}
	default:
		w.children(n, depth+1)
	}
}

func (w *inlineWriter) write(s string) {
	if w.hidden == 0 {
		w.out.WriteString(s)
	}
}

// decoded resolves entities and backslash escapes.
func decoded(s []byte, raw bool) string {
	if raw {
		return string(s)
	}
	return string(util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(s))))
}
