package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// Identify ends the session that was presented and stores the one that takes its
// place, of the visitor whom the widget key knows under the token's subject; a new
// subject is a new visitor. All in one transaction: of two callers with one
// session, or with one token that is good once, only one comes through.
//
// When the session was an anonymous one, the conversation its visitor is in is
// taken over, all her sessions end, and codes that were made for her are void:
// whoever else holds one of them must not come along. Open conversations of the
// known visitor learn of claims that have changed.
//
// Errors: conversation.ErrNotFound when the session is not there (any more),
// session.ErrTokenUsed. Neither changes anything.
func (s *Store) Identify(ctx context.Context, in session.Identification) (session.Identity, error) {
	return write(ctx, s, func(ctx context.Context, t *tx) (session.Identity, error) {
		old, err := one(ctx, t, scanSession, selectSession+t.d.lock, in.Old[:])
		if err != nil {
			return session.Identity{}, err
		}
		if err := t.useToken(ctx, in); err != nil {
			return session.Identity{}, err
		}
		known, err := t.identity(ctx, in)
		if err != nil {
			return session.Identity{}, fmt.Errorf("find who the visitor is: %w", err)
		}
		in.Claims.Visitor = known.visitor
		out := session.Identity{Session: in.Next, Ended: [][32]byte{in.Old}}
		out.Visitor, out.Verified = known.visitor, true
		if !old.Verified {
			if out.Taken, out.Ended, err = t.takeOver(ctx, old, in); err != nil {
				return session.Identity{}, fmt.Errorf("take over from the anonymous visitor: %w", err)
			}
		}
		if err := t.tell(ctx, in, known.claims, out.Taken); err != nil {
			return session.Identity{}, err
		}
		if err := t.deleteSession(ctx, in.Old); err != nil && !errors.Is(err, conversation.ErrNotFound) {
			return session.Identity{}, err
		}
		return out, t.saveSession(ctx, out.Session)
	})
}

// useToken keeps the name of a token that is good once.
func (t *tx) useToken(ctx context.Context, in session.Identification) error {
	if in.Token == "" {
		return nil
	}
	n, err := t.exec(ctx, `insert into used_tokens (hash, expires) values ($1, $2) on conflict (hash) do nothing`, in.Token, ms(in.Expires))
	if err != nil {
		return fmt.Errorf("keep that a token was used: %w", err)
	}
	if n == 0 {
		return session.ErrTokenUsed
	}
	return nil
}

// known is a row of identities.
type known struct{ visitor, claims string }

func scanKnown(r row) (known, error) {
	var k known
	err := r.Scan(&k.visitor, &k.claims)
	return k, err
}

// identity finds the visitor of a subject, or makes one, and keeps what is said of
// her now. It returns what was said before.
func (t *tx) identity(ctx context.Context, in session.Identification) (known, error) {
	subject := digest(in.Subject)
	_, err := t.exec(ctx, `insert into identities (widget, subject, visitor, claims, seen) values ($1, $2, $3, '', $4)
		on conflict (widget, subject) do nothing`, in.Next.Widget, subject, conversation.RandomID("vis"), ms(t.now))
	if err != nil {
		return known{}, err
	}
	was, err := one(ctx, t, scanKnown, `select visitor, claims from identities where widget = $1 and subject = $2`+t.d.lock, in.Next.Widget, subject)
	if err != nil {
		return known{}, err
	}
	claims, err := encodeClaims(in.Claims)
	if err != nil {
		return known{}, err
	}
	_, err = t.exec(ctx, `update identities set claims = $2, seen = $3 where visitor = $1`, was.visitor, claims, ms(t.now))
	return was, err
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// encodeClaims is the stored form of what a token says, without what depends on
// the conversation.
func encodeClaims(c conversation.Identified) (string, error) {
	c.Visitor, c.Taken = "", false
	raw, err := json.Marshal(c)
	return clean(string(raw)), err
}

// takeOver gives an anonymous visitor's conversation to the visitor she turned out
// to be, and ends everything else that was the anonymous one's.
func (t *tx) takeOver(ctx context.Context, old session.Session, in session.Identification) (conversation.ID, [][32]byte, error) {
	ended, err := t.endSessions(ctx, old.Visitor, old.Widget)
	if err != nil {
		return "", nil, err
	}
	if err := t.voidCodes(ctx, old.Visitor, old.Widget); err != nil {
		return "", nil, err
	}
	// What she did before is hers, unless something is kept of her already.
	_, err = t.exec(ctx, `update tracked set visitor = $3 where visitor = $1 and widget = $2
		and not exists (select 1 from tracked k where k.visitor = $3 and k.widget = $2)`, old.Visitor, old.Widget, in.Claims.Visitor)
	if err != nil {
		return "", nil, err
	}
	if _, err := t.exec(ctx, `delete from tracked where visitor = $1 and widget = $2`, old.Visitor, old.Widget); err != nil {
		return "", nil, err
	}
	state, found, err := t.present(ctx, old, in.Within)
	if err != nil || !found {
		return "", ended, err
	}
	claims := in.Claims
	claims.Taken = true
	if _, err := t.extend(ctx, state, state.ID, "", []conversation.Draft{bySystem(claims)}); err != nil {
		return "", nil, err
	}
	_, err = t.exec(ctx, `update files set visitor = $3 where visitor = $1 and widget = $2 and seq = 0`, state.Visitor, state.Widget, in.Claims.Visitor)
	if err != nil {
		return "", nil, err
	}
	_, err = t.exec(ctx, `update conversations set visitor = $2 where id = $1`, string(state.ID), in.Claims.Visitor)
	return state.ID, ended, err
}

// present is the conversation an anonymous visitor is in: the one with the newest
// event, when it is open or was closed not long ago.
func (t *tx) present(ctx context.Context, old session.Session, within time.Duration) (conversation.State, bool, error) {
	var none conversation.State
	newest, err := all(ctx, t, value[string], `select id from conversations where visitor = $1 and widget = $2 and not cleared
		order by updated desc, id limit 1`, old.Visitor, old.Widget)
	if err != nil || len(newest) == 0 {
		return none, false, err
	}
	state, err := t.lockState(ctx, conversation.ID(newest[0]))
	if err != nil {
		return none, false, err
	}
	gone := state.Mode == conversation.IsClosed && t.now.Sub(state.Closed.At) > within
	return state, !gone && state.Identity.Seq == 0 && state.Visitor == old.Visitor, nil
}

// openTold is how many open conversations learn of changed claims.
const openTold = 10

// tell writes claims that have changed into the visitor's open conversations.
func (t *tx) tell(ctx context.Context, in session.Identification, before string, taken conversation.ID) error {
	now, err := encodeClaims(in.Claims)
	if err != nil || now == before {
		return err
	}
	ids, err := all(ctx, t, value[string], `select id from conversations where visitor = $1 and widget = $2 and mode <> 'closed' and not cleared
		order by updated desc, id limit $3`, in.Claims.Visitor, in.Next.Widget, openTold)
	if err != nil {
		return err
	}
	slices.Sort(ids) // locks are taken in one order
	for _, id := range ids {
		if conversation.ID(id) == taken {
			continue
		}
		state, err := t.lockState(ctx, conversation.ID(id))
		if err == nil {
			_, err = t.extend(ctx, state, state.ID, "", []conversation.Draft{bySystem(in.Claims)})
		}
		if err != nil {
			return fmt.Errorf("tell %s who the visitor is: %w", id, err)
		}
	}
	return nil
}

func bySystem(b conversation.Body) conversation.Draft {
	return conversation.Draft{Author: conversation.Author{Role: conversation.System}, Source: conversation.FromWidget, Body: b}
}

// endSessions deletes all sessions of a visitor and says which.
func (t *tx) endSessions(ctx context.Context, visitor, widget string) ([][32]byte, error) {
	raw, err := all(ctx, t, value[[]byte], `select hash from sessions where visitor = $1 and widget = $2`+t.d.lock, visitor, widget)
	if err != nil {
		return nil, err
	}
	out := make([][32]byte, len(raw))
	for i, hash := range raw {
		copy(out[i][:], hash)
	}
	_, err = t.exec(ctx, `delete from sessions where visitor = $1 and widget = $2`, visitor, widget)
	return out, err
}

// voidCodes deletes the codes of all conversations of a visitor.
func (t *tx) voidCodes(ctx context.Context, visitor, widget string) error {
	_, err := t.exec(ctx, `delete from codes where conversation in (select id from conversations where visitor = $1 and widget = $2)`, visitor, widget)
	return err
}

// Clear ends everything of a visitor for her: her conversations are closed, and
// neither she nor anybody else on her side can read one again; her sessions end,
// and codes that were made for her are void. The team keeps what was said. It
// returns the hashes of the sessions that ended.
func (s *Store) Clear(ctx context.Context, o session.Owner) ([][32]byte, error) {
	return write(ctx, s, func(ctx context.Context, t *tx) ([][32]byte, error) {
		ids, err := all(ctx, t, value[string], `select id from conversations where visitor = $1 and widget = $2 and not cleared order by id`, o.Visitor, o.Widget)
		if err != nil {
			return nil, fmt.Errorf("find what to clear: %w", err)
		}
		by := conversation.Author{Role: conversation.Visitor, ID: o.Visitor}
		for _, id := range ids {
			state, err := t.lockState(ctx, conversation.ID(id))
			if err == nil {
				_, err = t.append(ctx, state, "", conversation.Clear(by))
			}
			if err != nil {
				return nil, fmt.Errorf("clear %s: %w", id, err)
			}
		}
		if err := t.voidCodes(ctx, o.Visitor, o.Widget); err != nil {
			return nil, fmt.Errorf("void codes: %w", err)
		}
		for _, text := range []string{
			`update conversations set cleared = true where visitor = $1 and widget = $2`,
			`delete from tracked where visitor = $1 and widget = $2`,
			`update files set state = 'gone', name = '' where visitor = $1 and widget = $2 and seq = 0`,
			`update identities set claims = '' where visitor = $1 and widget = $2`,
		} {
			if _, err := t.exec(ctx, text, o.Visitor, o.Widget); err != nil {
				return nil, fmt.Errorf("clear a visitor: %w", err)
			}
		}
		return t.endSessions(ctx, o.Visitor, o.Widget)
	})
}
