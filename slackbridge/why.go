package slackbridge

import (
	"context"
	"fmt"

	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// openWhy shows what the decision about a conversation rests on.
func (b *Bridge) openWhy(ctx context.Context, p press) error {
	events, err := readAll(ctx, b.Log, p.id, 0)
	if err != nil {
		return err
	}
	why := draw.ReasonOf(events)
	var seen draw.Evidence
	if b.Evidence != nil && why.At > 0 {
		if seen, err = b.Evidence(ctx, events, why.At); err != nil {
			return fmt.Errorf("look for the evidence: %w", err)
		}
	}
	learns := b.Keep != nil && p.state.Seq > 1
	return b.orTell(ctx, p, why.View(p.state, events, seen, learns), "It did not open in time. Choose it again.")
}
