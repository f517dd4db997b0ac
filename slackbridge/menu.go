package slackbridge

import (
	"context"
	"strings"
)

// pressMenu does what was chosen in the card's menu.
func (b *Bridge) pressMenu(ctx context.Context, p press) error {
	choice, _, _ := strings.Cut(p.action.SelectedOption.Value, ":")
	run := map[string]func(context.Context, press) error{
		menuWhy:        b.openWhy,
		menuTranscript: b.openTranscript,
		menuLabels:     b.openLabels,
		menuBlock:      b.openBlock,
		menuLift:       b.pressLift,
		menuMisjudged:  b.openMisjudged,
	}[choice]
	if run == nil {
		return errDrop
	}
	return run(ctx, p)
}
