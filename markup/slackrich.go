package markup

import "encoding/json"

type richBlock struct {
	Type     string `json:"type"`
	BlockID  string `json:"block_id,omitempty"`
	Elements []any  `json:"elements"`
}

type richElement struct {
	Type     string `json:"type"`
	Elements []any  `json:"elements"`
}

type richListElement struct {
	Type     string `json:"type"`
	Style    string `json:"style"`
	Indent   int    `json:"indent"`
	Offset   int    `json:"offset,omitempty"`
	Elements []any  `json:"elements"`
}

type richTextElement struct {
	Type  string     `json:"type"`
	Text  string     `json:"text"`
	Style *richStyle `json:"style,omitempty"`
}

type richLinkElement struct {
	Type string `json:"type"`
	URL  string `json:"url"`
	Text string `json:"text,omitempty"`
}

type richStyle struct {
	Bold   bool `json:"bold,omitempty"`
	Italic bool `json:"italic,omitempty"`
	Strike bool `json:"strike,omitempty"`
	Code   bool `json:"code,omitempty"`
}

// SlackRichText returns the message as one Slack rich_text block, or nil when it has no content. Only text and link
// elements are used, so nothing in the message can mention, ping or format: Slack does not parse the text of a text
// element. Links are those of the tree, which passed the filter when it was read. blockID may be empty.
func (t Tree) SlackRichText(blockID string) json.RawMessage {
	var w richWriter
	w.tree(t, 0)
	w.flush()
	if len(w.elements) == 0 {
		return nil
	}
	raw, err := json.Marshal(richBlock{Type: "rich_text", BlockID: blockID, Elements: w.elements})
	if err != nil {
		return nil // unreachable: these are strings, numbers and booleans
	}
	return raw
}

// richWriter collects the block's elements. Slack shows neighbouring sections without a gap, so neighbouring
// paragraphs share one section with a blank line between them.
type richWriter struct {
	elements []any
	section  []Inline
}

func (w *richWriter) tree(t Tree, depth int) {
	for _, b := range t {
		switch b := b.(type) {
		case Paragraph:
			if len(w.section) > 0 {
				w.section = append(w.section, Break{}, Break{})
			}
			w.section = append(w.section, b.Children...)
		case Code:
			w.flush()
			w.add("rich_text_preformatted", inlineElements([]Inline{Text{Text: b.Text}}))
		case Quote:
			w.flush()
			w.add("rich_text_quote", inlineElements(flatten(b.Children)))
		case List:
			w.flush()
			w.list(b, depth)
		}
	}
}

func (w *richWriter) flush() {
	w.add("rich_text_section", inlineElements(w.section))
	w.section = nil
}

func (w *richWriter) add(kind string, elements []any) {
	if len(elements) > 0 {
		w.elements = append(w.elements, richElement{Type: kind, Elements: elements})
	}
}

// maxSlackIndent is the deepest list level Slack's composer offers.
const maxSlackIndent = 8

// list writes a list as Slack wants it: flat, each run of items of one level as its own element.
func (w *richWriter) list(l List, depth int) {
	run, first := []any{}, 0
	flush := func(next int) {
		if len(run) > 0 {
			w.elements = append(w.elements, richListElement{
				Type: "rich_text_list", Style: listStyle(l), Indent: min(depth, maxSlackIndent), Offset: listOffset(l, first), Elements: run,
			})
		}
		run, first = nil, next
	}
	for i, item := range l.Items {
		own, nested := splitItem(item)
		elements := inlineElements(flatten(own))
		if len(elements) == 0 {
			elements = []any{richTextElement{Type: "text", Text: " "}}
		}
		run = append(run, richElement{Type: "rich_text_section", Elements: elements})
		if len(nested) > 0 {
			flush(i + 1)
		}
		for _, n := range nested {
			w.list(n, depth+1)
		}
	}
	flush(len(l.Items))
}

func listStyle(l List) string {
	if l.Ordered {
		return "ordered"
	}
	return "bullet"
}

func listOffset(l List, first int) int {
	if !l.Ordered {
		return 0
	}
	return max(l.Start, 1) - 1 + first
}

// splitItem separates an item's own content from the lists in it.
func splitItem(item Tree) (own Tree, nested []List) {
	for _, b := range item {
		if l, ok := b.(List); ok {
			nested = append(nested, l)
			continue
		}
		own = append(own, b)
	}
	return own, nested
}

// flatten writes blocks as inline content, for places where Slack allows nothing else.
func flatten(t Tree) []Inline {
	var out []Inline
	for _, b := range t {
		if len(out) > 0 {
			out = append(out, Break{})
		}
		switch b := b.(type) {
		case Paragraph:
			out = append(out, b.Children...)
		case Code:
			out = append(out, Text{Text: b.Text, Code: true})
		case Quote:
			out = append(out, flatten(b.Children)...)
		case List:
			out = append(out, Text{Text: Tree{b}.Plain()})
		}
	}
	return out
}

func inlineElements(children []Inline) []any {
	var out []any
	for _, c := range children {
		switch c := c.(type) {
		case Text:
			if c.Text != "" {
				out = append(out, richTextElement{Type: "text", Text: c.Text, Style: c.slackStyle()})
			}
		case Break:
			out = append(out, richTextElement{Type: "text", Text: "\n"})
		case Link:
			out = append(out, richLinkElement{Type: "link", URL: c.URL, Text: c.Label})
			if c.Host != "" {
				out = append(out, richTextElement{Type: "text", Text: " (" + c.Host + ")"})
			}
		}
	}
	return out
}

func (t Text) slackStyle() *richStyle {
	if styled("", t) == (Text{}) {
		return nil
	}
	return &richStyle{Bold: t.Bold, Italic: t.Italic, Strike: t.Strike, Code: t.Code}
}
