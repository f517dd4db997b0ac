package slackbridge

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/handoff-bot/handoff/markup"
	"github.com/handoff-bot/handoff/replies"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// objectToReply: a value that is not known must not go out as a hole.
func objectToReply(v viewRef) map[string]string {
	missing := replies.Missing(v.text(draw.InputReply))
	if len(missing) == 0 {
		return nil
	}
	return map[string]string{v.block(draw.InputReply): "Not known: " + strings.Join(missing, ", ") + ". Write what belongs there."}
}

// block is the id of the block of an input.
func (v viewRef) block(action string) string {
	for id, block := range v.State.Values {
		if _, ok := block[action]; ok {
			return id
		}
	}
	return action
}

// submitReply sends what stands in the form, by the same table as a line that was
// written in the thread.
func (b *Bridge) submitReply(ctx context.Context, p press) error {
	text := strings.TrimSpace(markup.Clean(p.e.View.text(draw.InputReply)))
	text, note := b.withoutPrefix(text)
	s := b.saidInForm(p, text, note)
	content, err := json.Marshal(markup.FromPlain(text))
	if err != nil {
		return fmt.Errorf("encode the line: %w", err)
	}
	s.content = content
	_, err = b.act(ctx, s)
	return err
}

// saidInForm is a line of the form, as one that stands in the thread.
func (b *Bridge) saidInForm(p press, text string, note bool) said {
	s := said{me: p.me, thread: p.spot, ts: formLine + p.e.View.ID, who: p.who, by: p.by, text: text, note: note, current: true}
	s.thread.Conversation = p.id
	return s
}

// withoutPrefix cuts a note prefix off.
func (b *Bridge) withoutPrefix(text string) (rest string, note bool) {
	for _, prefix := range b.Config.NotePrefixes {
		if rest, ok := strings.CutPrefix(text, prefix); ok {
			return strings.TrimSpace(rest), true
		}
	}
	return text, false
}
