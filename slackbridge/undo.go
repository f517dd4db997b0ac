package slackbridge

import (
	"context"
	"errors"
	"strconv"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// Close, hand back, block and transfer can be taken back for half a minute, by a
// private button. Slack lets nobody change a private message afterwards, except
// in answer to a press in it: so the button stays, says until when it holds, and
// whoever presses it later is told why it is too late.

// offerUndo tells the presser what she did, with the button that takes it back.
func (b *Bridge) offerUndo(ctx context.Context, p press, out conversation.Outcome, did ...draw.Span) {
	u := out.State.Undo
	if out.Replayed || len(out.Events) == 0 || u == nil || u.Seq < out.Events[0].Seq {
		return
	}
	if p.spot.TS == "" {
		b.tellPresser(p, did...)
		return
	}
	b.privately(p, whisper{until: u.At.Add(conversation.UndoWithin), m: draw.Undoable(p.id, *u, did...)})
}

// pressUndo takes the act back, or says why it is too late.
func (b *Bridge) pressUndo(ctx context.Context, p press) error {
	seq, err := strconv.ParseInt(p.ts, 10, 64)
	if err != nil {
		return errDrop
	}
	of := conversation.Seq(seq)
	out, err := b.append(ctx, p, conversation.Undo(p.by, of, b.Now(), p.admin))
	switch {
	case errors.Is(err, conversation.ErrTooLate):
		b.replaceOriginal(p, draw.TooLate(p.state, of, p.who.ID, p.admin)...)
		return nil
	case err != nil:
		return err
	}
	if len(out.Events) > 0 {
		b.replaceOriginal(p, draw.Undone(out.State)...)
	}
	return nil
}
