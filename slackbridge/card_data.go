package slackbridge

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// card gathers what a card says, but for the links into its thread.
func (b *Bridge) card(ctx context.Context, id conversation.ID) (draw.Card, error) {
	state, err := b.Log.State(ctx, id)
	if err != nil {
		return draw.Card{}, fmt.Errorf("read the state: %w", err)
	}
	brief, err := b.briefs.of(ctx, id)
	if err != nil {
		return draw.Card{}, fmt.Errorf("read the brief: %w", err)
	}
	c := draw.Card{State: state, Brief: brief, Translates: b.translation.offered(state)}
	if c.Visitor, err = b.presence(ctx, id); err != nil {
		return draw.Card{}, fmt.Errorf("look for the visitor: %w", err)
	}
	if b.Receipts != nil {
		unsent, err := b.Receipts.Undelivered(ctx, id)
		if err != nil {
			return draw.Card{}, fmt.Errorf("look for the lines to send again: %w", err)
		}
		for _, r := range unsent {
			c.Unsent = append(c.Unsent, r.TS)
		}
	}
	c.Before, c.Earlier, err = b.earlier(ctx, state)
	return c, err
}

// cardIn is the card with the links into the thread it stands above.
func (b *Bridge) cardIn(ctx context.Context, t ledger.Thread) (draw.Card, error) {
	c, err := b.card(ctx, t.Conversation)
	if err != nil {
		return c, err
	}
	c.Links, err = b.links(ctx, t, c.Brief.Cited())
	return c, err
}

func (b *Bridge) presence(ctx context.Context, id conversation.ID) (p draw.Presence, err error) {
	p.Mails = b.Mails != nil && b.Mails()
	if b.Visitors == nil {
		return p, nil
	}
	if p.Here, p.Since, err = b.Visitors.Presence(ctx, id); err != nil {
		return p, err
	}
	if p.Read, err = b.Visitors.Seen(ctx, id); err != nil {
		return p, err
	}
	p.ReadAt, err = b.Visitors.SeenAt(ctx, id)
	return p, err
}

// earlier are the conversations the visitor had before this one. They do not
// change while it lasts, so they are looked up once, and again when she turns out to
// be somebody who is known.
func (b *Bridge) earlier(ctx context.Context, s conversation.State) (int, []draw.Earlier, error) {
	if p, ok := b.briefs.before(s.ID, s.Visitor); ok || s.Visitor == "" {
		return p.count, p.last, nil
	}
	states, err := b.Log.Search(ctx, conversation.Query{Visitor: s.Visitor, Limit: draw.CountEarlier + 2})
	if err != nil {
		return 0, nil, fmt.Errorf("look for earlier conversations: %w", err)
	}
	states = slices.DeleteFunc(states, func(o conversation.State) bool { return o.ID == s.ID || o.Opened.At.After(s.Opened.At) })
	slices.SortStableFunc(states, func(a, b conversation.State) int { return b.Opened.At.Compare(a.Opened.At) })
	p := past{visitor: s.Visitor, count: len(states)}
	for _, o := range states[:min(len(states), draw.MaxEarlier)] {
		e := draw.Earlier{Reference: o.Reference}
		t, err := b.Threads.ThreadOf(ctx, o.ID)
		if err != nil && !errors.Is(err, conversation.ErrNotFound) {
			return 0, nil, fmt.Errorf("look for an earlier thread: %w", err)
		}
		if err == nil && t.TS != "" {
			e.URL = b.permalink(t.Channel, t.TS)
		}
		p.last = append(p.last, e)
	}
	b.briefs.keepPast(s.ID, p)
	return p.count, p.last, nil
}

// links are the addresses of the messages in a thread that hold these events. A
// line that an agent wrote there is a message of its own.
func (b *Bridge) links(ctx context.Context, t ledger.Thread, seqs []conversation.Seq) (map[conversation.Seq]string, error) {
	if len(seqs) == 0 {
		return nil, nil
	}
	posts, err := b.Posts.PostsOf(ctx, t.ID)
	if err != nil {
		return nil, fmt.Errorf("read the posts: %w", err)
	}
	out := map[conversation.Seq]string{}
	var last conversation.Seq
	for _, p := range posts {
		if p.State != ledger.Sent {
			continue
		}
		last = max(last, p.Last)
		for _, seq := range seqs {
			if p.First <= seq && seq <= p.Last && p.Part <= 1 {
				out[seq] = b.replyLink(t, p.TS)
			}
		}
	}
	for _, seq := range seqs {
		if out[seq] != "" || seq > last {
			continue
		}
		if events, err := b.Log.Events(ctx, t.Conversation, seq-1, 1); err == nil && len(events) == 1 && inThread(events[0], t) {
			out[seq] = b.replyLink(t, events[0].Order)
		}
	}
	return out, nil
}

// replyLink is the address of a reply in its thread.
func (b *Bridge) replyLink(t ledger.Thread, ts string) string {
	return b.permalink(t.Channel, ts) + "?thread_ts=" + t.TS + "&cid=" + t.Channel
}
