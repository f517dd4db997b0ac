package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// Append implements conversation.Appender. On SQLite a caller whose ctx ends is
// not waited for: it gets ctx's error, and its events may still be appended. A
// key tells, the next time.
func (s *Store) Append(ctx context.Context, id conversation.ID, key string, decide conversation.Decider) (conversation.Outcome, error) {
	return write(ctx, s, func(ctx context.Context, t *tx) (conversation.Outcome, error) {
		current, err := t.lockState(ctx, id)
		if err != nil {
			return conversation.Outcome{}, err
		}
		return t.append(ctx, current, key, decide)
	})
}

// lockState keeps the conversation's row for this transaction and returns its
// fold.
func (t *tx) lockState(ctx context.Context, id conversation.ID) (conversation.State, error) {
	raw, err := one(ctx, t, value[string], `select state from conversations where id = $1`+t.d.lock, string(id))
	if err != nil {
		return conversation.State{}, err
	}
	return unfold(ctx, t, id, raw)
}

// append runs decide on the fold of a locked row and writes what it returns.
func (t *tx) append(ctx context.Context, s conversation.State, key string, decide conversation.Decider) (conversation.Outcome, error) {
	if key != "" {
		original, err := eventByKey(ctx, t, s.ID, key)
		if err == nil {
			return conversation.Outcome{State: s, Events: []conversation.Event{original}, Replayed: true}, nil
		}
		if !errors.Is(err, conversation.ErrNotFound) {
			return conversation.Outcome{}, err
		}
	}
	drafts, err := decide(s)
	if err != nil || len(drafts) == 0 {
		return conversation.Outcome{State: s}, err
	}
	return t.extend(ctx, s, s.ID, key, drafts)
}

// extend numbers drafts and writes them. Everything that can be refused is
// refused before the first write.
func (t *tx) extend(ctx context.Context, s conversation.State, id conversation.ID, key string, drafts []conversation.Draft) (conversation.Outcome, error) {
	next, events, err := conversation.Extend(s, id, key, drafts, t.now)
	if err != nil {
		return conversation.Outcome{}, err
	}
	rows := make([][]any, len(events))
	for i, e := range events {
		if rows[i], err = eventRow(e); err != nil {
			return conversation.Outcome{}, err
		}
	}
	fold, err := json.Marshal(next)
	if err != nil {
		return conversation.Outcome{}, fmt.Errorf("encode the state of %s: %w", id, err)
	}
	for _, r := range rows {
		if _, err := t.exec(ctx, insertEvent, r...); err != nil {
			return conversation.Outcome{}, fmt.Errorf("append to %s: %w", id, err)
		}
	}
	if err := t.carry(ctx, events); err != nil {
		return conversation.Outcome{}, fmt.Errorf("append to %s: %w", id, err)
	}
	if err := t.saveFold(ctx, next, string(fold)); err != nil {
		return conversation.Outcome{}, fmt.Errorf("append to %s: %w", id, err)
	}
	if err := t.ready(ctx, id); err != nil {
		return conversation.Outcome{}, fmt.Errorf("append to %s: %w", id, err)
	}
	if err := t.took(ctx, events); err != nil {
		return conversation.Outcome{}, fmt.Errorf("append to %s: %w", id, err)
	}
	return conversation.Outcome{State: next, Events: events}, nil
}

// saveFold stores the new fold with the columns that lists select on.
func (t *tx) saveFold(ctx context.Context, s conversation.State, fold string) error {
	var route conversation.Route
	var from time.Time
	if s.Mode == conversation.Waiting {
		from = s.WaitFrom
	}
	routed := s.Mode == conversation.Waiting && s.Routed()
	if routed {
		route = s.Route
	}
	_, err := t.exec(ctx, `update conversations
		set state = $2, last_seq = $3, last_vseq = $4, mode = $5, owner = $6, epoch = $7, updated = $8,
			routed = $9, staffed = $10, channel = $11, wait_from = $12, blocked_until = $13,
			topic = $14, priority = $15, tags = $16, handler = $17, unanswered = $18
		where id = $1`,
		string(s.ID), fold, int64(s.Seq), int64(s.VSeq), string(s.Mode), s.Owner.ID, s.Epoch, ms(s.Last.At),
		routed, route.Staffed, route.Channel, ms(from), ms(s.BlockedUntil),
		clean(s.Topic), clean(s.Priority), joined(s.Tags), cmp.Or(s.Owner.ID, s.Closure.Owner.ID), ms(s.Unanswered.At))
	return err
}

// ready makes all readers of a conversation ready for an event, but not those that
// back off or are parked.
func (t *tx) ready(ctx context.Context, id conversation.ID) error {
	t.touch(id)
	_, err := t.exec(ctx, `update readers set ready_at = $2
		where conversation = $1 and not held and parked_at = 0 and (ready_at is null or ready_at > $2)`,
		string(id), ms(t.now))
	return err
}

// wokenAtWork is the ready_at of a row that was woken while a handler works it:
// [Store.Finish] makes it ready again, because what woke it is no event and the
// handler may have looked too early.
const wokenAtWork = -1

// wake makes one reader of a conversation ready for something that is no event, but
// not one that backs off or is parked.
func (t *tx) wake(ctx context.Context, id conversation.ID, consumer string) error {
	t.touch(id)
	_, err := t.exec(ctx, `update readers set ready_at = case when lease_until > 0 then $4 else $2 end
		where conversation = $1 and consumer = $3 and not held and parked_at = 0
			and (ready_at is null or ready_at > $2 or lease_until > 0)`,
		string(id), ms(t.now), consumer, wokenAtWork)
	return err
}

const insertEvent = `insert into events
	(conversation, seq, vseq, at, kind, role, author, name, source, ord, key, facts, payload, words)
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`

func eventRow(e conversation.Event) ([]any, error) {
	facts, payload, err := conversation.EncodeBody(e.Body)
	if err != nil {
		return nil, err
	}
	return []any{
		string(e.Conversation), int64(e.Seq), int64(e.VSeq), ms(e.At), string(conversation.KindOf(e.Body)),
		string(e.Author.Role), e.Author.ID, clean(e.Author.Name), string(e.Source), e.Order, e.Key,
		string(facts), string(payload), words(e),
	}, nil
}

// blanked is what a redacted key becomes. A repeated act still finds it, and
// what the key said is gone.
func blanked(key string) string {
	sum := sha256.Sum256([]byte(key))
	return "#" + hex.EncodeToString(sum[:])
}

// unfold decodes the fold of a row. One that is empty, unreadable or not this
// conversation's is folded again from the log, which is the truth.
func unfold(ctx context.Context, q source, id conversation.ID, raw string) (conversation.State, error) {
	var s conversation.State
	if raw != "" && json.Unmarshal([]byte(raw), &s) == nil && s.ID == id {
		return s, nil
	}
	events, err := all(ctx, q, scanEvent, selectEvents+` where conversation = $1 order by seq`, string(id))
	if err != nil {
		return conversation.State{}, fmt.Errorf("fold %s again: %w", id, err)
	}
	return conversation.Fold(conversation.State{}, events...), nil
}
