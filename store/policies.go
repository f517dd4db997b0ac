package store

import (
	"context"
	"encoding/json"
	"fmt"
)

// SavePolicy keeps the text of a policy under its hash, for ever: verdicts of
// the past name it. places tells where what can decide stands in its files; of a
// policy that is known already they are those of now.
func (s *Store) SavePolicy(ctx context.Context, hash, text string, places map[string]string) error {
	at := ""
	if len(places) > 0 {
		raw, err := json.Marshal(places)
		if err != nil {
			return fmt.Errorf("encode the places of a policy: %w", err)
		}
		at = string(raw)
	}
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `insert into policies (hash, body, places) values ($1, $2, $3)
			on conflict (hash) do update set places = excluded.places where excluded.places <> '' and policies.places <> excluded.places`, hash, text, at)
		return err
	})
}

// Policy returns the text with this hash, or conversation.ErrNotFound.
func (s *Store) Policy(ctx context.Context, hash string) (string, error) {
	return one(ctx, s.read, value[string], `select body from policies where hash = $1`, hash)
}

// PolicyPlaces tells where what can decide stood in the files of the policy with
// this hash; empty when that is not known. Or conversation.ErrNotFound.
func (s *Store) PolicyPlaces(ctx context.Context, hash string) (map[string]string, error) {
	raw, err := one(ctx, s.read, value[string], `select places from policies where hash = $1`, hash)
	if err != nil || raw == "" {
		return nil, err
	}
	var places map[string]string
	if err := json.Unmarshal([]byte(raw), &places); err != nil {
		return nil, fmt.Errorf("read the places of the policy %s: %w", hash, err)
	}
	return places, nil
}
