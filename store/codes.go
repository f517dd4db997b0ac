package store

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// SaveCode keeps a code, in place of the one the conversation has for the same
// purpose, with all its tries. conversation.ErrNotFound when there is no such
// conversation.
func (s *Store) SaveCode(ctx context.Context, c session.Code) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		if _, err := one(ctx, t, value[int], `select 1 from conversations where id = $1`+t.d.lock, string(c.Conversation)); err != nil {
			return err
		}
		_, err := t.exec(ctx, `insert into codes (conversation, purpose, hash, address, expires, tries, used, proof)
			values ($1, $2, $3, $4, $5, 0, 0, $6)
			on conflict (conversation, purpose) do update set hash = excluded.hash, address = excluded.address,
				expires = excluded.expires, tries = 0, used = 0, proof = excluded.proof`,
			string(c.Conversation), string(c.Purpose), c.Hash[:], clean(c.Address), ms(c.Expires), c.Proof)
		if err != nil {
			return fmt.Errorf("save a code: %w", err)
		}
		return nil
	})
}

// code is a row of codes with whose conversation it is.
type code struct {
	session.Grant
	hash          []byte
	expires, used int64
	tries         int
}

const selectCode = `select c.conversation, v.visitor, v.widget, c.address, c.hash, c.expires, c.used, c.tries, c.proof
	from codes c join conversations v on v.id = c.conversation where c.purpose = $1 and `

func scanCode(r row) (code, error) {
	var c code
	err := r.Scan(&c.Conversation, &c.Owner.Visitor, &c.Owner.Widget, &c.Address, &c.hash, &c.expires, &c.used, &c.tries, &c.Proof)
	return c, err
}

// UseCode uses a code up and says what it was good for. A code to Verify belongs
// to the conversation id; the others are found by their hash and id is not looked
// at.
//
// Errors: session.ErrCodeWrong (a try is counted against the conversation's code
// to Verify), session.ErrCodeSpent from the fifth wrong try on, also for the right
// code, and for one that was used; session.ErrCodeExpired, also when there is
// none to Verify.
func (s *Store) UseCode(ctx context.Context, purpose session.Purpose, id conversation.ID, hash [32]byte, now time.Time) (session.Grant, error) {
	type result struct {
		grant   session.Grant
		refusal error // not an error of the operation: the try has to be kept
	}
	out, err := write(ctx, s, func(ctx context.Context, t *tx) (result, error) {
		c, err := t.code(ctx, purpose, id, hash)
		if errors.Is(err, conversation.ErrNotFound) {
			if purpose == session.Verify {
				return result{refusal: session.ErrCodeExpired}, nil
			}
			return result{refusal: session.ErrCodeWrong}, nil
		}
		if err != nil {
			return result{}, err
		}
		refusal, err := t.useCode(ctx, purpose, c, hash, now)
		return result{c.Grant, refusal}, err
	})
	switch {
	case err != nil:
		return session.Grant{}, fmt.Errorf("use a code: %w", err)
	case out.refusal != nil:
		return session.Grant{}, out.refusal
	}
	return out.grant, nil
}

func (t *tx) code(ctx context.Context, purpose session.Purpose, id conversation.ID, hash [32]byte) (code, error) {
	lock := t.d.lock
	if lock != "" {
		lock += " of c"
	}
	switch purpose { // the purpose stands in the text, for the partial index
	case session.Resume:
		return one(ctx, t, scanCode, selectCode+`c.purpose = 'resume' and c.hash = $2`+lock, string(purpose), hash[:])
	case session.Device:
		return one(ctx, t, scanCode, selectCode+`c.purpose = 'device' and c.hash = $2`+lock, string(purpose), hash[:])
	case session.Verify:
	}
	return one(ctx, t, scanCode, selectCode+`c.conversation = $2`+lock, string(purpose), string(id))
}

func (t *tx) useCode(ctx context.Context, purpose session.Purpose, c code, hash [32]byte, now time.Time) (refusal, err error) {
	set := func(what string, arg any) error {
		_, err := t.exec(ctx, `update codes set `+what+` = $3 where conversation = $1 and purpose = $2`,
			string(c.Conversation), string(purpose), arg)
		return err
	}
	switch {
	case c.used > 0 || c.tries >= session.CodeTries:
		return session.ErrCodeSpent, nil
	case c.expires <= ms(now):
		return session.ErrCodeExpired, nil
	case subtle.ConstantTimeCompare(c.hash, hash[:]) == 1:
		return nil, set("used", ms(now))
	case c.tries+1 == session.CodeTries:
		return session.ErrCodeSpent, set("tries", c.tries+1)
	}
	return session.ErrCodeWrong, set("tries", c.tries+1)
}
