package store

import (
	"context"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// selectMarked names the kinds as its index does, or SQLite would not use it.
const selectMarked = `select conversation from events
	where kind in ('misjudged', 'missed', 'unmarked') and kind <> 'unmarked' and at >= $1 and at < $2
	group by conversation order by min(at), conversation`

// Marked lists the conversations of which an agent said in [from, to) that a
// decision in them was wrong; the one that was marked first comes first. A mark
// that was taken back since is among them: the log tells.
func (s *Store) Marked(ctx context.Context, from, to time.Time) ([]conversation.ID, error) {
	return all(ctx, s.read, value[conversation.ID], selectMarked, ms(from), ms(to))
}
