package slackbridge

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// A line that was sent from the form is posted by the app, so nobody can edit or
// delete it in Slack. A menu below it does, by the rules for lines that were typed:
// its author decides about it, and an admin may take it back. The shortcuts of the
// message do the same, where it shows one such line.

// pressLineMenu does what was chosen in the menu below a line.
func (b *Bridge) pressLineMenu(ctx context.Context, p press) error {
	choice, _, _ := strings.Cut(p.action.SelectedOption.Value, ":")
	w, err := b.find(ctx, p.me.Team, p.channel, p.thread, p.ts)
	if errors.Is(err, errHold) {
		return errDrop
	}
	if err != nil {
		return err
	}
	return b.onLine(ctx, p, w, choice)
}

// onLine does what somebody chose for a line.
func (b *Bridge) onLine(ctx context.Context, p press, w where, choice string) error {
	if _, gone := w.last(); gone {
		b.tellPresser(p, draw.Words("This line was taken back already."))
		return nil
	}
	switch choice {
	case draw.CutSend:
		return b.shortcutSend(ctx, p, w)
	case draw.CutMove:
		return b.openMove(ctx, p, w)
	case draw.CutNote:
		return b.shortcutKeep(ctx, p, w)
	case draw.LineEdit:
		return b.openEdit(ctx, p, w)
	case draw.LineBack:
		return b.pressTakeBack(ctx, p, w)
	}
	return errDrop
}

// pressTakeBack takes a line back, or a note.
func (b *Bridge) pressTakeBack(ctx context.Context, p press, w where) error {
	if w.event.Author.ID != p.who.ID {
		if !p.admin {
			b.tellPresser(p, draw.Words("Only its author can take this line back."))
			return nil
		}
		b.tellPresser(p, draw.Words("This line was taken back."))
	}
	return b.takeBack(ctx, w, w.line+takenBack, w.ts, p.action.ActionTS)
}

// openEdit opens a line with the words its author wrote.
func (b *Bridge) openEdit(ctx context.Context, p press, w where) error {
	if w.event.Author.ID != p.who.ID {
		b.tellPresser(p, draw.Words("Only its author can edit this line."))
		return nil
	}
	label := "What the visitor reads"
	switch {
	case w.inside():
		label = "Note"
	case w.original() != "":
		label = "Your words, which a machine translates"
	}
	text, _ := w.now()
	view := draw.EditForm(p.id, lineName(p, w), label, cmp.Or(w.original(), text))
	return b.orTell(ctx, p, view, "The form did not open in time. Choose Edit… again.")
}

// submitEdit carries the new words, as an edit in Slack would.
func (b *Bridge) submitEdit(ctx context.Context, p press) error {
	w, err := b.submittedLine(ctx, p)
	if err != nil {
		return err
	}
	text, note := b.withoutPrefix(strings.TrimSpace(markup.Clean(p.e.View.text(draw.InputReply))))
	now, _ := w.now()
	_, gone := w.last()
	switch {
	case w.event.Author.ID != p.who.ID:
		b.tellAt(w, p.who.ID, draw.Words("Only its author can edit this line."))
		return nil
	case gone:
		b.tellAt(w, p.who.ID, draw.Words("Your edit changed nothing: the line was taken back."))
		return nil
	case note && !w.inside():
		return b.keepInside(ctx, w, text, "")
	case text == "" || text == cmp.Or(w.original(), now):
		return nil
	}
	content, err := json.Marshal(markup.FromPlain(text))
	if err != nil {
		return fmt.Errorf("encode the line: %w", err)
	}
	return b.carry(ctx, edit{where: w, ts: w.ts, at: p.e.View.ID, text: text, content: content})
}

// lineName names a line in the metadata of a modal, for submittedLine.
func lineName(p press, w where) string {
	return strings.Join([]string{string(p.id), p.channel, p.thread, w.ts}, " ")
}

// submittedLine finds the line that a submitted modal is about. The error is
// errDrop when there is none.
func (b *Bridge) submittedLine(ctx context.Context, p press) (where, error) {
	parts := strings.Fields(p.e.View.Metadata)
	if len(parts) != 4 {
		return where{}, errDrop
	}
	w, err := b.find(ctx, p.me.Team, parts[1], parts[2], parts[3])
	if errors.Is(err, errHold) || err == nil && w.thread.Conversation != p.id {
		return where{}, errDrop
	}
	return w, err
}

// movedHere is the key of a line from the form in a conversation it was moved to.
func (b *Bridge) movedHere(ctx context.Context, id conversation.ID, line string) (string, error) {
	events, err := readAll(ctx, b.Log, id, 0)
	if err != nil {
		return "", fmt.Errorf("look for the line: %w", err)
	}
	for _, e := range events {
		if _, said := e.Body.(conversation.Message); said && strings.HasPrefix(e.Key, line+movedAway+":") {
			return e.Key, nil
		}
	}
	return "", conversation.ErrNotFound
}

// shownBy names the lines from the form that a message of ours shows.
func (b *Bridge) shownBy(ctx context.Context, id conversation.ID, m slackMessage) ([]string, error) {
	first, last, ok := found(m, id)
	if !ok {
		return nil, nil
	}
	events, err := b.Log.Events(ctx, id, first-1, int(last-first)+1)
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	var out []string
	for _, e := range events {
		if line := formOf(e.Key); line != "" && isLine(e.Body) && !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	return out, nil
}
