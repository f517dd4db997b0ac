package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// stored is a conversation's row.
type stored struct {
	id      conversation.ID
	fold    string
	updated int64
	read    conversation.Seq
}

const selectConversation = `select id, state, updated, visitor_read from conversations c`

func scanConversation(r row) (stored, error) {
	var c stored
	err := r.Scan(&c.id, &c.fold, &c.updated, &c.read)
	return c, err
}

func (s *Store) state(ctx context.Context, where string, args ...any) (conversation.State, error) {
	c, err := one(ctx, s.read, scanConversation, selectConversation+where, args...)
	if err != nil {
		return conversation.State{}, err
	}
	return unfold(ctx, s.read, c.id, c.fold)
}

// State returns the current fold, or conversation.ErrNotFound.
func (s *Store) State(ctx context.Context, id conversation.ID) (conversation.State, error) {
	return s.state(ctx, ` where id = $1`, string(id))
}

// IDs returns up to limit conversations whose id is greater than after, by id. A
// conversation that is opened meanwhile may be missed.
func (s *Store) IDs(ctx context.Context, after conversation.ID, limit int) ([]conversation.ID, error) {
	return all(ctx, s.read, value[conversation.ID], `select id from conversations where id > $1 order by id limit $2`, string(after), limit)
}

// Owned returns the state of the owner's conversation, and
// conversation.ErrNotFound for somebody else's.
func (s *Store) Owned(ctx context.Context, o session.Owner, id conversation.ID) (conversation.State, error) {
	return s.state(ctx, ` where id = $1 and visitor = $2 and widget = $3 and not cleared`, string(id), o.Visitor, o.Widget)
}

// Find returns the conversation with this id or reference ("H-4F2K", in any
// case, with or without "H-"), or conversation.ErrNotFound.
func (s *Store) Find(ctx context.Context, idOrReference string) (conversation.State, error) {
	name := strings.TrimSpace(idOrReference)
	state, err := s.State(ctx, conversation.ID(name))
	if !errors.Is(err, conversation.ErrNotFound) {
		return state, err
	}
	name = strings.ToUpper(name)
	if !strings.HasPrefix(name, "H-") {
		name = "H-" + name
	}
	return s.state(ctx, ` where reference = $1`, name)
}

// Mine lists the owner's conversations, the one with the newest event first.
func (s *Store) Mine(ctx context.Context, o session.Owner, limit int) ([]session.Summary, error) {
	rows, err := all(ctx, s.read, scanConversation,
		selectConversation+` where visitor = $1 and widget = $2 and not cleared order by updated desc, id limit $3`, o.Visitor, o.Widget, limit)
	if err != nil {
		return nil, err
	}
	out := make([]session.Summary, 0, len(rows))
	for _, c := range rows {
		if state, ok := s.listed(ctx, c); ok {
			out = append(out, session.Summary{State: state, Updated: at(c.updated), Read: c.read})
		}
	}
	return out, nil
}

// listed is a row's fold for a list: a damaged conversation must not hide the
// others.
func (s *Store) listed(ctx context.Context, c stored) (conversation.State, bool) {
	state, err := unfold(ctx, s.read, c.id, c.fold)
	if err != nil {
		s.log.Error("a conversation is left out of a list", "conversation", string(c.id), "error", err)
	}
	return state, err == nil
}

// The length of a reference: short for people, longer when many are taken.
const (
	shortReference = 4
	longReference  = 10
)

// Create appends Opened to a new conversation, whose id and reference it draws,
// and gives it its reader rows.
func (s *Store) Create(ctx context.Context, by conversation.Author, o conversation.Opened) (conversation.State, error) {
	return write(ctx, s, func(ctx context.Context, t *tx) (conversation.State, error) {
		reference, err := t.freeReference(ctx)
		if err != nil {
			return conversation.State{}, err
		}
		id := conversation.NewID()
		o.Reference = reference
		drafts, err := t.beginnings(ctx, o)
		if err != nil {
			return conversation.State{}, err
		}
		first := conversation.Draft{Author: by, Source: conversation.FromWidget, Body: o}
		return t.create(ctx, id, append([]conversation.Draft{first}, drafts...), o)
	})
}

func (t *tx) create(ctx context.Context, id conversation.ID, drafts []conversation.Draft, o conversation.Opened) (conversation.State, error) {
	_, err := t.exec(ctx, `insert into conversations
		(id, reference, visitor, widget, state, last_seq, last_vseq, mode, owner, epoch, updated)
		values ($1, $2, $3, $4, '', 0, 0, $5, '', 0, 0)`,
		string(id), o.Reference, o.Visitor, o.Widget, string(conversation.WithBot))
	if err != nil {
		return conversation.State{}, fmt.Errorf("create a conversation: %w", err)
	}
	for _, consumer := range t.s.consumers {
		if _, err := t.exec(ctx, insertReader, consumer, string(id), 0, ms(t.now)); err != nil {
			return conversation.State{}, fmt.Errorf("create the %s reader: %w", consumer, err)
		}
	}
	out, err := t.extend(ctx, conversation.State{}, id, "", drafts)
	return out.State, err
}

// freeReference draws references, longer ones after some, until one is free.
func (t *tx) freeReference(ctx context.Context) (string, error) {
	for n := shortReference; n <= longReference; n++ {
		for range 3 {
			ref := conversation.NewReference(n)
			taken, err := all(ctx, t, value[int], `select 1 from conversations where reference = $1`, ref)
			if err != nil {
				return "", err
			}
			if len(taken) == 0 {
				return ref, nil
			}
		}
	}
	return "", errors.New("no free reference was found")
}

// MarkRead stores how far the visitor has read, in her numbering. It never goes
// back and never beyond what there is. The reader of the agents' desk is woken when
// she has come to what one of them wrote, while one has the conversation.
func (s *Store) MarkRead(ctx context.Context, id conversation.ID, vseq conversation.Seq) error {
	type place struct {
		mode       conversation.Mode
		read, last conversation.Seq
	}
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		was, err := one(ctx, t, func(r row) (p place, err error) {
			err = r.Scan(&p.mode, &p.read, &p.last)
			return p, err
		}, `select mode, visitor_read, last_vseq from conversations where id = $1`+t.d.lock, string(id))
		now := min(vseq, was.last)
		if err != nil || now <= was.read {
			return err
		}
		if _, err := t.exec(ctx, `update conversations set visitor_read = $2 where id = $1`, string(id), int64(now)); err != nil {
			return fmt.Errorf("keep how far the visitor of %s has read: %w", id, err)
		}
		if was.mode != conversation.WithAgent {
			return nil
		}
		said, err := all(ctx, t, value[int], `select 1 from events where conversation = $1 and vseq > $2 and vseq <= $3 and role = $4 limit 1`,
			string(id), int64(was.read), int64(now), string(conversation.Agent))
		if err != nil || len(said) == 0 {
			return err
		}
		if _, err := t.exec(ctx, `update conversations set seen_at = $2 where id = $1`, string(id), ms(t.now)); err != nil {
			return fmt.Errorf("keep when the visitor of %s has read: %w", id, err)
		}
		return t.wake(ctx, id, deskReader)
	})
}

// found is an update's error, or conversation.ErrNotFound when it met no row.
func found(n int64, err error) error {
	if err == nil && n == 0 {
		return conversation.ErrNotFound
	}
	return err
}
