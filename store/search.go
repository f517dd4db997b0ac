package store

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
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
	args = append(args, limitOf(q))
	rows, err := all(ctx, s.read, scanConversation,
		fmt.Sprintf("%s where %s order by %s limit $%d", selectConversation, where, order(q), len(args)), args...)
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

// List is one page of Search, with how many there are in all. What is counted are
// ids, so that the folds of one page alone are read.
func (s *Store) List(ctx context.Context, q conversation.Query) (conversation.Listing, error) {
	where, args := conditions(q, s.now())
	args = append(args, conversation.MostCounted+1)
	ids, err := all(ctx, s.read, value[string],
		fmt.Sprintf("select id from conversations c where %s order by %s limit $%d", where, order(q), len(args)), args...)
	if err != nil {
		return conversation.Listing{}, err
	}
	first := min(max(q.Offset, 0), len(ids))
	page := ids[first:min(first+limitOf(q), len(ids))]
	states, err := s.states(ctx, page)
	if err != nil {
		return conversation.Listing{}, err
	}
	found, err := s.found(ctx, page, strings.TrimSpace(q.Text))
	return conversation.Listing{States: states, Total: len(ids), Found: found}, err
}

// found reads the last event with the text in each of these conversations.
func (s *Store) found(ctx context.Context, ids []string, text string) (map[conversation.ID]conversation.Event, error) {
	if len(ids) == 0 || text == "" || reference.MatchString(text) {
		return nil, nil
	}
	places, args := placeholders(ids)
	args = append(args, like(text))
	events, err := all(ctx, s.read, scanEvent, fmt.Sprintf(`%s where (conversation, seq) in
		(select conversation, max(seq) from events where conversation in (%s) and words like $%d escape '\' group by conversation)`,
		selectEvents, places, len(args)), args...)
	out := make(map[conversation.ID]conversation.Event, len(events))
	for _, e := range events {
		out[e.Conversation] = e
	}
	return out, err
}

// states reads the folds of these conversations, in this order.
func (s *Store) states(ctx context.Context, ids []string) ([]conversation.State, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	places, args := placeholders(ids)
	rows, err := all(ctx, s.read, scanConversation, selectConversation+" where id in ("+places+")", args...)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b stored) int {
		return cmp.Compare(slices.Index(ids, string(a.id)), slices.Index(ids, string(b.id)))
	})
	out := make([]conversation.State, 0, len(rows))
	for _, c := range rows {
		if state, ok := s.listed(ctx, c); ok {
			out = append(out, state)
		}
	}
	return out, nil
}

// placeholders are $1, $2, … for a list of values.
func placeholders[T ~string](values []T) (string, []any) {
	places, args := make([]string, len(values)), make([]any, len(values))
	for i, v := range values {
		places[i], args[i] = fmt.Sprintf("$%d", i+1), string(v)
	}
	return strings.Join(places, ", "), args
}

func limitOf(q conversation.Query) int {
	if q.Limit <= 0 {
		return 50
	}
	return q.Limit
}

func order(q conversation.Query) string {
	const newest = "updated desc, id desc"
	switch {
	case q.Oldest:
		return "case when wait_from > 0 then 0 else 1 end, wait_from, " + newest
	case q.Unanswered:
		return "case when unanswered > 0 then 0 else 1 end, unanswered, " + newest
	}
	return newest
}

// terms collects the conditions of a query with their arguments.
type terms struct {
	list []string
	args []any
}

func (t *terms) add(term string, arg any) {
	t.args = append(t.args, arg)
	t.list = append(t.list, fmt.Sprintf(term, len(t.args)))
}

// equal adds a condition on a column, unless want is empty.
func (t *terms) equal(column, want string) {
	if want != "" {
		t.add(column+" = $%d", want)
	}
}

func conditions(q conversation.Query, now time.Time) (string, []any) {
	t := &terms{list: []string{"1 = 1"}}
	t.modes(q)
	t.equal("owner", q.Owner)
	t.equal("visitor", q.Visitor)
	t.equal("handler", q.Handler)
	t.equal("topic", q.Topic)
	if q.NotOwner != "" {
		t.add("owner <> $%d", q.NotOwner)
	}
	if q.Priority == normal {
		t.list = append(t.list, "priority in ('', 'normal')")
	} else {
		t.equal("priority", q.Priority)
	}
	if q.Tag != "" {
		t.add(`tags like $%d escape '\'`, like("\n"+q.Tag+"\n"))
	}
	if q.Blocked {
		t.add("blocked_until > 0 and blocked_until > $%d", ms(now))
	}
	if q.Escalated {
		t.list = append(t.list, "epoch > 0")
	}
	switch text := strings.TrimSpace(q.Text); {
	case reference.MatchString(text):
		t.add("reference = $%d", strings.ToUpper(text))
	case text != "":
		t.add(`exists (select 1 from events e where e.conversation = c.id and e.words like $%d escape '\')`, like(text))
	}
	return strings.Join(t.list, " and "), t.args
}

// normal is the priority that need not be said.
const normal = "normal"

// reference is a text that names one conversation.
var reference = regexp.MustCompile(`^[hH]-[0-9A-Za-z]{4,10}$`)

// modes says the closed ones, and not the closed ones, in words: they let the engine
// use the index on them.
func (t *terms) modes(q conversation.Query) {
	switch {
	case len(q.Modes) == 1 && q.Modes[0] == conversation.IsClosed:
		t.list = append(t.list, "mode = 'closed'")
	case len(q.Modes) > 0:
		var places []string
		for _, m := range q.Modes {
			t.args = append(t.args, string(m))
			places = append(places, fmt.Sprintf("$%d", len(t.args)))
		}
		t.list = append(t.list, "mode in ("+strings.Join(places, ", ")+")")
	}
	// A closed conversation has no owner.
	if q.Owner != "" || len(q.Modes) > 0 && !slices.Contains(q.Modes, conversation.IsClosed) {
		t.list = append(t.list, "mode <> 'closed'")
	}
}

var literal = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// like is the pattern that finds text literally in words.
func like(text string) string {
	return "%" + literal.Replace(strings.ToLower(clean(text))) + "%"
}
