package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// Track keeps what a visitor did on the site: in each of her open conversations,
// or, while there is none, for the next one she opens.
func (s *Store) Track(ctx context.Context, o session.Owner, e session.Tracked) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		ids, err := all(ctx, t, value[string], `select id from conversations where visitor = $1 and widget = $2 and mode <> 'closed' and not cleared
			order by updated desc, id limit 1`, o.Visitor, o.Widget)
		if err != nil {
			return fmt.Errorf("find the open conversation: %w", err)
		}
		if len(ids) == 0 {
			return t.keepTracked(ctx, o, e)
		}
		state, err := t.lockState(ctx, conversation.ID(ids[0]))
		if err == nil {
			_, err = t.extend(ctx, state, state.ID, "", []conversation.Draft{bySystem(conversation.Tracked(e))})
		}
		return err
	})
}

func (t *tx) keepTracked(ctx context.Context, o session.Owner, e session.Tracked) error {
	kept, err := t.tracked(ctx, o)
	if err != nil {
		return err
	}
	kept = append(kept, e)
	kept = kept[max(0, len(kept)-session.KeptEvents):]
	raw, err := json.Marshal(kept)
	for ; err == nil && len(raw) > session.KeptBytes && len(kept) > 1; raw, err = json.Marshal(kept) {
		kept = kept[1:]
	}
	if err != nil {
		return fmt.Errorf("encode what a visitor did: %w", err)
	}
	_, err = t.exec(ctx, `insert into tracked (visitor, widget, events, updated) values ($1, $2, $3, $4)
		on conflict (visitor, widget) do update set events = excluded.events, updated = excluded.updated`,
		o.Visitor, o.Widget, clean(string(raw)), ms(t.now))
	return err
}

func (t *tx) tracked(ctx context.Context, o session.Owner) ([]session.Tracked, error) {
	raw, err := one(ctx, t, value[string], `select events from tracked where visitor = $1 and widget = $2`+t.d.lock, o.Visitor, o.Widget)
	if errors.Is(err, conversation.ErrNotFound) {
		return nil, nil
	}
	var out []session.Tracked
	if err == nil {
		err = json.Unmarshal([]byte(raw), &out)
	}
	return out, err
}

// beginnings are the events that follow the first one of a conversation: who the
// visitor is, when a signed token has said so, and what she did before.
func (t *tx) beginnings(ctx context.Context, o conversation.Opened) ([]conversation.Draft, error) {
	var drafts []conversation.Draft
	claims, err := one(ctx, t, value[string], `select claims from identities where visitor = $1 and widget = $2`, o.Visitor, o.Widget)
	switch {
	case err == nil:
		said := conversation.Identified{}
		if claims != "" {
			err = json.Unmarshal([]byte(claims), &said)
		}
		said.Visitor = o.Visitor
		drafts = append(drafts, bySystem(said))
	case errors.Is(err, conversation.ErrNotFound):
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("read who the visitor is: %w", err)
	}
	owner := session.Owner{Visitor: o.Visitor, Widget: o.Widget}
	kept, err := t.tracked(ctx, owner)
	if err != nil || len(kept) == 0 {
		return drafts, err
	}
	for _, e := range kept {
		drafts = append(drafts, bySystem(conversation.Tracked(e)))
	}
	_, err = t.exec(ctx, `delete from tracked where visitor = $1 and widget = $2`, o.Visitor, o.Widget)
	return drafts, err
}
