package handofftest

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// agree says that everybody has the same conversation: what the visitor read on
// her stream, what the API gives to somebody who comes anew, the log, and the
// thread. It compares every line, so a lost, doubled or misplaced one shows.
func (g *guest) agree() {
	g.b.t.Helper()
	read := written(Lines(g.Items()))
	g.same("the API's backlog", written(Lines(g.backlog())), "the stream", read)
	log := g.log()
	g.same("the stream", read, "the log", written(shown(log)))
	if g.root == "" {
		return
	}
	var agents []string
	for _, l := range Lines(g.Items()) {
		if l.Role == "agent" {
			agents = append(agents, l.Text)
		}
	}
	g.same("what the visitor read of the agents", agents, "what they wrote", g.typed())
	g.mirrored(log)
}

func (g *guest) same(what string, got []string, of string, want []string) {
	g.b.t.Helper()
	if !slices.Equal(got, want) {
		g.b.t.Errorf("%s: %s differs from %s\ngot:\n  %s\nwant:\n  %s", g.name, what, of, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// log is the conversation's log.
func (g *guest) log() []conversation.Event {
	g.b.t.Helper()
	var events []conversation.Event
	for {
		page, err := g.b.app.Store().Events(context.Background(), conversation.ID(g.Conversation), conversation.Seq(len(events)), 500)
		if err != nil {
			g.b.t.Fatal(err)
		}
		if events = append(events, page...); len(page) == 0 {
			return events
		}
	}
}

// shown folds a log into the lines a visitor may read.
func shown(log []conversation.Event) []Line {
	var lines []Line
	find := func(of conversation.Seq) *Line {
		at := slices.IndexFunc(lines, func(l Line) bool { return l.Seq == int(of) })
		if at < 0 {
			return &Line{}
		}
		return &lines[at]
	}
	for _, e := range log {
		if e.VSeq == 0 {
			continue
		}
		switch b := e.Body.(type) {
		case conversation.Message:
			lines = append(lines, Line{Seq: int(e.Seq), Role: string(e.Author.Role), Order: e.Order, Text: b.Text})
		case conversation.Edited:
			find(b.Of).Text = b.Text
		case conversation.Retracted:
			find(b.Of).Removed = true
		default:
		}
	}
	return sortRuns(lines)
}

func written(lines []Line) []string {
	var out []string
	for _, l := range lines {
		if l.Removed {
			l.Text = "(removed)"
		}
		out = append(out, l.Role+": "+l.Text)
	}
	return out
}

// typed is what people wrote in the visitor's threads, in Slack's order.
func (g *guest) typed() []string {
	var thread []fakeslack.Message
	for _, at := range append(slices.Clone(g.earlier), [2]string{g.channel, g.root}) {
		thread = append(thread, g.b.Slack.Thread(at[0], at[1])...)
	}
	slices.SortFunc(thread, func(a, b fakeslack.Message) int { return cmp.Compare(a.TS, b.TS) })
	var out []string
	for _, m := range thread {
		if m.BotID == "" {
			out = append(out, m.Visible())
		}
	}
	return out
}

// mirrored says that every line of the visitor and of the bot stands in the
// thread once, in the order of the log.
func (g *guest) mirrored(log []conversation.Event) {
	g.b.t.Helper()
	var thread strings.Builder
	for _, m := range g.b.Slack.Thread(g.channel, g.root)[1:] { // the card quotes the ask
		if m.BotID != "" {
			thread.WriteString(m.Visible() + "\n")
		}
	}
	text, at := thread.String(), -1
	for _, l := range shown(log) {
		if l.Role != "visitor" && l.Role != "bot" || l.Removed {
			continue
		}
		if n := strings.Count(text, l.Text); n != 1 {
			g.b.t.Errorf("%s: %q stands %d times in the thread", g.name, l.Text, n)
			continue
		}
		if pos := strings.Index(text, l.Text); pos < at {
			g.b.t.Errorf("%s: %q stands too early in the thread:\n%s", g.name, l.Text, text)
		} else {
			at = pos
		}
	}
}
