package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// deskReader is the reader that shows agents whether the visitor is there.
const deskReader = "slack"

// SetPresence keeps whether the visitor has the chat open, since when or until
// when. A report from before what is kept is passed over. When it changed and a
// person waits or answers, the reader "slack" is woken.
// conversation.ErrNotFound when there is no such conversation.
func (s *Store) SetPresence(ctx context.Context, id conversation.ID, here bool, when time.Time) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		mode, err := one(ctx, t, value[conversation.Mode], `select mode from conversations where id = $1`+t.d.lock, string(id))
		if err != nil {
			return err
		}
		was, last, err := presence(ctx, t, id)
		if err != nil || when.Before(last) {
			return err
		}
		if _, err = t.exec(ctx, `insert into presence (conversation, here, at) values ($1, $2, $3)
			on conflict (conversation) do update set here = excluded.here, at = excluded.at`, string(id), here, ms(when)); err != nil {
			return fmt.Errorf("keep the presence in %s: %w", id, err)
		}
		changed := here != was || last.IsZero()
		if !changed || mode != conversation.Waiting && mode != conversation.WithAgent {
			return nil
		}
		return t.wake(ctx, id, deskReader)
	})
}

// Presence says whether the visitor has the chat open and since when, or until
// when she had; the zero time when nothing is known.
func (s *Store) Presence(ctx context.Context, id conversation.ID) (here bool, since time.Time, err error) {
	return presence(ctx, s.read, id)
}

func presence(ctx context.Context, q source, id conversation.ID) (bool, time.Time, error) {
	type seen struct {
		here bool
		at   int64
	}
	p, err := one(ctx, q, func(r row) (seen, error) {
		var p seen
		err := r.Scan(&p.here, &p.at)
		return p, err
	}, `select here, at from presence where conversation = $1`, string(id))
	if errors.Is(err, conversation.ErrNotFound) {
		err = nil
	}
	return p.here, at(p.at), err
}

// Seen is how far the visitor has read, in her numbering, or
// conversation.ErrNotFound.
func (s *Store) Seen(ctx context.Context, id conversation.ID) (conversation.Seq, error) {
	return one(ctx, s.read, value[conversation.Seq], `select visitor_read from conversations where id = $1`, string(id))
}

// SeenAt is when the visitor last came to a line of an agent's who had the
// conversation, zero for never, or conversation.ErrNotFound.
func (s *Store) SeenAt(ctx context.Context, id conversation.ID) (time.Time, error) {
	seen, err := one(ctx, s.read, value[int64], `select seen_at from conversations where id = $1`, string(id))
	return at(seen), err
}
