package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/handoff-bot/handoff/conversation"
)

// Redact blanks what was said in one event: its payload, the author's name, its
// words in the search, and, for a line that came from Slack, what Slack sent.
// The key becomes a digest, so that a repeated act still finds the event. The
// State stays. Machine translations of the event go with it; an edit is an event of
// its own and is redacted by itself. Files that the event carries are nobody's from then on, and their content
// is deleted soon after. conversation.ErrNotFound when there is no such event.
func (s *Store) Redact(ctx context.Context, id conversation.ID, seq conversation.Seq) error {
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		// The raw bytes first: they are found by the event's order key.
		_, err := t.exec(ctx, blankInbox+` and inbox.ts in
			(select ord from events where conversation = $1 and seq = $3 and ord <> '')`, string(id), []byte{}, int64(seq))
		if err != nil {
			return fmt.Errorf("redact the inbox: %w", err)
		}
		// A code was sent to an address; without the address it is nobody's.
		_, err = t.exec(ctx, `delete from codes where conversation = $1 and exists
			(select 1 from events e where e.conversation = $1 and e.seq = $2 and e.kind = 'contact_given')`, string(id), int64(seq))
		if err != nil {
			return fmt.Errorf("forget the codes: %w", err)
		}
		if err := t.dropFiles(ctx, id, ` and seq = $2`, int64(seq)); err != nil {
			return err
		}
		if err := t.blankTranslations(ctx, id, seq); err != nil {
			return err
		}
		return found(t.blank(ctx, id, ` and seq = $2`, int64(seq)))
	})
	if err != nil {
		return err
	}
	return s.forget(ctx, false)
}

// Erase blanks what was said in a whole conversation, on both sides: see Redact.
// What remains are facts: that somebody wrote, when, and what was decided.
//
// On SQLite it ends with VACUUM, during which nothing else is written, and with
// a write-ahead log of length zero, so that the file holds nothing of it. On
// PostgreSQL the server's own vacuum does that, later. To erase many
// conversations use EraseAll.
func (s *Store) Erase(ctx context.Context, id conversation.ID) error {
	return s.EraseAll(ctx, []conversation.ID{id})
}

// EraseAll is Erase for many conversations with one VACUUM. It stops at the
// first that is not there; those before it are blanked, but not yet gone from
// the file.
func (s *Store) EraseAll(ctx context.Context, ids []conversation.ID) error {
	for _, id := range ids {
		err := s.write(ctx, func(ctx context.Context, t *tx) error {
			if _, err := t.lockState(ctx, id); err != nil {
				return err
			}
			if _, err := t.exec(ctx, blankInbox, string(id), []byte{}); err != nil {
				return fmt.Errorf("erase the inbox: %w", err)
			}
			for _, table := range []string{"codes", "presence"} {
				if _, err := t.exec(ctx, `delete from `+table+` where conversation = $1`, string(id)); err != nil {
					return fmt.Errorf("erase from %s: %w", table, err)
				}
			}
			if err := t.dropFiles(ctx, id, ""); err != nil {
				return err
			}
			if err := t.forgetVisitor(ctx, id); err != nil {
				return err
			}
			_, err := t.blank(ctx, id, "")
			return err
		})
		if err != nil {
			return fmt.Errorf("erase %s: %w", id, err)
		}
	}
	return s.forget(ctx, true)
}

// forgetVisitor forgets what is kept of a conversation's visitor outside of her
// conversations: what her site says of her, and what she did.
func (t *tx) forgetVisitor(ctx context.Context, id conversation.ID) error {
	for _, text := range []string{
		`update identities set claims = '' where visitor in (select visitor from conversations where id = $1)`,
		`delete from tracked where visitor in (select visitor from conversations where id = $1)`,
	} {
		if _, err := t.exec(ctx, text, string(id)); err != nil {
			return fmt.Errorf("forget the visitor of %s: %w", id, err)
		}
	}
	return nil
}

// blankInbox blanks what Slack sent in the threads of conversation $1. What was
// not dealt with yet is dropped: nothing is left to deal with.
const blankInbox = `update inbox
	set raw = $2, state = case when state in ('new', 'held') then 'dropped' else state end
	where exists (select 1 from threads t where t.conversation = $1 and t.team = inbox.team
		and t.channel = inbox.channel and t.ts <> '' and (t.ts = inbox.thread or t.ts = inbox.ts))`

// blank blanks events of a conversation and says how many.
func (t *tx) blank(ctx context.Context, id conversation.ID, where string, args ...any) (int64, error) {
	args = append([]any{string(id)}, args...)
	keys, err := all(ctx, t, value[string],
		`select key from events where conversation = $1 and key <> '' and key not like '#%'`+where, args...)
	if err != nil {
		return 0, err
	}
	for _, key := range keys {
		_, err := t.exec(ctx, `update events set key = $3 where conversation = $1 and key = $2`, string(id), key, blanked(key))
		if err != nil {
			return 0, err
		}
	}
	return t.exec(ctx, `update events set payload = '{}', name = '', words = '' where conversation = $1`+where, args...)
}

// blankTranslations blanks what a machine has made of a line.
func (t *tx) blankTranslations(ctx context.Context, id conversation.ID, of conversation.Seq) error {
	events, err := all(ctx, t, scanEvent, selectEvents+` where conversation = $1 and seq > $2 and kind = $3`, string(id), int64(of), string(conversation.KindTranslated))
	if err != nil {
		return fmt.Errorf("look for translations: %w", err)
	}
	for _, e := range events {
		if b, ok := e.Body.(conversation.Translated); !ok || b.Of != of {
			continue
		}
		if _, err := t.blank(ctx, id, ` and seq = $2`, int64(e.Seq)); err != nil {
			return fmt.Errorf("redact a translation: %w", err)
		}
	}
	return nil
}

var errStillRead = errors.New("the text is blanked, but the write-ahead log could not be emptied because it is being read; erase again")

// forget makes sure that SQLite's files hold nothing that was blanked: with
// vacuum the database, and always the write-ahead log.
func (s *Store) forget(ctx context.Context, vacuum bool) error {
	if s.writer == nil {
		return nil
	}
	return s.writer.alone(ctx, func(ctx context.Context, t *tx) error {
		if vacuum {
			if _, err := t.exec(ctx, `vacuum`); err != nil {
				return fmt.Errorf("compact the database: %w", err)
			}
		}
		busy, err := one(ctx, t, func(r row) (int, error) {
			var busy, pages, moved int
			err := r.Scan(&busy, &pages, &moved)
			return busy, err
		}, `pragma wal_checkpoint(truncate)`)
		if err == nil && busy != 0 {
			err = errStillRead
		}
		return err
	})
}
