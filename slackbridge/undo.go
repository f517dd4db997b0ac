package slackbridge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// Close, hand back, block and transfer can be taken back for half a minute, by a
// private button. Slack lets nobody change a private message afterwards, except
// in answer to a press in it: so the button stays, says until when it holds, and
// whoever presses it later is told why it is too late.

const actUndo = "handoff_undo"

// offerUndo tells the presser what she did, with the button that takes it back.
func (b *Bridge) offerUndo(ctx context.Context, p press, out conversation.Outcome, did ...span) {
	u := out.State.Undo
	if out.Replayed || len(out.Events) == 0 || u == nil || u.Seq < out.Events[0].Seq {
		return
	}
	if p.spot.TS == "" {
		b.tellPresser(p, did...)
		return
	}
	spans := append(did, words(" Undo works until "), second(u.At.Add(conversation.UndoWithin)), words("."))
	value := fmt.Sprintf("%s %d", p.id, u.Seq)
	b.privately(p, whisper{until: u.At.Add(conversation.UndoWithin),
		m: message{text: parsed(spans), blocks: []slack.Block{richLine("", spans...), slack.NewActionBlock("", button(actUndo, value, "Undo"))}}})
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
		b.replaceOriginal(p, b.tooLate(p, of)...)
		return nil
	case err != nil:
		return err
	}
	if len(out.Events) > 0 {
		b.replaceOriginal(p, words("Undone. "), words(nowWords(out.State)))
	}
	return nil
}

func (b *Bridge) tooLate(p press, of conversation.Seq) []span {
	u := p.state.Undo
	switch {
	case u == nil || u.Seq != of:
		return []span{words("It is too late to undo this: something else has happened in this chat since. Nothing was changed. " + nowWords(p.state))}
	case u.By != p.who.ID && !p.admin:
		return []span{words("Only who did this can undo it. Nothing was changed.")}
	}
	return []span{words("It is too late to undo this: it works for 30 seconds. Nothing was changed. " + nowWords(p.state))}
}

// nowWords says in whose hands the conversation is.
func nowWords(s conversation.State) string {
	switch s.Mode {
	case conversation.Waiting:
		return "The chat is waiting."
	case conversation.WithAgent:
		return cmp.Or(oneLine(s.Owner.Name, maxName), "A colleague") + " has the chat."
	case conversation.IsClosed:
		return "The chat is closed."
	case conversation.WithBot:
	}
	return "The AI has the chat."
}
