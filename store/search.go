package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// Search lists conversations, newest activity first or, with Oldest, first those
// who wait, by their place in line. Text is found literally, in any case, inside
// one line, note or name.
func (s *Store) Search(ctx context.Context, q conversation.Query) ([]conversation.State, error) {
	where, args := conditions(q, s.now())
	order := "updated desc, id"
	if q.Oldest {
		order = "case when wait_from > 0 then 0 else 1 end, wait_from, " + order
	}
	limit := q.Limit
	if limit <= 0 {
		limit = 50
	}
	args = append(args, limit)
	rows, err := all(ctx, s.read, scanConversation,
		fmt.Sprintf("%s where %s order by %s limit $%d", selectConversation, where, order, len(args)), args...)
	if err != nil {
		return nil, err
	}
	out := make([]conversation.State, 0, len(rows))
	for _, c := range rows {
		if state, ok := s.listed(ctx, c); ok {
			out = append(out, state)
		}
	}
	return out, nil
}

func conditions(q conversation.Query, now time.Time) (string, []any) {
	terms, args := []string{"1 = 1"}, []any{}
	add := func(term string, arg any) {
		args = append(args, arg)
		terms = append(terms, fmt.Sprintf(term, len(args)))
	}
	if len(q.Modes) > 0 {
		var places []string
		for _, m := range q.Modes {
			args = append(args, string(m))
			places = append(places, fmt.Sprintf("$%d", len(args)))
		}
		terms = append(terms, "mode in ("+strings.Join(places, ", ")+")")
	}
	if q.Owner != "" {
		add("owner = $%d", q.Owner)
	}
	// A closed conversation has no owner. The words let the engine use the index
	// on the unfinished ones.
	if q.Owner != "" || len(q.Modes) > 0 && !slices.Contains(q.Modes, conversation.IsClosed) {
		terms = append(terms, "mode <> 'closed'")
	}
	if q.Visitor != "" {
		add("visitor = $%d", q.Visitor)
	}
	if q.Blocked {
		add("blocked_until > 0 and blocked_until > $%d", ms(now))
	}
	if q.Escalated {
		terms = append(terms, "epoch > 0")
	}
	if text := strings.TrimSpace(q.Text); text != "" {
		add(`exists (select 1 from events e where e.conversation = c.id and e.words like $%d escape '\')`, like(text))
	}
	return strings.Join(terms, " and "), args
}

var literal = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// like is the pattern that finds text literally in words.
func like(text string) string {
	return "%" + literal.Replace(strings.ToLower(clean(text))) + "%"
}
