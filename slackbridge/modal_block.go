package slackbridge

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

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

// blockedBlocks lists who is kept out now, for the Home of admins: who, until
// when, by whom and why, with the button that lifts it. It is empty when nobody
// is.
func (b *Bridge) blockedBlocks(ctx context.Context) ([]slack.Block, error) {
	states, err := b.Log.Search(ctx, conversation.Query{Blocked: true, Limit: homeLimit})
	if err != nil {
		return nil, fmt.Errorf("list who is blocked: %w", err)
	}
	var out []slack.Block
	for _, s := range states {
		brief, err := b.briefs.of(ctx, s.ID)
		if errors.Is(err, conversation.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read the brief: %w", err)
		}
		line := []span{strong(brief.visitor(s)), words(" · " + s.Reference + " · blocked until "), day(s.BlockedUntil)}
		if brief.Blocked.Agent.ID != "" {
			line = append(line, words(" by "), who(brief.Blocked.Agent))
		}
		elements := []any{slack.NewRichTextSection(rich(line)...)}
		if why := oneLine(brief.Blocked.Reason, 300); why != "" {
			elements = append(elements, quote(why))
		}
		out = append(out, richBlock{elements: elements}, slack.NewActionBlock("", button(actLift, string(s.ID), "Lift the block")))
	}
	return out, nil
}
