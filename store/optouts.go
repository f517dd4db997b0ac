package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
)

// OptOut returns what the link that stops mails to an address holds, and whether
// they are stopped. The link stays the same for as long as mails go there, and
// for optOutLife after. Of the address only a hash is kept, without regard to
// case.
func (s *Store) OptOut(ctx context.Context, address string) (token string, stopped bool, err error) {
	type link struct {
		token   string
		stopped bool
	}
	l, err := write(ctx, s, func(ctx context.Context, t *tx) (link, error) {
		return one(ctx, t.writing(), func(r row) (link, error) {
			var l link
			err := r.Scan(&l.token, &l.stopped)
			return l, err
		}, `insert into optouts (address, token, seen) values ($1, $2, $3)
			on conflict (address) do update set seen = excluded.seen returning token, stopped`, mailHash(address), rand.Text(), ms(t.now))
	})
	if err != nil {
		return "", false, fmt.Errorf("look up who wants no mail: %w", err)
	}
	return l.token, l.stopped, nil
}

// StopMails stops the mails to the address that a link with this code was mailed
// to, or with stop false allows them again. conversation.ErrNotFound when no link
// holds it.
func (s *Store) StopMails(ctx context.Context, token string, stop bool) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		n, err := t.exec(ctx, `update optouts set stopped = $2 where token = $1`, clean(token), stop)
		if err != nil {
			return fmt.Errorf("stop mails: %w", err)
		}
		if n == 0 {
			return conversation.ErrNotFound
		}
		return nil
	})
}

func mailHash(address string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(address)))
	return hex.EncodeToString(sum[:])
}
