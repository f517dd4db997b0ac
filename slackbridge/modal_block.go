package slackbridge

import (
	"context"

	"github.com/handoff-bot/handoff/conversation"
)

const (
	modalBlock  = "handoff_modal_block"
	inputReason = "reason"

	actLift = "handoff_lift"
)

// openBlock asks why.
func (b *Bridge) openBlock(ctx context.Context, p press) error {
	reason := textInput(inputReason, "Why?", "It stays inside", "")
	reason.Optional = false
	view := modal(modalBlock, "Block this visitor", p.id, reason,
		richLine("", slant("The chat is closed, and for 24 hours the visitor cannot write. Admins lift it in the app's Home.")))
	view.Submit = plain("Block")
	return b.orTell(ctx, p, view, "The question did not open in time. Choose Block… again.")
}

func (b *Bridge) submitBlock(ctx context.Context, p press) error {
	until := b.Now().Add(conversation.BlockFor)
	out, err := b.append(ctx, p, conversation.Block(p.by, until, p.e.View.text(inputReason), p.admin))
	if err != nil {
		return err
	}
	b.offerUndo(ctx, p, out, words("You blocked this visitor until "), day(until), words("."))
	return nil
}

// pressLift lets the visitor in again. It is the admins' to decide, and everybody's
// where there is none.
func (b *Bridge) pressLift(ctx context.Context, p press) error {
	if len(b.Config.Admins) > 0 && !p.admin {
		b.tellPresser(p, words("Only admins of Handoff can lift a block. Nothing was changed."))
		return nil
	}
	_, err := b.append(ctx, p, conversation.Unblock(p.by))
	return err
}
