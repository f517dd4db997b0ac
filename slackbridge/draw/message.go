package draw

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// Sizes below Slack's own: of the text of a block, and of a notification.
const (
	MaxBlockChars = 3000
	MaxNoticeText = 2900
)

// Message is a post ready to be sent. Text is for notifications and is escaped, as
// Slack parses it; Username is the name above the post, "" for the app's own.
type Message struct {
	Blocks    []slack.Block
	Text      string
	Username  string
	Broadcast bool
	Metadata  slack.SlackMetadata
}

// Say is a message of one line of ours.
func Say(spans ...Span) Message {
	return Message{Text: parsed(spans), Blocks: []slack.Block{richLine("", spans...)}}
}

// with is the message with more blocks below it.
func (m Message) with(blocks ...slack.Block) Message {
	m.Blocks = append(m.Blocks[:len(m.Blocks):len(m.Blocks)], blocks...)
	return m
}

// Options are those of every message: nothing of it is parsed, linked or
// unfurled beyond what the blocks say.
func (m Message) Options() []slack.MsgOption {
	out := []slack.MsgOption{
		slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...), slack.MsgOptionParse(false),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
	}
	if m.Metadata.EventType != "" {
		out = append(out, slack.MsgOptionMetadata(m.Metadata))
	}
	if m.Username != "" {
		out = append(out, slack.MsgOptionUsername(m.Username), slack.MsgOptionIconEmoji(":bust_in_silhouette:"))
	}
	if m.Broadcast {
		out = append(out, slack.MsgOptionBroadcast())
	}
	return out
}

// fingerprint tells whether two drawings differ.
func (m Message) fingerprint() string {
	body, err := json.Marshal(m.Blocks)
	if err != nil {
		return ""
	}
	return digest(string(body) + m.Text)[:16]
}

// digest is a name for some text, which is another for other text: 64 characters.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// MetadataType names our metadata. Its payload holds ids only, since every
// member of the workspace may read it.
const MetadataType = "handoff_message"

// Marked is the metadata by which a message is found again. id is "" for one of no
// conversation.
func Marked(id conversation.ID, marker string) slack.SlackMetadata {
	payload := map[string]any{"marker": marker}
	if id != "" {
		payload["conversation"] = string(id)
	}
	return slack.SlackMetadata{EventType: MetadataType, EventPayload: payload}
}

// Unescape is text that Slack has escaped as it was written.
func Unescape(text string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}
