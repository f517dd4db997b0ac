package store

import (
	"context"
	"fmt"
	"time"
)

// Acquire implements feed.Leases.
func (s *Store) Acquire(ctx context.Context, name, holder string, now time.Time, ttl time.Duration) (bool, error) {
	return write(ctx, s, func(ctx context.Context, t *tx) (bool, error) {
		n, err := t.exec(ctx, `insert into leases (name, holder, expiry) values ($1, $2, $3)
			on conflict (name) do update set holder = excluded.holder, expiry = excluded.expiry
			where leases.holder = excluded.holder or leases.expiry <= $4`,
			name, holder, ms(now.Add(ttl)), ms(now))
		if err != nil {
			return false, fmt.Errorf("acquire the lease %s: %w", name, err)
		}
		return n == 1, nil
	})
}

// ReleaseLease implements feed.Leases.
func (s *Store) ReleaseLease(ctx context.Context, name, holder string) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `delete from leases where name = $1 and holder = $2`, name, holder)
		return err
	})
}
