package draw

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// Script turns events of a conversation into the posts of its thread. Whoever makes
// one fills in what the log does not say.
type Script struct {
	Silent bool // no mention: the channel gets too many
	// Typed are the lines that agents wrote in the thread, so that they stand there
	// already, and Forms what stands for the ts of those that were sent from the form.
	Typed map[conversation.Seq]bool
	Forms map[conversation.Seq]string
	// Lines are the words of visitors' lines whose translation stands elsewhere.
	Lines map[conversation.Seq]string

	state   conversation.State
	thread  ledger.Thread
	visitor string // the name of the visitor, safe above a post
	epochs  map[conversation.Seq]int
	changes map[conversation.Seq]change
}

// change is what became of a line since: its latest words, or that it was taken
// back.
type change struct {
	text    string
	content json.RawMessage
	gone    bool
	// original is what an agent wrote, when text is its translation.
	original string
	dropped  []string // files that it no longer carries
}

// NewScript reads what later events change in earlier ones. events must reach to
// the end of the log; visitor is her name as it may stand above a post.
func NewScript(s conversation.State, t ledger.Thread, visitor string, events []conversation.Event) Script {
	out := Script{state: s, thread: t, visitor: visitor, epochs: map[conversation.Seq]int{}, changes: map[conversation.Seq]change{}}
	epoch := s.Epoch
	for i := len(events) - 1; i >= 0; i-- {
		if _, ok := events[i].Body.(conversation.Escalated); ok {
			out.epochs[events[i].Seq] = epoch
			epoch--
		}
	}
	for _, e := range events {
		switch b := e.Body.(type) {
		case conversation.Edited:
			out.changes[b.Of] = change{text: b.Text, content: b.Content, original: b.Original, dropped: append(out.changes[b.Of].dropped, b.Dropped...)}
		case conversation.Retracted:
			out.changes[b.Of] = change{gone: true}
		}
	}
	return out
}

// newTranscript is the script of no thread: every line is read, and nothing calls.
func newTranscript(s conversation.State, visitor string, events []conversation.Event) Script {
	return NewScript(s, ledger.Thread{Epoch: s.Epoch + 1}, visitor, events)
}

// Posts are the posts of some of the events, in order.
func (s Script) Posts(events []conversation.Event) []Post { return plans(s.items(events)) }

// Redraw draws a post again from its own events, after an edit.
func (s Script) Redraw(p ledger.Post, events []conversation.Event, byName bool) Message {
	now := s.items(events)
	items := again(p, now)
	if len(items) == 0 {
		text := "This line was taken back."
		if len(now) > 0 {
			text = "This line is shorter now."
		}
		items = []item{{seq: p.First, spans: []Span{Slant(text)}}}
	}
	runs, _ := voices(items)
	return Post{items: items, mixed: runs > 1}.Render(p.Conversation, p.Rev+1, byName)
}

// items lists what of the events stands in the thread, in order. It stops before
// an escalation that has no route yet: whom its line mentions is not known.
func (s Script) items(events []conversation.Event) []item {
	var out []item
	for _, e := range events {
		if _, ok := e.Body.(conversation.Escalated); ok && s.unrouted(e.Seq) {
			break
		}
		if it, ok := s.item(e); ok {
			it.seq = e.Seq
			out = append(out, it)
		}
	}
	return out
}

func (s Script) unrouted(seq conversation.Seq) bool {
	return s.state.Mode == conversation.Waiting && s.epochs[seq] == s.state.Epoch && s.state.Epoch > s.thread.Epoch && !s.state.Routed()
}

// item is what stands in the thread of an event. What happened before the
// conversation came into this thread is history: it calls nobody.
func (s Script) item(e conversation.Event) (item, bool) {
	it, ok := s.line(e)
	if ok && e.Seq <= s.thread.Since {
		it.spans, it.alone, it.urgent, it.broadcast = hushed(it.spans), false, false, false
	}
	return it, ok
}

func (s Script) line(e conversation.Event) (item, bool) {
	switch b := e.Body.(type) {
	case conversation.Message:
		return s.said(e, b)
	case conversation.Note:
		if s.Typed[e.Seq] {
			return item{}, false
		}
		text, tree, gone := s.now(e.Seq, b.Text, b.Content)
		if gone {
			return item{}, false
		}
		out := item{voice: voiceOf(e.Author, s.visitor), text: text, tree: tree, menu: s.lineMenu(e)}
		out.voice.name = strings.TrimSpace("Note · " + out.voice.name)
		return out, true
	case conversation.Translated:
		return s.translated(e, b)
	case conversation.Escalated:
		return s.escalated(e, b)
	case conversation.Routed:
		return s.routedAgain(e, b)
	case conversation.Stepped:
		if b.Do == stepPing {
			return s.pinged(b)
		}
	case conversation.Cancelled:
		if s.state.HumanOnly() {
			return item{spans: []Span{Words(s.visitor + " no longer waits for a person.")}}, true
		}
	}
	a, ok := asideOf(e, s.visitor)
	if !ok {
		return item{}, false
	}
	return item{spans: a.spans, text: a.quote, quoted: true, alone: a.alone, urgent: a.alone}, true
}

func (s Script) said(e conversation.Event, b conversation.Message) (item, bool) {
	text, tree, gone := s.now(e.Seq, b.Text, b.Content)
	files := s.files(e.Seq, b.Files)
	if gone && files == "" {
		return item{}, false
	}
	if text = strings.TrimSpace(text + "\n" + files); files != "" && len(tree) > 0 {
		tree = append(tree[:len(tree):len(tree)], markup.FromPlain(files)...)
	}
	switch e.Author.Role {
	case conversation.Visitor:
		return item{voice: voiceOf(e.Author, s.visitor), text: text, quoted: true}, true
	case conversation.Bot:
		if len(tree) == 0 {
			tree = markup.FromPlain(text)
		}
		return item{voice: voiceOf(e.Author, s.visitor), text: tree.Plain(), tree: tree, sources: b.Sources}, true
	case conversation.Agent:
		it, ok := s.saidByAgent(e, b, text, tree)
		it.menu = s.lineMenu(e)
		return it, ok
	case conversation.System:
		if saidByCard(b.Notice) {
			return item{}, false
		}
		return item{spans: []Span{Slant("The visitor was told: ")}, text: text}, true
	}
	return item{}, false
}

// saidByAgent is an agent's line, but for one that stands in the thread already;
// then it is what the visitor reads of it, when that is a translation.
func (s Script) saidByAgent(e conversation.Event, b conversation.Message, text string, tree markup.Tree) (item, bool) {
	stands, original := !b.Moved && s.Typed[e.Seq], s.original(e.Seq, b)
	switch {
	case stands && original == "":
		return item{}, false
	case stands:
		return reads(text), true
	case original != "":
		out := item{voice: voiceOf(e.Author, s.visitor), tree: append(markup.FromPlain(original), markup.FromPlain("The visitor reads (machine translation):\n"+text)...)}
		out.text = out.tree.Plain()
		return out, true
	}
	return item{voice: voiceOf(e.Author, s.visitor), text: text, tree: tree}, true
}

// original is what an agent wrote of a line that is translated, "" for others.
func (s Script) original(seq conversation.Seq, b conversation.Message) string {
	if c, ok := s.changes[seq]; ok && b.Original != "" {
		return cmp.Or(c.original, c.text)
	}
	return b.Original
}

// files are the files of a line, one a line, "" for none.
func (s Script) files(seq conversation.Seq, carried []conversation.File) string {
	var list []string
	now := s.changes[seq]
	for _, f := range carried {
		if !now.gone && !slices.Contains(now.dropped, f.ID) {
			list = append(list, fileLine(f))
		}
	}
	return strings.Join(list, "\n")
}

// now is a line's text after its edits.
func (s Script) now(seq conversation.Seq, text string, content json.RawMessage) (string, markup.Tree, bool) {
	if c, ok := s.changes[seq]; ok {
		if c.gone {
			return "", nil, true
		}
		text, content = c.text, c.content
	}
	var tree markup.Tree
	if len(content) > 0 && json.Unmarshal(content, &tree) == nil && len(tree) > 0 {
		return text, tree, false
	}
	return text, nil, strings.TrimSpace(text) == ""
}

func voiceOf(a conversation.Author, visitor string) voice {
	switch a.Role {
	case conversation.Visitor:
		return voice{role: a.Role, id: "visitor", name: visitor}
	case conversation.Bot:
		return voice{role: a.Role, id: "bot", name: "AI"}
	case conversation.Agent:
		name := OneLine(a.Name, MaxName)
		if name == "" {
			name = "Agent"
		}
		return voice{role: a.Role, id: a.ID, name: name}
	case conversation.System:
	}
	return voice{}
}

// justCalled is how long the line of a transfer to a group holds for the route
// that follows it.
const justCalled = time.Minute

// routedAgain is the line of a later route of the same escalation that mentions
// somebody: the office opened, the owner let go, or the conversation came back to
// this thread. The card shows it too, but an edit of the card notifies nobody.
func (s Script) routedAgain(e conversation.Event, b conversation.Routed) (item, bool) {
	whom := b.Mention
	if s.state.Group != "" && e.Seq > s.state.Queued.Seq {
		if s.state.Queued.Seq > s.thread.Since && e.At.Sub(s.state.Queued.At) < justCalled {
			return item{}, false // the line about the transfer has called the group
		}
		whom = s.state.Group
	}
	shown := !s.thread.OpenedAt.Before(e.At) // by the card, which was posted after it
	if m, ok := Mention(whom); b.Again && ok && !shown && b.Channel == s.thread.Channel {
		return s.calls(m, "is waiting for a person."), true
	}
	return item{}, false
}

// pinged is the ladder's line that calls the group once more.
func (s Script) pinged(b conversation.Stepped) (item, bool) {
	m, ok := Mention(cmp.Or(b.Group, "here"))
	return s.calls(m, "is still waiting for a person."), ok
}

// calls is a line about the visitor that mentions m, unless nobody waits any more
// or the channel gets too many.
func (s Script) calls(m Span, what string) item {
	out := item{alone: true, urgent: true, broadcast: !s.Silent && s.state.Mode == conversation.Waiting}
	if out.broadcast {
		out.spans = []Span{m, Words(" ")}
	}
	out.spans = append(out.spans, Strong(s.visitor), Words(" ("+s.state.Reference+") "+what))
	return out
}

// escalated is the line of a later escalation in the same thread. The one that
// opened the thread is its card.
func (s Script) escalated(e conversation.Event, b conversation.Escalated) (item, bool) {
	epoch := s.epochs[e.Seq]
	switch {
	case epoch == s.thread.Epoch:
		return item{}, false
	case epoch < s.thread.Epoch:
		return item{spans: []Span{Slant("A person was asked for."), Words(" " + OneLine(b.Explain, 300))}}, true
	}
	out := item{alone: true, urgent: true, broadcast: !s.Silent && !b.Quiet}
	if m, ok := Mention(s.state.Route.Mention); ok && out.broadcast && epoch == s.state.Epoch && s.state.Mode == conversation.Waiting {
		out.spans = append(out.spans, m, Words(" "))
	}
	again := ""
	if epoch > 1 {
		again = " again"
	}
	out.spans = append(out.spans, Strong(s.visitor), Words(" ("+s.state.Reference+") asks for a person"+again+". "+OneLine(b.Explain, 300)))
	return out, true
}

// reads is the small line that says what the visitor reads of an agent's line.
func reads(text string) item {
	return item{spans: []Span{Slant("The visitor reads (machine translation):")}, text: text, quoted: true}
}

// translated is a visitor's line in the team's language, below it. What stands
// elsewhere is named by how it begins.
func (s Script) translated(e conversation.Event, b conversation.Translated) (item, bool) {
	switch {
	case b.Failed && b.Late:
		return item{}, false // that was said before
	case b.Failed:
		return item{spans: []Span{Slant("What stands above could not be translated. It is tried again with the next line.")}}, true
	case strings.TrimSpace(b.Text) == "":
		return item{}, false
	}
	head := "Machine translation:"
	if begins := OneLine(s.Lines[b.Of], 40); begins != "" && b.Of != e.Seq-1 {
		head = "Machine translation of “" + begins + "”:"
	}
	return item{spans: []Span{Slant(head)}, text: b.Text, quoted: true}, true
}

// fileLine is how a file stands in a line of the thread: agents see what it is
// before they open it.
func fileLine(f conversation.File) string {
	return fmt.Sprintf("📎 %s (%s, %s)", f.Name, f.Type, fileSize(f.Size))
}

func fileSize(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d bytes", n)
	case n < 1_000_000:
		return fmt.Sprintf("%d KB", (n+500)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
