package slackbridge

import (
	"context"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// openBlock asks why.
func (b *Bridge) openBlock(ctx context.Context, p press) error {
	return b.orTell(ctx, p, draw.BlockForm(p.id), "The question did not open in time. Choose Block… again.")
}

func (b *Bridge) submitBlock(ctx context.Context, p press) error {
	until := b.Now().Add(conversation.BlockFor)
	out, err := b.append(ctx, p, conversation.Block(p.by, until, p.e.View.text(draw.InputReason), p.admin))
	if err != nil {
		return err
	}
	b.offerUndo(ctx, p, out, draw.Words("You blocked this visitor until "), draw.Day(until), draw.Words("."))
	return nil
}

// pressLift lets the visitor in again. It is the admins' to decide, and everybody's
// where there is none.
func (b *Bridge) pressLift(ctx context.Context, p press) error {
	if len(b.Config.Admins) > 0 && !p.admin {
		b.tellPresser(p, draw.Words("Only admins of Handoff can lift a block. Nothing was changed."))
		return nil
	}
	_, err := b.append(ctx, p, conversation.Unblock(p.by))
	return err
}
