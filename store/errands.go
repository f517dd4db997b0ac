package store

import (
	"context"
	"fmt"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// SaveErrand inserts or updates an errand by its conversation and name; one
// without a conversation is the installation's own.
func (s *Store) SaveErrand(ctx context.Context, e ledger.Errand) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		var err error
		if e.Conversation == "" {
			_, err = t.exec(ctx, `insert into house_errands (name, state, ref, attempted) values ($1, $2, $3, $4)
				on conflict (name) do update set state = excluded.state, ref = excluded.ref, attempted = excluded.attempted`,
				e.Name, string(e.State), e.Ref, ms(e.Attempted))
		} else {
			_, err = t.exec(ctx, `insert into errands (conversation, name, state, ref, attempted) values ($1, $2, $3, $4, $5)
				on conflict (conversation, name) do update set state = excluded.state, ref = excluded.ref, attempted = excluded.attempted`,
				string(e.Conversation), e.Name, string(e.State), e.Ref, ms(e.Attempted))
		}
		if err != nil {
			return fmt.Errorf("save the errand %s of %s: %w", e.Name, e.Conversation, err)
		}
		return nil
	})
}

// Errand returns an errand, or conversation.ErrNotFound.
func (s *Store) Errand(ctx context.Context, id conversation.ID, name string) (ledger.Errand, error) {
	scan := func(r row) (ledger.Errand, error) {
		var e ledger.Errand
		var attempted int64
		err := r.Scan(&e.Conversation, &e.Name, &e.State, &e.Ref, &attempted)
		e.Attempted = at(attempted)
		return e, err
	}
	if id == "" {
		return one(ctx, s.read, scan, `select '', name, state, ref, attempted from house_errands where name = $1`, name)
	}
	return one(ctx, s.read, scan, `select conversation, name, state, ref, attempted from errands where conversation = $1 and name = $2`, string(id), name)
}

// Waiting lists the errands of the installation's own that are not done and whose
// names begin so, by name, a hundred at most.
func (s *Store) Waiting(ctx context.Context, prefix string) ([]ledger.Errand, error) {
	return all(ctx, s.read, func(r row) (ledger.Errand, error) {
		var e ledger.Errand
		var attempted int64
		err := r.Scan(&e.Name, &e.State, &e.Ref, &attempted)
		e.Attempted = at(attempted)
		return e, err
	}, `select name, state, ref, attempted from house_errands where state = $1 and substr(name, 1, $2) = $3 order by name limit 100`,
		string(ledger.Sending), len(prefix), prefix)
}
