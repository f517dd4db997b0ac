package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/handoff-bot/handoff/conversation"
)

// refoldBatch is how many conversations are folded again in one transaction.
const refoldBatch = 1000

// refold folds the conversations again whose fold an update of the schema has
// thrown away. Each batch is kept, so a process that is killed meanwhile goes on
// where it was. A conversation whose log cannot be read stays as it is: it is an
// error for who asks for it.
func (s *Store) refold(ctx context.Context) error {
	for after, total := conversation.ID(""), 0; ; {
		ids, err := write(ctx, s, func(ctx context.Context, t *tx) ([]conversation.ID, error) {
			return t.refoldSome(ctx, after)
		})
		if err != nil {
			return fmt.Errorf("fold the conversations again: %w", err)
		}
		if len(ids) == 0 {
			return nil
		}
		after, total = ids[len(ids)-1], total+len(ids)
		s.log.Info("conversations are folded again after an update", "conversations", total)
	}
}

const selectUnfolded = `select id from conversations where state = '' and id > $1 order by id limit $2`

func (t *tx) refoldSome(ctx context.Context, after conversation.ID) ([]conversation.ID, error) {
	ids, err := all(ctx, t, value[conversation.ID], selectUnfolded+t.d.lock, string(after), refoldBatch)
	for _, id := range ids {
		if err := t.refoldOne(ctx, id); err != nil {
			return nil, err
		}
	}
	return ids, err
}

func (t *tx) refoldOne(ctx context.Context, id conversation.ID) error {
	state, err := unfold(ctx, t, id, "")
	if err != nil || state.ID == "" {
		if t.broken {
			return err
		}
		t.s.log.Error("a conversation could not be folded again", "conversation", string(id), "error", err)
		return nil
	}
	fold, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("encode the state of %s: %w", id, err)
	}
	return t.saveFold(ctx, state, string(fold))
}
