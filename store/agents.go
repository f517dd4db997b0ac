package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/duty"
)

const selectAgents = `select id, name, places, duty, duty_at, duty_until, asked, away, away_at, dnd_until, gone from agents`

func scanAgent(r row) (duty.Agent, error) {
	var a duty.Agent
	var places string
	var since, until, awayAt, dnd int64
	err := r.Scan(&a.ID, &a.Name, &places, &a.Choice, &since, &until, &a.Asked, &a.Away, &awayAt, &dnd, &a.Gone)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal([]byte(places), &a.Places); err != nil {
		return a, fmt.Errorf("the places of %s are damaged: %w", a.ID, err)
	}
	a.Since, a.Until, a.AwayAt, a.DNDUntil = at(since), at(until), at(awayAt), at(dnd)
	return a, nil
}

// Agents lists everybody who may answer or once might, by id.
func (s *Store) Agents(ctx context.Context) ([]duty.Agent, error) {
	return all(ctx, s.read, scanAgent, selectAgents+` order by id`)
}

// ChangeAgent reads an agent, changes her and writes her back in one
// transaction; who is new begins as the zero Agent with this ID. It returns what
// is stored then. change may run more than once.
func (s *Store) ChangeAgent(ctx context.Context, id string, change func(*duty.Agent)) (duty.Agent, error) {
	return write(ctx, s, func(ctx context.Context, t *tx) (duty.Agent, error) {
		a, err := one(ctx, t, scanAgent, selectAgents+` where id = $1`+t.d.lock, id)
		fresh := errors.Is(err, conversation.ErrNotFound)
		if err != nil && !fresh {
			return duty.Agent{}, err
		}
		before := a
		before.Places = append([]string(nil), a.Places...)
		change(&a)
		a.ID = id
		if !fresh && reflect.DeepEqual(a, before) {
			return a, nil
		}
		return t.saveAgent(ctx, a)
	})
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
		returning id, name, places, duty, duty_at, duty_until, asked, away, away_at, dnd_until, gone`,
		a.ID, a.Name, string(places), string(a.Choice), ms(a.Since), ms(a.Until), a.Asked, a.Away, ms(a.AwayAt), ms(a.DNDUntil), a.Gone)
	if err != nil {
		return a, fmt.Errorf("save the agent %s: %w", a.ID, err)
	}
	return saved, nil
}
