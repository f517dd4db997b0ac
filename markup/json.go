package markup

import (
	"encoding/json"
	"fmt"
)

// maxJSONDepth stops a hostile document. A block in a list is three levels of JSON deeper than the list.
const maxJSONDepth = 3*MaxDepth + 8

type blockJSON struct {
	Type     string          `json:"type"`
	Children json.RawMessage `json:"children,omitempty"`
	Ordered  *bool           `json:"ordered,omitempty"`
	Start    int             `json:"start,omitempty"`
	Items    []Tree          `json:"items,omitempty"`
	Text     *string         `json:"text,omitempty"`
	Lang     string          `json:"lang,omitempty"`
}

type inlineJSON struct {
	Type   string  `json:"type"`
	URL    string  `json:"url,omitempty"`
	Text   *string `json:"text,omitempty"`
	Host   string  `json:"host,omitempty"`
	Bold   bool    `json:"bold,omitempty"`
	Italic bool    `json:"italic,omitempty"`
	Code   bool    `json:"code,omitempty"`
	Strike bool    `json:"strike,omitempty"`
}

// MarshalJSON writes the tree as the API documents it: an array of blocks, [] when empty.
func (t Tree) MarshalJSON() ([]byte, error) {
	out := make([]blockJSON, 0, len(t))
	for _, b := range t {
		wire, err := blockToJSON(b)
		if err != nil {
			return nil, err
		}
		out = append(out, wire)
	}
	return json.Marshal(out)
}

func blockToJSON(b Block) (blockJSON, error) {
	switch b := b.(type) {
	case Paragraph:
		return withChildren("paragraph", inlinesToJSON(b.Children))
	case Quote:
		return withChildren("quote", b.Children)
	case Code:
		return blockJSON{Type: "code", Text: &b.Text, Lang: b.Lang}, nil
	case List:
		return blockJSON{Type: "list", Ordered: &b.Ordered, Start: b.Start, Items: b.Items}, nil
	}
	return blockJSON{}, fmt.Errorf("markup: unknown block %T", b)
}

func withChildren(kind string, children any) (blockJSON, error) {
	raw, err := json.Marshal(children)
	return blockJSON{Type: kind, Children: raw}, err
}

func inlinesToJSON(children []Inline) []inlineJSON {
	out := make([]inlineJSON, 0, len(children))
	for _, c := range children {
		switch c := c.(type) {
		case Text:
			out = append(out, inlineJSON{Type: "text", Text: &c.Text, Bold: c.Bold, Italic: c.Italic, Code: c.Code, Strike: c.Strike})
		case Link:
			out = append(out, inlineJSON{Type: "link", URL: c.URL, Text: &c.Label, Host: c.Host})
		case Break:
			out = append(out, inlineJSON{Type: "break"})
		}
	}
	return out
}

// UnmarshalJSON reads what MarshalJSON writes. It also accepts what a later version may write: of a block or inline
// kind it does not know it keeps the text, if there is any. Links that break the rules of the package become text.
func (t *Tree) UnmarshalJSON(data []byte) error {
	if depth := jsonDepth(data); depth > maxJSONDepth {
		return fmt.Errorf("markup: message tree is nested %d levels deep", depth)
	}
	var blocks []json.RawMessage
	if err := json.Unmarshal(data, &blocks); err != nil {
		return fmt.Errorf("reading message tree: %w", err)
	}
	*t = nil
	for _, raw := range blocks {
		b, err := blockFromJSON(raw)
		if err != nil {
			return err
		}
		if b != nil {
			*t = append(*t, b)
		}
	}
	return nil
}

func blockFromJSON(raw json.RawMessage) (Block, error) {
	var wire blockJSON
	if err := json.Unmarshal(raw, &wire); err != nil {
		return nil, fmt.Errorf("reading a block: %w", err)
	}
	switch wire.Type {
	case "paragraph":
		children, err := inlinesFromJSON(wire.Children)
		return Paragraph{Children: children}, err
	case "list":
		return List{Ordered: wire.Ordered != nil && *wire.Ordered, Start: max(wire.Start, 0), Items: wire.Items}, nil
	case "code":
		return Code{Text: cleanString(wire.Text), Lang: cleanLang(wire.Lang)}, nil
	case "quote":
		var children Tree
		err := unmarshalIfAny(wire.Children, &children)
		return Quote{Children: children}, err
	}
	return unknownBlock(wire), nil
}

// unknownBlock keeps what can be read of a block of an unknown kind.
func unknownBlock(wire blockJSON) Block {
	if wire.Text != nil && *wire.Text != "" {
		return Paragraph{Children: cleanInlines(Text{Text: *wire.Text})}
	}
	if children, err := inlinesFromJSON(wire.Children); err == nil && len(children) > 0 {
		return Paragraph{Children: children}
	}
	return nil
}

func inlinesFromJSON(raw json.RawMessage) ([]Inline, error) {
	var wires []inlineJSON
	if err := unmarshalIfAny(raw, &wires); err != nil {
		return nil, fmt.Errorf("reading inline content: %w", err)
	}
	var out []Inline
	for _, w := range wires {
		switch w.Type {
		case "break":
			out = append(out, Break{})
		case "link":
			out = append(out, linkFromJSON(w)...)
		default:
			out = append(out, cleanInlines(Text{Text: cleanString(w.Text), Bold: w.Bold, Italic: w.Italic, Code: w.Code, Strike: w.Strike})...)
		}
	}
	return out, nil
}

func linkFromJSON(w inlineJSON) []Inline {
	label := oneLine(cleanString(w.Text))
	u, ok := safeURL(w.URL)
	if !ok {
		return cleanInlines(Text{Text: label})
	}
	return []Inline{newLink(u, label)}
}

// cleanInlines is the text as inline nodes: cleaned, its newlines as breaks.
func cleanInlines(t Text) []Inline {
	var out []Inline
	for s := Clean(t.Text); s != ""; {
		line, rest, newline := cutLine(s)
		if line != "" {
			out = append(out, styled(line, t))
		}
		if newline {
			out = append(out, Break{})
		}
		s = rest
	}
	return out
}

func cleanString(s *string) string {
	if s == nil {
		return ""
	}
	return Clean(*s)
}

func unmarshalIfAny(raw json.RawMessage, into any) error {
	if len(raw) == 0 {
		return nil
	}
	return json.Unmarshal(raw, into)
}

// jsonDepth is the deepest nesting of arrays and objects in data, which need not be valid.
func jsonDepth(data []byte) int {
	depth, deepest, inString := 0, 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '[' || c == '{':
			depth++
			deepest = max(deepest, depth)
		case c == ']' || c == '}':
			depth--
		}
	}
	return deepest
}
