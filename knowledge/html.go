package knowledge

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"github.com/yuin/goldmark/ast"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxBrackets is how many opening brackets the text of a page may contain; the converter's time grows with the square
// of their number.
const maxBrackets = 20_000

var errTooManyBrackets = errors.New("more than 20,000 opening brackets")

// parseHTML reads the main part of a page: its main or article element, or the body without what frames it.
func parseHTML(_ string, data []byte) (document, error) {
	page, err := html.Parse(bytes.NewReader(data))
	if err != nil {
		return document{}, fmt.Errorf("reading HTML: %w", err)
	}
	removeAll(page, isNoise)
	part := find(page, isMain)
	if part == nil {
		removeAll(page, isFrame)
		if part = find(page, isElement(atom.Body)); part == nil {
			return document{}, errEmpty
		}
	}
	if strings.Count(nodeText(part), "[") > maxBrackets {
		return document{}, errTooManyBrackets
	}
	conv := converter.NewConverter(converter.WithPlugins(base.NewBasePlugin(), commonmark.NewCommonmarkPlugin(), table.NewTablePlugin()))
	markdown, err := conv.ConvertNode(part)
	if err != nil {
		return document{}, fmt.Errorf("reading HTML: %w", err)
	}
	doc, err := readMarkdown(markdown)
	if err != nil {
		return document{}, err
	}
	if doc.title == "" {
		doc.title = nodeText(find(page, isElement(atom.Title)))
	}
	doc.url = canonical(page)
	return doc, nil
}

func isElement(tag atom.Atom) func(*html.Node) bool {
	return func(n *html.Node) bool { return n.Type == html.ElementNode && n.DataAtom == tag }
}

func isMain(n *html.Node) bool {
	return n.Type == html.ElementNode && (n.DataAtom == atom.Main || n.DataAtom == atom.Article || attr(n, "role") == "main")
}

// isFrame is what stands around the content on every page.
func isFrame(n *html.Node) bool {
	return n.Type == html.ElementNode && slices.Contains([]atom.Atom{atom.Header, atom.Footer, atom.Aside}, n.DataAtom)
}

// noise is what is not content wherever it stands.
var noise = []atom.Atom{
	atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Iframe, atom.Object, atom.Embed, atom.Svg, atom.Canvas, atom.Nav, atom.Form, atom.Button,
	atom.Select, atom.Input, atom.Textarea, atom.Dialog, atom.Audio, atom.Video,
}

func isNoise(n *html.Node) bool {
	if n.Type == html.CommentNode {
		return true
	}
	return n.Type == html.ElementNode && (slices.Contains(noise, n.DataAtom) || isHidden(n.Attr))
}

// hidingStyle matches inline styles that make text invisible.
var hidingStyle = regexp.MustCompile(`(?i)(display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|font-size\s*:\s*0(\D|$)|opacity\s*:\s*0*(\.0*)?\s*(;|!|$)|(max-)?(width|height)\s*:\s*0(px)?\s*(;|!|$)|(left|top|text-indent)\s*:\s*-\d{3,}|color\s*:\s*transparent)`)

func isHidden(attrs []html.Attribute) bool {
	return slices.ContainsFunc(attrs, func(a html.Attribute) bool {
		switch a.Key {
		case "hidden":
			return true
		case "aria-hidden":
			return strings.EqualFold(a.Val, "true")
		case "style":
			return hidingStyle.MatchString(a.Val)
		}
		return false
	})
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func find(n *html.Node, fits func(*html.Node) bool) *html.Node {
	for child := range n.Descendants() {
		if fits(child) {
			return child
		}
	}
	return nil
}

func removeAll(root *html.Node, fits func(*html.Node) bool) {
	var found []*html.Node
	for n := range root.Descendants() {
		if fits(n) {
			found = append(found, n)
		}
	}
	for _, n := range found {
		n.Parent.RemoveChild(n)
	}
}

func nodeText(n *html.Node) string {
	if n == nil {
		return ""
	}
	var out strings.Builder
	for child := range n.Descendants() {
		if child.Type == html.TextNode {
			out.WriteString(child.Data)
		}
	}
	return out.String()
}

// canonical is the page's own address, if it states one.
func canonical(page *html.Node) string {
	link := find(page, func(n *html.Node) bool {
		return n.DataAtom == atom.Link && strings.EqualFold(attr(n, "rel"), "canonical")
	})
	if link == nil {
		return ""
	}
	return webAddress(attr(link, "href"))
}

// htmlText is the visible text of HTML inside Markdown. An element that hides stays open over the following blocks
// until its end tag.
func (r *markdownReader) htmlText(n *ast.HTMLBlock) string {
	raw := string(n.Lines().Value(r.source))
	if n.HasClosure() {
		raw += string(n.ClosureLine.Value(r.source))
	}
	var out string
	out, r.hidden = visibleHTML(raw, r.hidden)
	return out
}

// visibleHTML returns the text of a piece of HTML that a reader sees, given how many hiding elements were open before
// it, and how many are open behind it.
func visibleHTML(raw string, hidden int) (string, int) {
	var out strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(raw))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return out.String(), hidden
		case html.TextToken:
			if hidden == 0 {
				out.Write(tokens.Text())
			}
		case html.StartTagToken:
			token := tokens.Token()
			if (hidden > 0 || isHidden(token.Attr) || slices.Contains(noise, token.DataAtom)) && !slices.Contains(voidTags, token.DataAtom) {
				hidden++
			}
		case html.EndTagToken:
			hidden = max(hidden-1, 0)
		default: // comments, doctypes and self-closed tags show nothing
		}
	}
}

// voidTags have no end tag.
var voidTags = []atom.Atom{atom.Br, atom.Hr, atom.Img, atom.Input, atom.Wbr, atom.Meta, atom.Link, atom.Area, atom.Base, atom.Col, atom.Embed, atom.Source, atom.Track}
