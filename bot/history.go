package bot

import (
	"context"
	"fmt"
	"maps"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
)

// history is what was said, read from the log for one turn.
type history struct {
	lines       []line
	past        []conversation.Decided // verdicts since the last hand back
	visitor     map[string]any         // what the site's page says of her, unverified
	verified    map[string]any         // what a signed token says of her
	tracked     []string               // what she did on the site, oldest first, unverified
	page        conversation.Page
	locale      string               // in which the conversation was opened
	instruction string               // of the agent who handed back last
	back        conversation.Seq     // when a wait ended last without a person
	escalated   conversation.Seq     // when a person was asked for last
	cancelled   conversation.Seq     // when she no longer wanted one last
	verdict     conversation.Decided // the last one that escalated
	verdictAt   conversation.Seq
	translated  map[conversation.Seq]bool // visitor lines that a machine has translated
}

// line is a line everybody saw, with its edits applied.
type line struct {
	seq  conversation.Seq
	role conversation.Role
	name string
	text string
	// files are what it carries; the model reads their names, the policy nothing.
	files []conversation.File
}

// said is a line as the model reads it.
func (l line) said() string { return conversation.Said(l.text, l.files) }

// Situation is what the log knows of a conversation for the policy to judge, for
// acts that are no turn of the bot's. The caller adds the time and the site's level.
func Situation(ctx context.Context, log conversation.Reader, s conversation.State) (escalation.Situation, error) {
	h, err := readHistory(ctx, log, s)
	return escalation.Situation{
		State: s, Lines: h.since(s.Chapter()), Visitor: h.visitor, Page: h.page, Past: h.past, Locale: h.locale, Verified: h.verified, Events: h.tracked,
	}, err
}

// readPage is how many events one read takes.
const readPage = 500

// readHistory folds the log into the lines that still stand.
func readHistory(ctx context.Context, log conversation.Reader, s conversation.State) (history, error) {
	h := history{visitor: map[string]any{}, translated: map[conversation.Seq]bool{}}
	at := map[conversation.Seq]int{}
	err := eachEvent(ctx, log, s.ID, func(e conversation.Event) { h.add(e, s.Chapter(), at) })
	return h, err
}

// eachEvent reads a conversation's log from its beginning.
func eachEvent(ctx context.Context, log conversation.Reader, id conversation.ID, each func(conversation.Event)) error {
	for after := conversation.Seq(0); ; {
		events, err := log.Events(ctx, id, after, readPage)
		if err != nil {
			return fmt.Errorf("read the history: %w", err)
		}
		for _, e := range events {
			each(e)
			after = e.Seq
		}
		if len(events) < readPage {
			return nil
		}
	}
}

func (h *history) add(e conversation.Event, reset conversation.Seq, at map[conversation.Seq]int) {
	switch b := e.Body.(type) {
	case conversation.Message:
		at[e.Seq] = len(h.lines)
		h.lines = append(h.lines, line{e.Seq, e.Author.Role, e.Author.Name, b.Text, b.Files})
	case conversation.Edited:
		if i, ok := at[b.Of]; ok {
			h.lines[i].text = b.Text
		}
	case conversation.Retracted:
		if i, ok := at[b.Of]; ok {
			h.lines[i].text, h.lines[i].files = "", nil
		}
	case conversation.Opened:
		h.page, h.locale = b.Page, b.Locale
		maps.Copy(h.visitor, b.Context)
	case conversation.PageChanged:
		if b.Page.URL != "" {
			h.page = b.Page
		}
		maps.Copy(h.visitor, b.Context)
	case conversation.Identified:
		h.verified = b.Claims()
	case conversation.Translated:
		h.translated[b.Of] = h.translated[b.Of] || b.Text != ""
	case conversation.Tracked:
		h.tracked = escalation.Remember(h.tracked, b.Name)
	case conversation.HandedBack:
		if h.instruction = b.Instruction; b.Why != "" {
			h.back = e.Seq
		}
	case conversation.Cancelled:
		h.back, h.cancelled = e.Seq, e.Seq
	case conversation.Escalated:
		h.escalated = e.Seq
	case conversation.Decided:
		if e.Seq > reset {
			h.past = append(h.past, b)
		}
		if b.Act == conversation.ActEscalate {
			h.verdict, h.verdictAt = b, e.Seq
		}
	default:
		// The other kinds say nothing to the model or the policy.
	}
}

// since returns the visitor's and the bot's lines after a reset, for the policy.
func (h *history) since(reset conversation.Seq) []escalation.Line {
	var lines []escalation.Line
	for _, l := range h.lines {
		if l.seq > reset && l.text != "" && (l.role == conversation.Visitor || l.role == conversation.Bot) {
			lines = append(lines, escalation.Line{Seq: l.seq, Role: l.role, Text: l.text})
		}
	}
	return lines
}

// saidBefore is the last line that somebody of ours has said to the visitor, ""
// when there is none.
func (h *history) saidBefore() string {
	for i := len(h.lines) - 1; i >= 0; i-- {
		if l := h.lines[i]; l.role != conversation.Visitor && l.text != "" {
			return l.text
		}
	}
	return ""
}

// question is the burst of visitor lines that nobody has answered, as one text.
func (h *history) question(answered conversation.Seq) string {
	var text string
	for _, l := range h.lines {
		said := l.said()
		if l.role != conversation.Visitor || l.seq <= answered || said == "" {
			continue
		}
		if text != "" {
			text += "\n"
		}
		text += said
	}
	return text
}

// lineBefore is the visitor's last line that has been answered, "" when there is
// none.
func (h *history) lineBefore(answered conversation.Seq) string {
	for i := len(h.lines) - 1; i >= 0; i-- {
		if l := h.lines[i]; l.role == conversation.Visitor && l.seq <= answered {
			return l.text
		}
	}
	return ""
}
