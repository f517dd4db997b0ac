package store

import "context"

// SavePolicy keeps the text of a policy under its hash, for ever: verdicts of
// the past name it.
func (s *Store) SavePolicy(ctx context.Context, hash, text string) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `insert into policies (hash, body) values ($1, $2) on conflict (hash) do nothing`, hash, text)
		return err
	})
}

// Policy returns the text with this hash, or conversation.ErrNotFound.
func (s *Store) Policy(ctx context.Context, hash string) (string, error) {
	return one(ctx, s.read, value[string], `select body from policies where hash = $1`, hash)
}
