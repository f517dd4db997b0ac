package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/duty"
)

const (
	agentColumns = `id, name, places, duty, duty_at, duty_until, asked, away, away_at, dnd_until, gone, took`
	selectAgents = `select ` + agentColumns + ` from agents`
)

func scanAgent(r row) (duty.Agent, error) {
	var a duty.Agent
	var places string
	var since, until, awayAt, dnd, took int64
	err := r.Scan(&a.ID, &a.Name, &places, &a.Choice, &since, &until, &a.Asked, &a.Away, &awayAt, &dnd, &a.Gone, &took)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal([]byte(places), &a.Places); err != nil {
		return a, fmt.Errorf("the places of %s are damaged: %w", a.ID, err)
	}
	a.Since, a.Until, a.AwayAt, a.DNDUntil, a.Took = at(since), at(until), at(awayAt), at(dnd), at(took)
	return a, nil
}

// Agents lists everybody who may answer or once might, by id.
func (s *Store) Agents(ctx context.Context) ([]duty.Agent, error) {
	return all(ctx, s.read, scanAgent, selectAgents+` order by id`)
}

// ChangeAgent reads an agent, changes her and writes her back in one
// transaction; who is new begins as the zero Agent with this ID. It returns what
// is stored then. change may run more than once. When she last took a
// conversation is kept by the log alone: a changed Took is passed over.
func (s *Store) ChangeAgent(ctx context.Context, id string, change func(*duty.Agent)) (duty.Agent, error) {
	return write(ctx, s, func(ctx context.Context, t *tx) (duty.Agent, error) {
		a, err := t.lockAgent(ctx, id)
		if err != nil {
			return duty.Agent{}, err
		}
		before := a
		before.Places = append([]string(nil), a.Places...)
		change(&a)
		a.ID = id
		if reflect.DeepEqual(a, before) {
			return a, nil
		}
		if a.Choice != before.Choice || a.Gone != before.Gone {
			if err := t.wakeLine(ctx); err != nil {
				return duty.Agent{}, err
			}
		}
		return t.saveAgent(ctx, a)
	})
}

// lockAgent keeps an agent's row for this transaction. One that is not there is
// made first: of two who change a new agent at once, the second has to wait.
func (t *tx) lockAgent(ctx context.Context, id string) (duty.Agent, error) {
	const locked = selectAgents + ` where id = $1`
	a, err := one(ctx, t, scanAgent, locked+t.d.lock, id)
	if !errors.Is(err, conversation.ErrNotFound) {
		return a, err
	}
	_, err = t.exec(ctx, `insert into agents
		(id, name, places, duty, duty_at, duty_until, asked, away, away_at, dnd_until, gone)
		values ($1, '', 'null', '', 0, 0, '', false, 0, 0, false) on conflict (id) do nothing`, id)
	if err != nil {
		return duty.Agent{}, fmt.Errorf("create the agent %s: %w", id, err)
	}
	return one(ctx, t, scanAgent, locked+t.d.lock, id)
}

// The queue looks at everybody who waits when it has changed who is on duty: a
// moment later, because what it knows of the agents may be a second old.
const (
	queueReader = "queue"
	lookAfter   = 1100 * time.Millisecond
)

func (t *tx) wakeLine(ctx context.Context) error {
	waiting, err := all(ctx, t, value[conversation.ID], `select id from conversations where routed`)
	if err != nil {
		return fmt.Errorf("look for who waits: %w", err)
	}
	for _, id := range waiting {
		t.touch(id)
	}
	_, err = t.exec(ctx, `update readers set ready_at = $2
		where consumer = $1 and conversation in (select id from conversations where routed) and not held and parked_at = 0
			and (ready_at is null or ready_at > $2)`, queueReader, ms(t.now.Add(lookAfter)))
	if err != nil {
		return fmt.Errorf("wake the queue: %w", err)
	}
	return nil
}

func (t *tx) saveAgent(ctx context.Context, a duty.Agent) (duty.Agent, error) {
	a.Name = clean(a.Name)
	places, err := json.Marshal(a.Places)
	if err != nil {
		return a, fmt.Errorf("encode the places of %s: %w", a.ID, err)
	}
	saved, err := one(ctx, t.writing(), scanAgent, `insert into agents
		(id, name, places, duty, duty_at, duty_until, asked, away, away_at, dnd_until, gone)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		on conflict (id) do update set name = excluded.name, places = excluded.places, duty = excluded.duty,
			duty_at = excluded.duty_at, duty_until = excluded.duty_until, asked = excluded.asked, away = excluded.away,
			away_at = excluded.away_at, dnd_until = excluded.dnd_until, gone = excluded.gone
		returning `+agentColumns,
		a.ID, a.Name, string(places), string(a.Choice), ms(a.Since), ms(a.Until), a.Asked, a.Away, ms(a.AwayAt), ms(a.DNDUntil), a.Gone)
	if err != nil {
		return a, fmt.Errorf("save the agent %s: %w", a.ID, err)
	}
	return saved, nil
}

// took keeps when an agent became the owner of a conversation, whoever gave it to
// her. Who has no row is nobody's turn.
func (t *tx) took(ctx context.Context, events []conversation.Event) error {
	for _, e := range events {
		var to string
		switch b := e.Body.(type) {
		case conversation.Claimed:
			to = b.Agent.ID
		case conversation.Transferred:
			to = b.To.ID
		default:
		}
		if to == "" {
			continue
		}
		if _, err := t.exec(ctx, `update agents set took = $2 where id = $1 and took < $2`, to, ms(e.At)); err != nil {
			return fmt.Errorf("keep whose turn it was: %w", err)
		}
	}
	return nil
}
