package draw

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
)

// Sizes of a post, below Slack's limits of 50 blocks and about 13,000 characters.
const (
	maxPostItems  = 40
	maxPostBlocks = 46
	maxPostChars  = 12000
)

// item is one event as it will stand in the thread.
type item struct {
	seq       conversation.Seq
	voice     voice
	quoted    bool        // a visitor's words, set off from ours
	tree      markup.Tree // what an agent or the bot said
	text      string      // what a visitor said, or the plain form of tree
	spans     []Span      // a line of ours
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

// Post is one post: consecutive items. Mixed posts hold several voices and name
// each; they are used for a backlog that would take many posts otherwise.
type Post struct {
	items []item
	mixed bool
}

// First is the event that a post begins with.
func (p Post) First() conversation.Seq { return p.items[0].seq }

// Last is the event that it ends with.
func (p Post) Last() conversation.Seq { return p.items[len(p.items)-1].seq }

// Part is which part of one event too long for a post it is, from 1, and of how
// many; zero for whole events.
func (p Post) Part() (part, parts int) { return p.items[0].part, p.items[0].parts }

// Urgent says that somebody has to notice it: it goes before what others say.
func (p Post) Urgent() bool { return p.items[0].urgent }

// plans groups items into posts: up to 40 consecutive lines of one author and
// 12,000 characters. Where three or more authors take turns in what is waiting,
// their lines share a post and each is named.
func plans(items []item) []Post {
	var out []Post
	for items = whole(items); len(items) > 0; {
		n := fits(items)
		p := Post{items: items[:n]}
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
		blocks += 2 + 2*(size/MaxBlockChars) // a piece ends at a word, and may be half as long
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

// Render draws a post. byName says that visitors' lines may stand under their
// own name; then that name needs no place in the text.
func (p Post) Render(id conversation.ID, rev int, byName bool) Message {
	m := Message{Metadata: marker(id, p.First(), p.Last())}
	if part := p.items[0].part; part > 0 {
		m.Metadata.EventPayload["part"] = part
	}
	voice := p.items[0].voice
	if !p.mixed && byName && voice.role == conversation.Visitor {
		m.Username = voice.name
	}
	var notice []string
	for i, it := range p.items {
		named := m.Username == "" && it.voice.name != "" && (i == 0 || it.voice != p.items[i-1].voice)
		m.Blocks = append(m.Blocks, it.blocks(id, rev, named)...)
		notice = append(notice, it.notice(named))
		m.Broadcast = m.Broadcast || it.broadcast
	}
	m.Text = ClipEscaped(strings.Join(notice, "\n"), MaxNoticeText)
	return m
}

// Bare is the post as plain text only, for the case that Slack refuses its blocks.
func (p Post) Bare(id conversation.ID, rev int, byName bool) Message {
	m := p.Render(id, rev, byName)
	mark := slack.SectionBlockOptionBlockID(blockID(id, p.First(), rev, p.items[0].offset()))
	m.Blocks = []slack.Block{slack.NewSectionBlock(plain(Clip(Unescape(m.Text), MaxBlockChars)), nil, nil, mark)}
	return m
}

func marker(id conversation.ID, first, last conversation.Seq) slack.SlackMetadata {
	return slack.SlackMetadata{EventType: MetadataType, EventPayload: map[string]any{"conversation": string(id), "first": int64(first), "last": int64(last)}}
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
		text = strings.TrimSpace(text + " " + Mrkdwn(it.text))
	}
	if named {
		return Mrkdwn(it.voice.name) + ": " + text
	}
	return text
}

// blocks draws an item: rich_text whose text Slack does not parse, cut into
// several where it is long.
func (it item) blocks(id conversation.ID, rev int, named bool) []slack.Block {
	var head []any
	if named {
		name := []Span{Strong(it.voice.name)}
		if !it.quoted { // sections run on in one line, a quote begins its own
			name = append(name, Words("\n"))
		}
		head = append(head, section(name...))
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
		for _, t := range it.tree.Split(MaxBlockChars) {
			out = append(out, treeElements(t))
		}
	case it.text != "":
		for _, chunk := range markup.SplitText(raw(it.text), MaxBlockChars) {
			if it.quoted {
				out = append(out, []any{quote(chunk)})
			} else {
				out = append(out, []any{section(Words(chunk))})
			}
		}
	}
	return out
}

// citations names the sources of an answer.
func citations(list []conversation.Citation) []Span {
	out := []Span{Slant("Sources: ")}
	for i, c := range list {
		if i > 0 {
			out = append(out, Words(" · "))
		}
		title := OneLine(c.Title, 80)
		if strings.HasPrefix(c.URL, "https://") || strings.HasPrefix(c.URL, "http://") {
			out = append(out, Link(title, c.URL))
		} else {
			out = append(out, Words(title))
		}
	}
	return out
}
