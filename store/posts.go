package store

import (
	"context"
	"fmt"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

const selectPosts = `select id, conversation, thread, first_seq, last_seq, rev, ts, state, attempted, stale, part, parts from posts`

func scanPost(r row) (ledger.Post, error) {
	var p ledger.Post
	var attempted int64
	err := r.Scan(&p.ID, &p.Conversation, &p.Thread, &p.First, &p.Last, &p.Rev, &p.TS, &p.State, &attempted, &p.Stale, &p.Part, &p.Parts)
	p.Attempted = at(attempted)
	return p, err
}

// SavePost implements slackbridge.Posts. Updating a row that is not there is
// conversation.ErrNotFound.
func (s *Store) SavePost(ctx context.Context, p ledger.Post) (ledger.Post, error) {
	return write(ctx, s, func(ctx context.Context, t *tx) (ledger.Post, error) {
		if p.ID != 0 {
			return p, found(t.exec(ctx, `update posts set first_seq = $2, last_seq = $3, rev = $4, ts = $5, state = $6,
				attempted = $7, stale = $8, part = $9, parts = $10 where id = $1`,
				p.ID, int64(p.First), int64(p.Last), p.Rev, p.TS, string(p.State), ms(p.Attempted), p.Stale, p.Part, p.Parts))
		}
		inserted := p
		var err error
		if inserted.ID, err = t.next(ctx, "posts"); err != nil {
			return p, err
		}
		_, err = t.exec(ctx, `insert into posts (id, conversation, thread, first_seq, last_seq, rev, ts, state, attempted, stale, part, parts)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			inserted.ID, string(p.Conversation), p.Thread, int64(p.First), int64(p.Last), p.Rev, p.TS, string(p.State), ms(p.Attempted), p.Stale, p.Part, p.Parts)
		if err != nil {
			return p, fmt.Errorf("save a post of %s: %w", p.Conversation, err)
		}
		return inserted, nil
	})
}

// PostsOf lists the posts of a thread, by First.
func (s *Store) PostsOf(ctx context.Context, thread int64) ([]ledger.Post, error) {
	return all(ctx, s.read, scanPost, selectPosts+` where thread = $1 order by first_seq, id`, thread)
}

// PostWith returns the post of a conversation that contains the event, the
// newest when several threads show it.
func (s *Store) PostWith(ctx context.Context, id conversation.ID, seq conversation.Seq) (ledger.Post, error) {
	return one(ctx, s.read, scanPost,
		selectPosts+` where conversation = $1 and first_seq <= $2 and last_seq >= $2 and state <> 'gone'
			order by id desc limit 1`, string(id), int64(seq))
}
