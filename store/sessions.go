package store

import (
	"context"
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/widgetapi/session"
)

// SaveSession stores a session, over one with the same hash.
func (s *Store) SaveSession(ctx context.Context, v session.Session) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error { return t.saveSession(ctx, v) })
}

func (t *tx) saveSession(ctx context.Context, v session.Session) error {
	_, err := t.exec(ctx, `insert into sessions (hash, visitor, widget, origin, verified, created, expires, proof)
		values ($1, $2, $3, $4, $5, $6, $7, $8)
		on conflict (hash) do update set visitor = excluded.visitor, widget = excluded.widget, origin = excluded.origin,
			verified = excluded.verified, created = excluded.created, expires = excluded.expires, proof = excluded.proof`,
		v.Hash[:], v.Visitor, v.Widget, v.Origin, v.Verified, ms(v.Created), ms(v.Expires), v.Proof)
	if err != nil {
		return fmt.Errorf("save a session: %w", err)
	}
	return nil
}

// Session returns a session, expired or not, or conversation.ErrNotFound.
func (s *Store) Session(ctx context.Context, hash [32]byte) (session.Session, error) {
	return one(ctx, s.read, scanSession, selectSession, hash[:])
}

const selectSession = `select hash, visitor, widget, origin, verified, created, expires, proof from sessions where hash = $1`

func scanSession(r row) (session.Session, error) {
	var v session.Session
	var hash []byte
	var created, expires int64
	if err := r.Scan(&hash, &v.Visitor, &v.Widget, &v.Origin, &v.Verified, &created, &expires, &v.Proof); err != nil {
		return v, err
	}
	copy(v.Hash[:], hash)
	v.Created, v.Expires = at(created), at(expires)
	return v, nil
}

// RotateSession stores next and deletes old in one transaction. When old is not
// there (any more) it stores nothing and returns conversation.ErrNotFound: of
// two rotations of one token only one wins.
func (s *Store) RotateSession(ctx context.Context, old [32]byte, next session.Session) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		if err := t.deleteSession(ctx, old); err != nil {
			return err
		}
		return t.saveSession(ctx, next)
	})
}

// DeleteSession deletes a session; conversation.ErrNotFound when it is not there.
func (s *Store) DeleteSession(ctx context.Context, hash [32]byte) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error { return t.deleteSession(ctx, hash) })
}

// EndSession is DeleteSession for a visitor who logs out: links to other devices
// that she has not used yet are void, too.
func (s *Store) EndSession(ctx context.Context, v session.Session) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		if err := t.deleteSession(ctx, v.Hash); err != nil {
			return err
		}
		_, err := t.exec(ctx, `delete from codes where purpose = 'device' and conversation in
			(select id from conversations where visitor = $1 and widget = $2)`, v.Visitor, v.Widget)
		return err
	})
}

func (t *tx) deleteSession(ctx context.Context, hash [32]byte) error {
	if _, err := one(ctx, t, value[int], `select 1 from sessions where hash = $1`+t.d.lock, hash[:]); err != nil {
		return err
	}
	_, err := t.exec(ctx, `delete from sessions where hash = $1`, hash[:])
	return err
}

// TouchSession moves the expiry; conversation.ErrNotFound when it is not there.
func (s *Store) TouchSession(ctx context.Context, hash [32]byte, expires time.Time) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		return found(t.exec(ctx, `update sessions set expires = $2 where hash = $1`, hash[:], ms(expires)))
	})
}

// PurgeSessions deletes the sessions that expired by then, unless their visitor
// has a conversation that is open, or one that something happened in since: it
// may have been closed only after the session's own end. It says how many.
func (s *Store) PurgeSessions(ctx context.Context, then time.Time) (int, error) {
	return write(ctx, s, func(ctx context.Context, t *tx) (int, error) {
		n, err := t.exec(ctx, `delete from sessions where expires <= $1 and not exists (
			select 1 from conversations c
			where c.visitor = sessions.visitor and c.widget = sessions.widget and (c.mode <> 'closed' or c.updated > $1))`, ms(then))
		return int(n), err
	})
}
