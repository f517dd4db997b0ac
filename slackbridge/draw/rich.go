package draw

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/markup"
)

// richLine is a block with one line of ours.
func richLine(blockID string, spans ...Span) slack.Block {
	return slack.NewRichTextBlock(blockID, slack.NewRichTextSection(rich(spans)...))
}

// section is a line of ours among other elements.
func section(spans ...Span) *slack.RichTextSection { return slack.NewRichTextSection(rich(spans)...) }

// quote is visitor text, set off from everything that is ours.
func quote(text string) *slack.RichTextQuote {
	return &slack.RichTextQuote{Type: slack.RTEQuote, Elements: rich([]Span{Words(raw(text))})}
}

// richBlock is a rich_text block from ready-made elements.
type richBlock struct {
	id       string
	elements []any
}

// BlockType implements slack.Block.
func (b richBlock) BlockType() slack.MessageBlockType { return slack.MBTRichText }

// ID implements slack.Block.
func (b richBlock) ID() string { return b.id }

// MarshalJSON implements json.Marshaler.
func (b richBlock) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Type     string `json:"type"`
		ID       string `json:"block_id,omitempty"`
		Elements []any  `json:"elements"`
	}{"rich_text", b.id, b.elements})
}

// length is how many characters of text a block has.
func (b richBlock) length() (n int) {
	for _, e := range b.elements {
		var parts []slack.RichTextSectionElement
		switch e := e.(type) {
		case *slack.RichTextSection:
			parts = e.Elements
		case *slack.RichTextQuote:
			parts = e.Elements
		case *slack.RichTextPreformatted:
			parts = e.Elements
		}
		for _, part := range parts {
			if t, ok := part.(*slack.RichTextSectionTextElement); ok {
				n += utf8.RuneCountInString(t.Text)
			}
		}
	}
	return n
}

// treeElements are the rich_text elements of a message tree.
func treeElements(t markup.Tree) []any {
	var block struct {
		Elements []json.RawMessage `json:"elements"`
	}
	if rawBlock := t.SlackRichText(""); rawBlock == nil || json.Unmarshal(rawBlock, &block) != nil {
		return nil
	}
	out := make([]any, len(block.Elements))
	for i, e := range block.Elements {
		out[i] = e
	}
	return out
}
