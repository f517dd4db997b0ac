package markup

import (
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

// maxInlineDepth is how deep emphasis may nest before it is read as plain text.
const maxInlineDepth = 16

func (c converter) inlines(parent ast.Node, style Text, depth int) []Inline {
	var out []Inline
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		out = append(out, c.inline(n, style, depth)...)
	}
	return out
}

func (c converter) inline(n ast.Node, style Text, depth int) []Inline {
	switch n := n.(type) {
	case *ast.Text:
		return c.text(n, style)
	case *ast.CodeSpan:
		style.Code = true
		return []Inline{styled(Clean(oneLine(string(rawText(n, c.source)))), style)}
	case *ast.AutoLink:
		return []Inline{c.autoLink(n, style)}
	case *ast.Image:
		return cleanInlines(styled(string(nodeText(n, c.source)), style))
	case *ast.Link:
		label := Clean(string(nodeText(n, c.source)))
		return []Inline{c.links.link(unescape(string(n.Destination)), label, style)}
	}
	if depth >= maxInlineDepth {
		return cleanInlines(styled(string(nodeText(n, c.source)), style))
	}
	switch n := n.(type) {
	case *ast.Emphasis:
		style.Bold = style.Bold || n.Level == 2
		style.Italic = style.Italic || n.Level == 1
	case *extast.Strikethrough:
		style.Strike = true
	}
	return c.inlines(n, style, depth+1)
}

func (c converter) text(n *ast.Text, style Text) []Inline {
	out := cleanInlines(styled(unescape(string(n.Value(c.source))), style))
	if n.HardLineBreak() || n.SoftLineBreak() {
		out = append(out, Break{})
	}
	return out
}

func (c converter) autoLink(n *ast.AutoLink, style Text) Inline {
	label, address := string(n.Label(c.source)), string(n.URL(c.source))
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(address), "mailto:") {
		address = "mailto:" + address
	}
	return c.links.link(address, label, style)
}

// nodeText is all text under n, without styles. It stops descending at a depth no honest source reaches.
func nodeText(n ast.Node, source []byte) []byte {
	var out []byte
	appendNodeText(&out, n, source, 0)
	return out
}

func appendNodeText(out *[]byte, n ast.Node, source []byte, depth int) {
	if depth > 4*maxInlineDepth {
		return
	}
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		switch child := child.(type) {
		case *ast.Text:
			*out = append(*out, unescape(string(child.Value(source)))...)
			if child.HardLineBreak() || child.SoftLineBreak() {
				*out = append(*out, '\n')
			}
		case *ast.AutoLink:
			*out = append(*out, child.Label(source)...)
		case *ast.CodeSpan:
			*out = append(*out, rawText(child, source)...)
		default:
			if child.Type() == ast.TypeBlock && len(*out) > 0 && (*out)[len(*out)-1] != '\n' {
				*out = append(*out, '\n')
			}
			if lines := codeLines(child); lines != nil {
				*out = append(*out, lines.Value(source)...)
				continue
			}
			appendNodeText(out, child, source, depth+1)
		}
	}
}

// rawText is the text of a code span: no escapes, no entities.
func rawText(n ast.Node, source []byte) []byte {
	var out []byte
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		if t, ok := child.(*ast.Text); ok {
			out = append(out, t.Value(source)...)
			if t.SoftLineBreak() {
				out = append(out, ' ')
			}
		}
	}
	return out
}

// unescape resolves backslash escapes and entities in one pass, so that neither can build the other.
func unescape(s string) string {
	if !strings.ContainsAny(s, `\&`) {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s) && util.IsPunct(s[i+1]):
			i++
			out.WriteByte(s[i])
		case s[i] == '&':
			n := entityLength(s[i:])
			out.WriteString(html.UnescapeString(s[i : i+n]))
			i += n - 1
		default:
			out.WriteByte(s[i])
		}
	}
	return out.String()
}

// entityLength is the length of the entity s starts with, or 1 when it starts with none.
func entityLength(s string) int {
	for i := 1; i < len(s) && i < 34; i++ {
		switch {
		case s[i] == ';':
			return i + 1
		case s[i] == '#' && i == 1:
		case !util.IsAlphaNumeric(s[i]):
			return 1
		}
	}
	return 1
}
