package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
)

const selectEvents = `select conversation, seq, vseq, at, role, author, name, source, ord, key, kind, facts, payload from events`

func scanEvent(r row) (conversation.Event, error) {
	var e conversation.Event
	var millis int64
	var kind, facts, payload string
	err := r.Scan(&e.Conversation, &e.Seq, &e.VSeq, &millis, &e.Author.Role, &e.Author.ID, &e.Author.Name,
		&e.Source, &e.Order, &e.Key, &kind, &facts, &payload)
	if err != nil {
		return e, err
	}
	e.At = at(millis)
	if e.Body, err = conversation.DecodeBody(conversation.Kind(kind), []byte(facts), []byte(payload)); err != nil {
		return e, fmt.Errorf("event %d of %s is damaged: %w", e.Seq, e.Conversation, err)
	}
	return e, nil
}

// Events returns up to limit events with Seq > after, ascending. It does not
// say whether the conversation exists.
func (s *Store) Events(ctx context.Context, id conversation.ID, after conversation.Seq, limit int) ([]conversation.Event, error) {
	return all(ctx, s.read, scanEvent, selectEvents+` where conversation = $1 and seq > $2 order by seq limit $3`,
		string(id), int64(after), limit)
}

// ByKey returns the event that was appended under an idempotency key, or
// conversation.ErrNotFound.
func (s *Store) ByKey(ctx context.Context, id conversation.ID, key string) (conversation.Event, error) {
	return eventByKey(ctx, s.read, id, key)
}

func eventByKey(ctx context.Context, q source, id conversation.ID, key string) (conversation.Event, error) {
	if key == "" {
		return conversation.Event{}, conversation.ErrNotFound
	}
	return one(ctx, q, scanEvent, selectEvents+` where conversation = $1 and key in ($2, $3) and key <> ''`,
		string(id), key, blanked(key))
}

const byOrder = selectEvents + ` where ord = $1 and ord <> '' order by conversation, seq`

// ByOrder returns the events, of any conversation, that carry this order key of
// the platform. Other channels of the platform may have used the same one.
func (s *Store) ByOrder(ctx context.Context, order string) ([]conversation.Event, error) {
	return all(ctx, s.read, scanEvent, byOrder, order)
}

// VisitorEvents returns up to limit visible events with VSeq > after, ascending.
func (s *Store) VisitorEvents(ctx context.Context, id conversation.ID, after conversation.Seq, limit int) ([]conversation.Event, error) {
	return all(ctx, s.read, scanEvent,
		selectEvents+` where conversation = $1 and vseq > $2 and vseq > 0 order by vseq limit $3`,
		string(id), int64(after), limit)
}

// VisitorEventsBefore returns the last limit visible events with VSeq < before,
// ascending; before 0 means from the end.
func (s *Store) VisitorEventsBefore(ctx context.Context, id conversation.ID, before conversation.Seq, limit int) ([]conversation.Event, error) {
	events, err := all(ctx, s.read, scanEvent,
		selectEvents+` where conversation = $1 and vseq > 0 and (vseq < $2 or $2 = 0) order by vseq desc limit $3`,
		string(id), int64(before), limit)
	slices.Reverse(events)
	return events, err
}

// VisitorSeq maps the visitor's number to the log's, or
// conversation.ErrNotFound.
func (s *Store) VisitorSeq(ctx context.Context, id conversation.ID, vseq conversation.Seq) (conversation.Seq, error) {
	return one(ctx, s.read, value[conversation.Seq],
		`select seq from events where conversation = $1 and vseq = $2 and vseq > 0`, string(id), int64(vseq))
}

// VSeqOf is the reverse: 0 for an event the visitor may not see, and
// conversation.ErrNotFound for one that is not there.
func (s *Store) VSeqOf(ctx context.Context, id conversation.ID, seq conversation.Seq) (conversation.Seq, error) {
	return one(ctx, s.read, value[conversation.Seq],
		`select vseq from events where conversation = $1 and seq = $2`, string(id), int64(seq))
}

// words is what search reads of an event: the name and what was said, in lower
// case, because the engines disagree about the case of letters beyond ASCII.
func words(e conversation.Event) string {
	var said []string
	switch b := e.Body.(type) {
	case conversation.Message:
		said = []string{b.Text}
	case conversation.Note:
		said = []string{b.Text}
	case conversation.Edited:
		said = []string{b.Text}
	case conversation.ContactGiven:
		said = []string{b.Name, b.Email, b.Phone, b.Message}
	case conversation.Rated:
		said = []string{b.Comment}
	default:
		return ""
	}
	return strings.ToLower(clean(strings.Join(append(said, e.Author.Name), "\n")))
}

// clean takes out what PostgreSQL refuses in a text: NUL, and bytes that are
// not UTF-8.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}
