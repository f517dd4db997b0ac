package store

import (
	"context"
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// reportKinds are the kinds of events that the numbers of a report depend on; those
// of report.Kinds, which a test compares.
const reportKinds = `'opened', 'message', 'escalated', 'routed', 'claimed', 'released', 'transferred', 'handed_back',
	'cancelled', 'closed', 'reopened', 'blocked', 'undone', 'rated', 'feedback', 'misjudged', 'missed', 'unmarked'`

// A conversation that was open at a time before now is either open still, or has an
// event after that time: the parts that choose them have an index each. "cross join"
// and the plus tell SQLite to begin with them and to use both.
const selectHappened = `with chosen (id) as materialized (
		select id from conversations where updated >= $1
		union all select id from conversations where mode <> 'closed' and +updated < $1)
	select e.conversation, e.seq, e.at, e.role, e.author, e.name, e.kind, e.facts
	from chosen c cross join events e
	where e.conversation = c.id and e.at < $2 and e.kind in (` + reportKinds + `)
	order by e.conversation, e.seq`

// Happened calls each with the facts of what happened before to, of every
// conversation with an event at or after from and of every open one, conversation by
// conversation and in order. Payloads stay in the database and nothing is kept in
// memory; the log can be written meanwhile, and is read as it was. Of messages only
// those of the bot carry their facts.
func (s *Store) Happened(ctx context.Context, from, to time.Time, each func(conversation.Event) error) error {
	rows, err := s.read.query(ctx, selectHappened, ms(from), ms(to))
	if err != nil {
		return fmt.Errorf("read what happened: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		e, err := scanHappened(rows)
		if err != nil {
			return err
		}
		if err := each(e); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read what happened: %w", s.read.failed(err))
	}
	return nil
}

func scanHappened(r row) (conversation.Event, error) {
	var e conversation.Event
	var millis int64
	var kind, facts string
	if err := r.Scan(&e.Conversation, &e.Seq, &millis, &e.Author.Role, &e.Author.ID, &e.Author.Name, &kind, &facts); err != nil {
		return e, err
	}
	e.At = at(millis)
	var err error
	if kind == "message" && e.Author.Role != conversation.Bot { // most of a log; it matters who wrote, and when
		e.Body = conversation.Message{}
	} else if e.Body, err = conversation.DecodeBody(conversation.Kind(kind), []byte(facts), nil); err != nil {
		return e, fmt.Errorf("event %d of %s is damaged: %w", e.Seq, e.Conversation, err)
	}
	return e, nil
}
