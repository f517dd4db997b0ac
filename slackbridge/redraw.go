package slackbridge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// carryEdits redraws the posts whose lines were changed or taken back. What the
// pace of chat.update leaves over is marked in its row, so that new lines need not
// wait for it; due is when to go on.
func (v *visit) carryEdits(ctx context.Context) (due time.Time, err error) {
	for _, e := range v.w.Events {
		switch b := e.Body.(type) {
		case conversation.Edited:
			err = v.markStale(ctx, b.Of)
		case conversation.Retracted:
			err = v.markStale(ctx, b.Of)
		default:
		}
		if err != nil {
			return due, err
		}
	}
	for i := range v.posts {
		if p := &v.posts[i]; p.Stale && p.State == ledger.Sent {
			if err := v.refresh(ctx, p, &due); err != nil {
				return due, err
			}
		}
	}
	return due, nil
}

// markStale marks the posts that show a line, unless the line itself stands in the
// thread or the post was just made.
func (v *visit) markStale(ctx context.Context, of conversation.Seq) error {
	var shown []int // more than one for a line in parts
	for i, p := range v.posts {
		if p.State == ledger.Sent && p.First <= of && of <= p.Last && !slices.Contains(v.fresh, p.ID) {
			shown = append(shown, i)
		}
	}
	if len(shown) == 0 {
		return nil
	}
	line, err := v.Log.Events(ctx, v.w.Conversation, of-1, 1)
	if err != nil {
		return fmt.Errorf("read the log: %w", err)
	}
	if len(line) == 0 {
		return nil
	}
	said, _ := line[0].Body.(conversation.Message)
	if said.Moved || said.Original != "" || !inThread(line[0], v.thread) {
		for _, i := range shown {
			v.posts[i].Stale = true
		}
	}
	return nil
}

// refresh draws a post again. When the pace does not allow it the row keeps the
// mark, and due becomes the time to go on.
func (v *visit) refresh(ctx context.Context, p *ledger.Post, due *time.Time) error {
	if ok, retry := v.client.Throttle.Take("chat.update", v.thread.Channel); !ok {
		*due = soonest(*due, retry)
		return v.savePost(ctx, p)
	}
	events, err := readAll(ctx, v.Log, v.w.Conversation, p.First-1)
	if err != nil {
		return err
	}
	m, err := v.rerender(ctx, *p, events)
	if err != nil {
		return err
	}
	err = v.update(ctx, v.thread.Channel, p.TS, m)
	switch f, bad := webapi.Failed(err); {
	case bad && f.Kind == webapi.Limited:
		*due = soonest(*due, v.Now().Add(f.Retry))
		return v.savePost(ctx, p)
	case bad && (f.Kind != webapi.Refused || ofChannel(f) || f.OfApp()):
		return errors.Join(v.savePost(ctx, p), v.cannot(ctx, v.thread.Channel, err))
	case err != nil:
		v.log.Warn("an edit was not carried over", "conversation", v.w.Conversation, "post", p.ID, "error", err)
	}
	p.Stale = false
	p.Rev++
	return v.savePost(ctx, p)
}

func (v *visit) savePost(ctx context.Context, p *ledger.Post) error {
	if _, err := v.Posts.SavePost(ctx, *p); err != nil {
		return fmt.Errorf("note the redraw: %w", err)
	}
	return nil
}

// rerender draws a post again from its events.
func (v *visit) rerender(ctx context.Context, p ledger.Post, events []conversation.Event) (draw.Message, error) {
	s, err := v.script(ctx, events)
	if err != nil {
		return draw.Message{}, err
	}
	own := events[:min(len(events), int(p.Last-p.First)+1)]
	return s.Redraw(p, own, v.Config.VisitorNames), nil
}
