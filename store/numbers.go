package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// What the inbox asks each time it is drawn. An expression in the place of the id
// keeps SQLite from walking through all events by conversation.
const (
	selectModes   = `select mode, count(*) from conversations where mode <> 'closed' group by mode`
	countAnswered = `select count(distinct conversation || '') from events
		where kind = 'message' and role = 'bot' and at >= $1 and facts like '%"answer":true%'`
	countEscalated = `select count(distinct conversation || '') from events where kind = 'escalated' and at >= $1`
	selectStamp    = `select coalesce(max(updated), 0) from conversations`
	selectLabels   = `select topic, tags, handler from conversations order by updated desc limit $1`
)

// labelled is how many of the last conversations Labels looks at.
const labelled = 500

// waitsCounted is how many waits of a day Numbers looks at.
const waitsCounted = 500

// Stamp changes when something happens in any conversation: the time of the last
// event, in milliseconds. Two events of one millisecond have the same.
func (s *Store) Stamp(ctx context.Context) (int64, error) {
	return one(ctx, s.read, value[int64], selectStamp)
}

// HoldHome notes which process draws an agent's App Home.
func (s *Store) HoldHome(ctx context.Context, agent, holder string) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `insert into homes (agent, holder) values ($1, $2)
			on conflict (agent) do update set holder = excluded.holder where homes.holder <> excluded.holder`, agent, holder)
		return err
	})
}

// HomeHolder is the process that draws an agent's App Home, "" for none.
func (s *Store) HomeHolder(ctx context.Context, agent string) (string, error) {
	holder, err := one(ctx, s.read, value[string], `select holder from homes where agent = $1`, agent)
	if errors.Is(err, conversation.ErrNotFound) {
		err = nil
	}
	return holder, err
}

// Numbers counts the desk now, and since a moment.
func (s *Store) Numbers(ctx context.Context, since time.Time) (conversation.Numbers, error) {
	var n conversation.Numbers
	by := map[conversation.Mode]*int{conversation.Waiting: &n.Waiting, conversation.WithAgent: &n.Open, conversation.WithBot: &n.WithBot}
	_, err := all(ctx, s.read, func(r row) (struct{}, error) {
		var mode conversation.Mode
		var count int
		err := r.Scan(&mode, &count)
		if into := by[mode]; into != nil {
			*into = count
		}
		return struct{}{}, err
	}, selectModes)
	if err != nil {
		return n, fmt.Errorf("count conversations: %w", err)
	}
	if n.Answered, err = one(ctx, s.read, value[int], countAnswered, ms(since)); err != nil {
		return n, fmt.Errorf("count what the AI has answered: %w", err)
	}
	if n.Escalated, err = one(ctx, s.read, value[int], countEscalated, ms(since)); err != nil {
		return n, fmt.Errorf("count escalations: %w", err)
	}
	waits, err := s.RecentWaits(ctx, waitsCounted)
	if err != nil {
		return n, err
	}
	waits = slices.DeleteFunc(waits, func(w conversation.Waited) bool { return w.At.Before(since) })
	n.Claims, n.Median = len(waits), median(waits)
	return n, nil
}

// median is the wait in the middle, 0 for none.
func median(waits []conversation.Waited) time.Duration {
	if len(waits) == 0 {
		return 0
	}
	slices.SortFunc(waits, func(a, b conversation.Waited) int { return int(a.For - b.For) })
	return waits[len(waits)/2].For
}

// Labels lists what the last conversations are told apart by.
func (s *Store) Labels(ctx context.Context) (conversation.Labels, error) {
	var out conversation.Labels
	_, err := all(ctx, s.read, func(r row) (struct{}, error) {
		var topic, tags, handler string
		err := r.Scan(&topic, &tags, &handler)
		out.Topics, out.Handlers = append(out.Topics, topic), append(out.Handlers, handler)
		out.Tags = append(out.Tags, strings.Split(tags, "\n")...)
		return struct{}{}, err
	}, selectLabels, labelled)
	if err != nil {
		return out, fmt.Errorf("list topics and tags: %w", err)
	}
	for _, list := range []*[]string{&out.Topics, &out.Tags, &out.Handlers} {
		slices.Sort(*list)
		*list = slices.DeleteFunc(slices.Compact(*list), func(s string) bool { return s == "" })
	}
	return out, nil
}

// joined is how tags stand in their column.
func joined(tags []string) string {
	if len(tags) == 0 {
		return ""
	}
	return strings.ToLower(clean("\n" + strings.Join(tags, "\n") + "\n"))
}

// ThreadsOf returns the threads of these conversations, as [Store.ThreadOf] does
// for one; what has none is missing.
func (s *Store) ThreadsOf(ctx context.Context, ids []conversation.ID) (map[conversation.ID]ledger.Thread, error) {
	out := make(map[conversation.ID]ledger.Thread, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	places, args := placeholders(ids)
	list, err := all(ctx, s.read, scanThread, selectThreads+` where t.conversation in (`+places+`) and t.state <> 'lost'
		order by case when t.state = 'moved' then 1 else 0 end, t.id desc`, args...)
	if err != nil {
		return nil, fmt.Errorf("look for threads: %w", err)
	}
	for _, t := range list {
		if _, known := out[t.Conversation]; !known {
			out[t.Conversation] = t
		}
	}
	return out, nil
}
