package slackbridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// workChanged carries an edit to the line it belongs to. It counts for as much as
// a new line does: who may not answer any more changes nothing, a note prefix
// takes the line back, and a mention keeps the new words inside until they are
// sent anyway.
func (b *Bridge) workChanged(ctx context.Context, me identity, r ledger.Inbound, m slackMessage) error {
	in := m.Message
	if in == nil || in.Edited == nil {
		return errDrop
	}
	if m.Previous != nil && in.saysWhat(*m.Previous) {
		return errDrop // a preview came or went
	}
	at := m.editedAt()
	w, err := b.find(ctx, r.Team, r.Channel, r.Thread, r.TS)
	if errors.Is(err, errHold) {
		return b.holdUnlessDealtWith(ctx, r)
	}
	if err != nil {
		return err
	}
	if latest, gone := w.last(); gone || latest >= at {
		return errDrop
	}
	if w.event.Author.ID != in.User && in.User != "" {
		return errDrop
	}
	if ok, err := b.mayEdit(ctx, me, w, *in); err != nil || !ok {
		return orDrop(err)
	}
	text, content, note, err := b.words(ctx, *in)
	if err != nil {
		return err
	}
	e := edit{where: w, ts: r.TS, at: at, text: text, content: content}
	switch {
	case text == "" && len(w.carried()) == 0:
		return b.takeBack(ctx, w, e.key(":e:"), e.ts, e.at)
	case note && !w.inside():
		return b.keepInside(ctx, w, text, e.at)
	case in.mentions() && !w.inside() && !w.cleared(m.Previous):
		return b.holdEdit(ctx, e)
	}
	return b.carry(ctx, e)
}

// saysWhat says that a message has the words and the files of another: a preview
// changes neither.
func (m slackMessage) saysWhat(other slackMessage) bool {
	if m.Text != other.Text || m.Text == "" || len(m.Files) != len(other.Files) {
		return false
	}
	return reflect.DeepEqual(m.tree(markup.Names{}), other.tree(markup.Names{}))
}

// mayEdit says whether the author of a line may still answer. An edit by somebody
// who may not has no effect; a deletion always has.
func (b *Bridge) mayEdit(ctx context.Context, me identity, w where, in slackMessage) (bool, error) {
	who, why, err := b.people.standing(ctx, me.Team, w.thread.Channel, w.event.Author.ID)
	if err != nil {
		return false, fmt.Errorf("look the author up: %w", err)
	}
	if why == "" && in.UserTeam != "" && in.UserTeam != me.Team {
		why = notOfThisWorkspace
	}
	if why != "" && !who.Deleted {
		b.whisper(w.thread.Channel, who.ID, w.thread.TS, "Your edit changed nothing. "+why)
	}
	return why == "", nil
}

// edit is what somebody has made of a line.
type edit struct {
	where
	ts, at  string // of the line, and of the edit
	text    string
	content json.RawMessage

	original string // what she wrote, when text is its translation
}

// key names an act about this edit.
func (e edit) key(kind string) string { return e.line + kind + e.at }

// carry appends the edit: to the visitor's line, or to the note.
func (b *Bridge) carry(ctx context.Context, e edit) error {
	if err := b.putEditOver(ctx, &e); err != nil {
		return err
	}
	_, err := b.Log.Append(ctx, e.home, e.key(":e:"), conversation.Append(e.change()))
	if err != nil {
		return fmt.Errorf("carry the edit: %w", err)
	}
	return nil
}

func (e edit) change() conversation.Draft {
	return conversation.Draft{Author: e.event.Author, Source: conversation.FromSlack,
		Body: conversation.Edited{Of: e.event.Seq, Inside: e.inside(), Text: e.text, Content: e.content, Original: e.original}}
}

// heldEdit is the part of the key of an edit that stayed inside.
const heldEdit = ":h:"

// cleared says that a line with a mention went out because its author has sent it
// anyway, and that this edit is of that line as it went out.
func (w where) cleared(previous *slackMessage) bool {
	return strings.HasPrefix(w.event.Key, w.line+sentOnPurpose) && previous != nil && previous.mentions() && len(w.held()) == 0
}

// held are the edits of the line that stay inside.
func (w where) held() []conversation.Event {
	var out []conversation.Event
	for _, e := range w.since {
		if _, ok := e.Body.(conversation.Note); ok && strings.HasPrefix(e.Key, w.line+heldEdit) {
			out = append(out, e)
		}
		if r, ok := e.Body.(conversation.Retracted); ok {
			out = slices.DeleteFunc(out, func(n conversation.Event) bool { return n.Seq == r.Of })
		}
	}
	return out
}

// holdEdit keeps the new words of a line inside: they mention somebody. The
// visitor reads the line as it was.
func (b *Bridge) holdEdit(ctx context.Context, e edit) error {
	note := conversation.Draft{Author: e.event.Author, Source: conversation.FromSlack, Order: e.order(), Body: conversation.Note{Text: e.text, Content: e.content}}
	if _, err := b.Log.Append(ctx, e.home, e.key(heldEdit), conversation.Append(note)); err != nil {
		return fmt.Errorf("keep the edit inside: %w", err)
	}
	line := e.ts + " " + e.at
	m := draw.Say(draw.Words("Your edit mentions somebody in Slack, so it stayed inside. The visitor still reads what you wrote before.")).
		Offering(e.thread.Conversation, line, draw.OfferEdit, draw.OfferKeep)
	m.Text = "Your edit mentions somebody in Slack, so it stayed inside."
	b.aside.add(whisper{user: e.event.Author.ID, channel: e.thread.Channel, thread: e.thread.TS, m: m})
	return nil
}

// pressEdit sends an edit that had stayed inside.
func (b *Bridge) pressEdit(ctx context.Context, p press) error {
	ts, at, _ := strings.Cut(p.ts, " ")
	w, err := b.find(ctx, p.me.Team, p.channel, p.thread, ts)
	if errors.Is(err, errHold) {
		return errDrop
	}
	if err != nil {
		return err
	}
	e := edit{where: w, ts: ts, at: at}
	held := w.held()
	i := slices.IndexFunc(held, func(n conversation.Event) bool { return n.Key == e.key(heldEdit) })
	latest, gone := w.last()
	switch {
	case w.event.Author.ID != p.who.ID:
		b.tellPresser(p, draw.Words("Only its author can send this edit."))
		return nil
	case i < 0 || gone || latest >= at || i < len(held)-1:
		b.replaceOriginal(p, draw.Words("This edit has gone out already, or the line was changed since."))
		return nil
	}
	note, _ := held[i].Body.(conversation.Note)
	e.text, e.content = note.Text, note.Content
	if err := b.putEditOver(ctx, &e); err != nil {
		return err
	}
	back := conversation.Draft{Author: p.by, Source: conversation.FromSlack, Body: conversation.Retracted{Of: held[i].Seq, Inside: true}}
	if _, err := b.Log.Append(ctx, w.home, e.key(":e:"), conversation.Append(back, e.change())); err != nil {
		return fmt.Errorf("send the edit: %w", err)
	}
	b.replaceOriginal(p, draw.Words("Your edit was sent to the visitor."))
	return nil
}
