package store

import (
	"context"
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// What the desk asks again and again. Each question is answered from an index of
// few rows, however many conversations there are.
const (
	selectLine = `select id, channel, wait_from, staffed from conversations
		where routed order by channel, wait_from, id`
	// What ended no wait has no "from" (of a claim) or "waited" (of an assignment).
	// Names cannot pretend to be one: inside JSON their quotes are escaped. What the
	// queue assigned and nobody accepted ended none either.
	selectWaits = `select e.at, e.kind, e.facts from events e
		where e.kind in ('claimed', 'transferred')
			and (e.kind = 'claimed' and e.facts like '%"from":%' or e.kind = 'transferred' and e.facts like '%"waited":%')
			and not exists (select 1 from events r where r.conversation = e.conversation and r.kind = 'released'
				and e.kind = 'transferred' and e.facts like '%"why":"assigned"%' and r.facts like '%"why":"unaccepted"%'
				and r.seq > e.seq and not exists (select 1 from events b where b.conversation = e.conversation
					and b.kind in ('claimed', 'transferred') and b.seq > e.seq and b.seq < r.seq))
		order by e.at desc limit $1`
	selectLoad    = `select owner, count(*) from conversations where mode = 'agent' group by owner`
	selectBlocked = `select coalesce(max(blocked_until), 0) from conversations
		where visitor = $1 and widget = $2 and blocked_until > 0 and blocked_until > $3`
	selectOwners = `select e.conversation, e.seq, e.kind, e.facts from conversations c join events e on e.conversation = c.id
		where c.visitor = $1 and e.kind in ('claimed', 'transferred', 'released', 'reopened')
		order by e.at desc, e.conversation, e.seq desc limit $2`
)

// Line lists all who wait and are routed, by channel and then by since when.
func (s *Store) Line(ctx context.Context) ([]conversation.Wait, error) {
	scan := func(r row) (conversation.Wait, error) {
		var w conversation.Wait
		var from int64
		err := r.Scan(&w.ID, &w.Channel, &from, &w.Staffed)
		w.From = at(from)
		return w, err
	}
	return all(ctx, s.read, scan, selectLine)
}

// RecentWaits lists the newest waits that ended with an agent, newest first: with
// a claim, by the button or the first reply, or with an assignment.
func (s *Store) RecentWaits(ctx context.Context, limit int) ([]conversation.Waited, error) {
	scan := func(r row) (conversation.Waited, error) {
		var millis int64
		var kind, facts string
		if err := r.Scan(&millis, &kind, &facts); err != nil {
			return conversation.Waited{}, err
		}
		body, err := conversation.DecodeBody(conversation.Kind(kind), []byte(facts), nil)
		if err != nil {
			return conversation.Waited{}, fmt.Errorf("the end of a wait is damaged: %w", err)
		}
		w := conversation.Waited{At: at(millis)}
		switch b := body.(type) {
		case conversation.Claimed:
			w.For = max(0, w.At.Sub(b.From))
		case conversation.Transferred:
			w.For = max(0, w.At.Sub(b.Waited))
		default:
		}
		return w, nil
	}
	return all(ctx, s.read, scan, selectWaits, limit)
}

// Load counts the conversations that each agent owns, by her id.
func (s *Store) Load(ctx context.Context) (map[string]int, error) {
	load := map[string]int{}
	_, err := all(ctx, s.read, func(r row) (struct{}, error) {
		var owner string
		var n int
		err := r.Scan(&owner, &n)
		load[owner] = n
		return struct{}{}, err
	}, selectLoad)
	if err != nil {
		return nil, fmt.Errorf("count what agents own: %w", err)
	}
	return load, nil
}

// BlockedUntil is until when a visitor is kept out, or the zero time.
func (s *Store) BlockedUntil(ctx context.Context, o session.Owner, now time.Time) (time.Time, error) {
	until, err := one(ctx, s.read, value[int64], selectBlocked, o.Visitor, o.Widget, ms(now))
	if err != nil {
		return time.Time{}, fmt.Errorf("look for a block: %w", err)
	}
	return at(until), nil
}

// ownerEvents is how many changes of owner Knew looks back.
const ownerEvents = 100

// Knew lists up to limit agents who have owned a conversation of this visitor,
// who had one last first. An agent whom the queue assigned and who did not act
// does not count.
func (s *Store) Knew(ctx context.Context, visitor string, limit int) ([]string, error) {
	if visitor == "" {
		return nil, nil
	}
	rows, err := all(ctx, s.read, scanOwner, selectOwners, visitor, ownerEvents)
	if err != nil {
		return nil, fmt.Errorf("look for who knew a visitor: %w", err)
	}
	type turn struct {
		in    conversation.ID
		agent string
	}
	seen, idle := map[string]bool{}, map[turn]bool{}
	var out []string
	for _, r := range rows {
		at := turn{r.in, r.agent}
		switch {
		case r.idle:
			idle[at] = true
		case idle[at]:
			delete(idle, at)
		case r.agent != "" && !seen[r.agent] && len(out) < limit:
			seen[r.agent] = true
			out = append(out, r.agent)
		}
	}
	return out, nil
}

// ownership is an agent's turn that began or, when idle, ended without an act.
type ownership struct {
	in    conversation.ID
	agent string
	idle  bool
}

func scanOwner(r row) (ownership, error) {
	var o ownership
	var seq conversation.Seq
	var kind, facts string
	if err := r.Scan(&o.in, &seq, &kind, &facts); err != nil {
		return o, err
	}
	body, err := conversation.DecodeBody(conversation.Kind(kind), []byte(facts), nil)
	if err != nil {
		return o, fmt.Errorf("event %d of %s is damaged: %w", seq, o.in, err)
	}
	switch b := body.(type) {
	case conversation.Claimed:
		o.agent = b.Agent.ID
	case conversation.Transferred:
		o.agent = b.To.ID
	case conversation.Reopened:
		o.agent = b.Agent.ID
	case conversation.Released:
		if o.idle = b.Why == conversation.ReleasedUnaccepted; o.idle {
			o.agent = b.Agent.ID
		}
	default:
	}
	return o, nil
}
