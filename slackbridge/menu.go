package slackbridge

import (
	"context"
	"strings"

	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// pressMenu does what was chosen in the card's menu.
func (b *Bridge) pressMenu(ctx context.Context, p press) error {
	choice, _, _ := strings.Cut(p.action.SelectedOption.Value, ":")
	run := map[string]func(context.Context, press) error{
		draw.MenuWhy:        b.openWhy,
		draw.MenuTranscript: b.openTranscript,
		draw.MenuLabels:     b.openLabels,
		draw.MenuBlock:      b.openBlock,
		draw.MenuLift:       b.pressLift,
		draw.MenuMisjudged:  b.openMisjudged,
	}[choice]
	if run == nil {
		return errDrop
	}
	return run(ctx, p)
}
