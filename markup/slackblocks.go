package markup

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// element is any element of a rich_text block, of which each kind uses a few fields.
type element struct {
	Type      string            `json:"type"`
	Elements  []json.RawMessage `json:"elements"`
	Text      string            `json:"text"`
	Style     json.RawMessage   `json:"style"` // an object on text, a string on a list
	Indent    number            `json:"indent"`
	Offset    number            `json:"offset"`
	Border    number            `json:"border"` // on what stands in a quote
	URL       string            `json:"url"`
	UserID    string            `json:"user_id"`
	GroupID   string            `json:"usergroup_id"`
	ChannelID string            `json:"channel_id"`
	Name      string            `json:"name"`
	Unicode   string            `json:"unicode"`
	SkinTone  number            `json:"skin_tone"`
	Timestamp *number           `json:"timestamp"`
	Fallback  string            `json:"fallback"`
	Value     string            `json:"value"`
	Language  string            `json:"language"`

	odd bool // a field has an unexpected type
}

// number is a number that Slack may write as a string; anything else is zero, and odd.
type number struct {
	n   int64
	odd bool
}

func (n *number) UnmarshalJSON(raw []byte) error {
	var err error
	n.n, err = strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
	n.odd = err != nil
	return nil
}

// FromSlackBlocks reads the rich_text blocks of a Slack message, which say exactly what its author meant. It returns
// false when blocks holds no rich_text block, is not readable, or holds something whose words cannot be read; then
// read the message's text with FromMrkdwn. What could be read is returned all the same.
//
// Mentions become what names says, never an id. An element of an unknown kind, or one with a field of the wrong type,
// keeps its text if that can be read.
func FromSlackBlocks(blocks json.RawMessage, names Names) (Tree, bool) {
	var list []json.RawMessage
	if jsonDepth(blocks) > maxJSONDepth || json.Unmarshal(blocks, &list) != nil {
		return nil, false
	}
	r := richText{names: names}
	found := false
	for _, raw := range list {
		if block := readElement(raw); block.Type == "rich_text" {
			found = true
			for _, child := range block.Elements {
				r.block(readElement(child))
			}
			r.closeLists()
		}
	}
	return r.out.tree(), found && !r.lost
}

// readElement decodes one element. When a field has an unexpected type the fields read so far still count, since Go
// goes on after a type error.
func readElement(raw json.RawMessage) element {
	var e element
	err := json.Unmarshal(raw, &e)
	if err != nil && e.Type == "" {
		return element{}
	}
	e.odd = err != nil
	return e
}

// richText builds a tree from the flat list of elements.
type richText struct {
	names Names
	out   paragraphs
	lists listStack
	lost  bool // something stands there whose words cannot be read
}

func (r *richText) block(e element) {
	r.lost = r.lost || e.odd && len(e.Elements) == 0
	if e.Type == "rich_text_list" {
		r.list(e)
		return
	}
	r.closeLists()
	switch e.Type {
	case "rich_text_preformatted":
		r.out.block(bordered(e, Code{Text: Clean(r.rawText(e)), Lang: cleanLang(e.Language)}))
	case "rich_text_quote":
		if children := r.inlineTree(e.Elements); len(children) > 0 {
			r.out.block(Quote{Children: children})
		}
	case "rich_text_section":
		r.section(&r.out, e.Elements)
		r.out.end()
	default:
		r.inline(&r.out, e)
		r.out.end()
	}
}

// bordered is the block of an element, in a quote where Slack draws the quote's line beside it.
func bordered(e element, b Block) Block {
	if e.Border.n > 0 {
		return Quote{Children: Tree{b}}
	}
	return b
}

func (r *richText) section(into *paragraphs, elements []json.RawMessage) {
	for _, raw := range elements {
		r.inline(into, readElement(raw))
	}
}

func (r *richText) inlineTree(elements []json.RawMessage) Tree {
	var p paragraphs
	r.section(&p, elements)
	return p.tree()
}

// rawText is the text of a preformatted element, where styles and emoji mean nothing.
func (r *richText) rawText(e element) string {
	var p paragraphs
	for _, raw := range e.Elements {
		child := readElement(raw)
		if child.Type == "text" {
			p.open = append(p.open, Text{Text: child.Text})
			continue
		}
		if child.Type == "link" {
			p.open = append(p.open, Text{Text: cmp.Or(child.Text, child.URL)})
			continue
		}
		r.inline(&p, child)
	}
	return Tree{Paragraph{Children: p.open}}.Plain()
}

func (r *richText) inline(into *paragraphs, e element) {
	style := textStyle(e.Style)
	switch e.Type {
	case "text", "":
		r.lost = r.lost || e.odd && e.Text == ""
		into.text(Clean(e.Text), style)
	case "link":
		into.add(agentLink(e.URL, e.Text, style))
	case "user":
		into.text(r.names.user(e.UserID), style)
	case "usergroup":
		into.text(r.names.group(e.GroupID), style)
	case "broadcast", "team":
		into.text(neutralGroup, style)
	case "channel":
		into.text(r.names.channel(e.ChannelID), style)
	case "emoji":
		into.text(emojiText(e), style)
	case "date":
		into.text(Clean(cmp.Or(e.Fallback, e.time())), style)
	case "color":
		into.text(Clean(e.Value), style)
	default:
		words := cmp.Or(e.Text, e.Fallback)
		r.lost = r.lost || words == "" && len(e.Elements) == 0
		into.text(Clean(words), style)
		r.section(into, e.Elements)
	}
}

// time is when a date is, "" where nobody can read it.
func (e element) time() string {
	if e.Timestamp == nil || e.Timestamp.odd {
		return ""
	}
	return dateText(e.Timestamp.n)
}

func emojiText(e element) string {
	if glyph, ok := fromHex(e.Unicode); ok {
		return glyph
	}
	if glyph, ok := shortcode(e.Name); ok {
		return withTone(glyph, int(e.SkinTone.n))
	}
	return Clean(":" + e.Name + ":")
}

func dateText(unix int64) string {
	return time.Unix(unix, 0).UTC().Format("2 January 2006, 15:04 UTC")
}

func textStyle(raw json.RawMessage) Text {
	var style struct{ Bold, Italic, Strike, Code bool }
	if json.Unmarshal(raw, &style) != nil {
		return Text{}
	}
	return Text{Bold: style.Bold, Italic: style.Italic, Strike: style.Strike, Code: style.Code}
}
