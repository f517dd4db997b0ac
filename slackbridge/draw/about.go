package draw

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// About is what posts beside a thread say of its conversation. Visitor is her name as
// it may stand above a post; Link leads to the thread, "" while it has none.
type About struct {
	State   conversation.State
	Brief   Brief
	Visitor string
	Link    string
}

// ToOwner tells the new owner directly that she has the conversation, by the event e of
// the transfer b.
func (a About) ToOwner(e conversation.Event, b conversation.Transferred, mark string) Message {
	spans := []Span{Words("You have this chat now: "), Strong(a.Visitor), Words(" · " + a.State.Reference + " · " + a.Brief.question() + "\n")}
	switch {
	case b.Why == conversation.TransferAssigned:
		spans = append(spans, Words("It was assigned to you. Please answer or accept it until "), moment(b.Accept), Words(". "))
	case e.Author.ID != "":
		spans = append(spans, Words("Passed on by "), Named(e.Author.ID, e.Author.Name), Words(". "))
	}
	text := ClipEscaped(parsed(spans), MaxNoticeText)
	elements := []any{section(append(spans, Link("Open the thread", a.Link))...)}
	if note := strings.TrimSpace(b.Note); note != "" {
		elements = append(elements, quote(Clip(note, maxInput)))
	}
	return Message{Text: text, Blocks: []slack.Block{richBlock{id: mark + ":0", elements: elements}}, Metadata: Marked(a.State.ID, mark)}
}

// RuleLine is the line of a rule with "do: notify", "" for one without a name. While the
// AI has the conversation it can be watched and taken over; name is the block of those
// buttons. After that it says who has it.
func (a About) RuleLine(rule, name, mark string) Message {
	spans := []Span{Words("👀 "), Strong(OneLine(cmp.Or(rule, "A rule"), MaxName)), Words(": "), Strong(a.Brief.Visitor(a.State)), Words(" · " + a.State.Reference)}
	if n := len(a.Brief.Pages); n > 0 {
		spans = append(spans, Words(" · on "+OneLine(pageName(a.Brief.Pages[n-1]), 80)))
	}
	if said := OneLine(a.Brief.Last, 140); said != "" {
		spans = append(spans, Words(" · “"+said+"”"))
	}
	if a.State.Mode != conversation.WithBot {
		spans = append(append(spans, Words("\n")), a.whoHasIt()...)
	}
	m := Message{Text: ClipEscaped(parsed(spans), MaxNoticeText), Blocks: []slack.Block{richLine(mark, spans...)}, Metadata: Marked(a.State.ID, mark)}
	if a.State.Mode != conversation.WithBot {
		return m
	}
	id := string(a.State.ID)
	return m.with(slack.NewActionBlock(name, button(ActWatch, id, "Watch"), button(ActTakeOver, id, "Take over")))
}

func pageName(p conversation.Page) string {
	if u, err := url.Parse(p.URL); err == nil && u.Path != "" {
		return u.Path
	}
	return p.URL
}

// whoHasIt says what has become of a conversation that the AI has no more.
func (a About) whoHasIt() []Span {
	var out []Span
	switch a.State.Mode {
	case conversation.WithAgent:
		out = append(out, Strong(OneLine(a.State.Owner.Name, MaxName)), Words(" has this chat now."))
	case conversation.Waiting:
		out = append(out, Words("This chat waits for a person now."))
	case conversation.IsClosed:
		out = append(out, Words("This chat is closed."))
	case conversation.WithBot:
	}
	if a.Link != "" {
		out = append(out, Words(" "), Link("Open the thread", a.Link))
	}
	return out
}

// WeekNumbers is the weekly post of the numbers. pictured says that pictures follow in
// its thread.
func WeekNumbers(title string, lines []string, pictured bool) Message {
	var points []slack.RichTextElement
	for _, line := range lines {
		points = append(points, section(Words(line)))
	}
	foot := "What each number means is in docs/report.md; the whole table is handoff report."
	if pictured {
		foot = "The pictures are in the thread. " + foot
	}
	block := richBlock{elements: []any{section(Strong(title)), slack.NewRichTextList(slack.RTEListBullet, 0, points...), section(Slant(foot))}}
	return Message{Text: ClipEscaped(Mrkdwn(title+": "+strings.Join(lines, " ")), MaxNoticeText), Blocks: []slack.Block{block}}
}
