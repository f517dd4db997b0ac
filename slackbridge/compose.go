package slackbridge

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// Sizes of a post, below Slack's limits of 50 blocks and about 13,000 characters.
const (
	maxPostItems  = 40
	maxPostBlocks = 46
	maxPostChars  = 12000
	maxBlockChars = 3000
	maxNoticeText = 2900
)

// metadataType names our metadata. Its payload holds ids only, since every
// member of the workspace may read it.
const metadataType = "handoff_message"

// item is one event as it will stand in the thread.
type item struct {
	seq       conversation.Seq
	voice     voice
	quoted    bool        // a visitor's words, set off from ours
	tree      markup.Tree // what an agent or the bot said
	text      string      // what a visitor said, or the plain form of tree
	spans     []span      // a line of ours
	sources   []conversation.Citation
	alone     bool
	urgent    bool
	broadcast bool
	// part and parts say which part of its event this is, from 1, and of how many;
	// zero for a whole one.
	part, parts int
	menu        slack.Block // what can be done about it, nil for nothing
}

// voice is whose words an item holds. Lines of ours have the zero voice.
type voice struct {
	role conversation.Role
	id   string
	name string
}

// plan is one post: consecutive items. Mixed posts hold several voices and name
// each; they are used for a backlog that would take many posts otherwise.
type plan struct {
	items []item
	mixed bool
}

func (p plan) first() conversation.Seq { return p.items[0].seq }
func (p plan) last() conversation.Seq  { return p.items[len(p.items)-1].seq }

// plans groups items into posts: up to 40 consecutive lines of one author and
// 12,000 characters. Where three or more authors take turns in what is waiting,
// their lines share a post and each is named.
func plans(items []item) []plan {
	var out []plan
	for items = whole(items); len(items) > 0; {
		n := fits(items)
		p := plan{items: items[:n]}
		if runs, first := voices(p.items); runs >= 3 {
			p.mixed = true
		} else if runs == 2 {
			p.items = p.items[:first]
		}
		items = items[len(p.items):]
		out = append(out, p)
	}
	return out
}

// fits counts the items at the start that fit into one post.
func fits(items []item) int {
	chars, blocks := 0, 0
	for i, it := range items {
		size := it.size()
		chars += size
		blocks += 2 + 2*(size/maxBlockChars) // a piece ends at a word, and may be half as long
		if it.menu != nil {
			blocks++
		}
		if i > 0 && (it.alone || items[i-1].alone || i >= maxPostItems || chars > maxPostChars || blocks > maxPostBlocks) {
			return i
		}
	}
	return len(items)
}

// voices counts the runs of one voice, and the length of the first run.
func voices(items []item) (runs, first int) {
	first = len(items)
	for i, it := range items {
		if i == 0 || it.voice != items[i-1].voice {
			runs++
			if runs == 2 {
				first = i
			}
		}
	}
	return runs, first
}

// message is a post ready to be sent.
type message struct {
	blocks    []slack.Block
	text      string // for notifications, escaped
	username  string
	broadcast bool
	metadata  slack.SlackMetadata
}

// render draws a post. byName says that visitors' lines may stand under their
// own name; then that name needs no place in the text.
func (p plan) render(id conversation.ID, rev int, byName bool) message {
	m := message{metadata: marker(id, p.first(), p.last())}
	if part := p.items[0].part; part > 0 {
		m.metadata.EventPayload["part"] = part
	}
	voice := p.items[0].voice
	if !p.mixed && byName && voice.role == conversation.Visitor {
		m.username = voice.name
	}
	var notice []string
	for i, it := range p.items {
		named := m.username == "" && it.voice.name != "" && (i == 0 || it.voice != p.items[i-1].voice)
		m.blocks = append(m.blocks, it.blocks(id, rev, named)...)
		notice = append(notice, it.notice(named))
		m.broadcast = m.broadcast || it.broadcast
	}
	m.text = clipEscaped(strings.Join(notice, "\n"), maxNoticeText)
	return m
}

func marker(id conversation.ID, first, last conversation.Seq) slack.SlackMetadata {
	return slack.SlackMetadata{EventType: metadataType, EventPayload: map[string]any{"conversation": string(id), "first": int64(first), "last": int64(last)}}
}

// blockID marks the block of an event, so that the post can be found again.
func blockID(id conversation.ID, seq conversation.Seq, rev, part int) string {
	if part == 0 {
		return fmt.Sprintf("h:%s:%d:%d", id, seq, rev)
	}
	return fmt.Sprintf("h:%s:%d:%d.%d", id, seq, rev, part)
}

func (it item) notice(named bool) string {
	text := parsed(it.spans)
	if it.text != "" {
		text = strings.TrimSpace(text + " " + mrkdwn(it.text))
	}
	if named {
		return mrkdwn(it.voice.name) + ": " + text
	}
	return text
}

// blocks draws an item: rich_text whose text Slack does not parse, cut into
// several where it is long.
func (it item) blocks(id conversation.ID, rev int, named bool) []slack.Block {
	var head []any
	if named {
		name := []span{strong(it.voice.name)}
		if !it.quoted { // sections run on in one line, a quote begins its own
			name = append(name, words("\n"))
		}
		head = append(head, slack.NewRichTextSection(rich(name)...))
	}
	if len(it.spans) > 0 {
		head = append(head, slack.NewRichTextSection(rich(it.spans)...))
	}
	bodies := it.bodies()
	if len(bodies) == 0 {
		bodies = [][]any{nil}
	}
	var out []slack.Block
	for part, body := range bodies {
		if part == 0 {
			body = append(head, body...)
		}
		out = append(out, richBlock{id: blockID(id, it.seq, rev, it.offset()+part), elements: body})
	}
	if len(it.sources) > 0 {
		out = append(out, richBlock{elements: []any{slack.NewRichTextSection(rich(citations(it.sources))...)}})
	}
	if it.menu != nil {
		out = append(out, it.menu)
	}
	return out
}

func (it item) bodies() [][]any {
	var out [][]any
	switch {
	case len(it.tree) > 0:
		for _, t := range it.tree.Split(maxBlockChars) {
			out = append(out, treeElements(t))
		}
	case it.text != "":
		for _, chunk := range markup.SplitText(raw(it.text), maxBlockChars) {
			if it.quoted {
				out = append(out, []any{quote(chunk)})
			} else {
				out = append(out, []any{slack.NewRichTextSection(rich([]span{words(chunk)})...)})
			}
		}
	}
	return out
}

// citations names the sources of an answer.
func citations(list []conversation.Citation) []span {
	out := []span{slant("Sources: ")}
	for i, c := range list {
		if i > 0 {
			out = append(out, words(" · "))
		}
		title := oneLine(c.Title, 80)
		if strings.HasPrefix(c.URL, "https://") || strings.HasPrefix(c.URL, "http://") {
			out = append(out, span{text: title, url: c.URL})
		} else {
			out = append(out, words(title))
		}
	}
	return out
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

// found lists the events of a conversation a message in Slack carries, by its
// block ids or its metadata.
func found(m slackMessage, id conversation.ID) (first, last conversation.Seq, ok bool) {
	prefix := "h:" + string(id) + ":"
	for _, b := range m.blockIDs() {
		var seq conversation.Seq
		if rest, has := strings.CutPrefix(b, prefix); has {
			if _, err := fmt.Sscanf(rest, "%d:", &seq); err == nil && seq > 0 {
				if first == 0 {
					first = seq
				}
				first, last = min(first, seq), max(last, seq)
			}
		}
	}
	if first > 0 {
		return first, last, true
	}
	if m.Metadata == nil || m.Metadata.Type != metadataType || m.Metadata.Payload["conversation"] != string(id) {
		return 0, 0, false
	}
	f, _ := m.Metadata.Payload["first"].(float64)
	l, _ := m.Metadata.Payload["last"].(float64)
	return conversation.Seq(f), conversation.Seq(l), f > 0 && l >= f
}

// inThread says that an agent's line was written in this thread, so that it
// stands there already.
func inThread(e conversation.Event, t ledger.Thread) bool {
	if e.Source != conversation.FromSlack || e.Author.Role != conversation.Agent || e.Order == "" {
		return false
	}
	team, channel, _, ok := splitKey(e.Key)
	if ok && (team != t.Team || channel != t.Channel) {
		return false
	}
	return e.Order > t.TS
}

// lineKey is the idempotency key of a line somebody wrote in Slack.
// One that was sent from the form belongs to no thread.
func lineKey(team, channel, ts string) string {
	if fromForm(ts) {
		channel = formPlace
	}
	return "s:" + team + ":" + channel + ":" + ts
}

// splitKey reads a key made by lineKey, with or without something after it.
func splitKey(key string) (team, channel, ts string, ok bool) {
	parts := strings.Split(key, ":")
	if len(parts) < 4 || parts[0] != "s" || !channelID.MatchString(parts[2]) {
		return "", "", "", false
	}
	return parts[1], parts[2], parts[3], true
}
