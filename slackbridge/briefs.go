package slackbridge

import (
	"context"
	"fmt"
	"sync"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// briefs keeps the briefs of recent conversations, so that redrawing a card
// reads only what is new.
type briefs struct {
	log  conversation.Reader
	mu   sync.Mutex
	kept map[conversation.ID]draw.Brief
	past map[conversation.ID]past
}

// past is what is kept of a visitor's earlier conversations: how many there are,
// and the last ones.
type past struct {
	visitor string
	count   int
	last    []draw.Earlier
}

// before returns what is kept of the conversations before this one, of the visitor
// who has it now.
func (b *briefs) before(id conversation.ID, visitor string) (past, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, ok := b.past[id]
	return p, ok && p.visitor == visitor
}

func (b *briefs) keepPast(id conversation.ID, p past) {
	b.mu.Lock()
	defer b.mu.Unlock()
	makeRoom(b.past)
	b.past[id] = p
}

// makeRoom forgets any one when there are too many.
func makeRoom[T any](kept map[conversation.ID]T) {
	if len(kept) < maxBriefs {
		return
	}
	for other := range kept {
		delete(kept, other)
		return
	}
}

// maxBriefs bounds the caches; beyond it any one is forgotten.
const maxBriefs = 2000

// of returns the brief of a conversation up to now.
func (b *briefs) of(ctx context.Context, id conversation.ID) (draw.Brief, error) {
	b.mu.Lock()
	brief := b.kept[id]
	b.mu.Unlock()
	for {
		events, err := b.log.Events(ctx, id, brief.Seq, page)
		if err != nil {
			return brief, err
		}
		for _, e := range events {
			brief = brief.Apply(e)
		}
		if len(events) < page {
			break
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	makeRoom(b.kept)
	b.kept[id] = brief
	return brief, nil
}

// upTo is of for who knows the last event: nothing is read when the brief that is
// kept has come so far.
func (b *briefs) upTo(ctx context.Context, id conversation.ID, seq conversation.Seq) (draw.Brief, error) {
	b.mu.Lock()
	brief, ok := b.kept[id]
	b.mu.Unlock()
	if ok && brief.Seq >= seq {
		return brief, nil
	}
	return b.of(ctx, id)
}

// page is how many events are read at once.
const page = 200

// readAll reads the events after a position to the end of the log.
func readAll(ctx context.Context, log conversation.Reader, id conversation.ID, after conversation.Seq) ([]conversation.Event, error) {
	var all []conversation.Event
	for {
		events, err := log.Events(ctx, id, after, page)
		if err != nil {
			return nil, fmt.Errorf("read the log: %w", err)
		}
		all = append(all, events...)
		if len(events) < page {
			return all, nil
		}
		after = events[len(events)-1].Seq
	}
}
