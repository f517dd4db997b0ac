package slackbridge

import (
	"context"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// pressClose asks how it ended. Without the modal it is closed at once: the press
// said what is wanted.
func (b *Bridge) pressClose(ctx context.Context, p press) error {
	if p.fresh && p.state.Mode != conversation.IsClosed {
		events, err := readAll(ctx, b.Log, p.id, 0)
		if err != nil {
			return err
		}
		if b.openModal(ctx, p.e.Trigger, draw.CloseForm(p.id, events)) {
			return nil
		}
	}
	return b.close(ctx, p, conversation.Closing{})
}

// objectToClose: who ticks the box has to write something.
func objectToClose(v viewRef) map[string]string {
	if len(v.chosenAll(draw.InputTell)) > 0 && v.text(draw.InputRecap) == "" {
		return map[string]string{draw.InputRecap: "Write what the visitor gets, or leave the box unticked."}
	}
	return nil
}

func (b *Bridge) submitClose(ctx context.Context, p press) error {
	v := p.e.View
	return b.close(ctx, p, conversation.Closing{
		Outcome: v.chosen(draw.InputOutcome), Note: v.text(draw.InputNote), Recap: v.text(draw.InputRecap), Tell: len(v.chosenAll(draw.InputTell)) > 0,
	})
}

func (b *Bridge) close(ctx context.Context, p press, c conversation.Closing) error {
	out, err := b.append(ctx, p, conversation.Close(p.by, c, p.admin))
	if err != nil {
		return err
	}
	b.offerUndo(ctx, p, out, draw.Words("You closed this chat."))
	return nil
}
