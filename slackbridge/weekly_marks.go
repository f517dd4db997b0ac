package slackbridge

import (
	"context"
	"fmt"

	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// marksWeekly is the list of what agents said of the policy's decisions. The words
// in it are those to look at when the policy is tuned.
func (b *Bridge) marksWeekly() weekly { return weekly{kind: "marks", draw: b.drawMarks} }

func (b *Bridge) drawMarks(ctx context.Context, of week) (m draw.Message, ok bool, err error) {
	ids, err := b.Marked(ctx, of.From, of.To)
	if err != nil {
		return m, false, fmt.Errorf("look for marks: %w", err)
	}
	var list draw.WeekMarks
	for _, id := range ids {
		events, err := readAll(ctx, b.Log, id, 0)
		if err != nil {
			return m, false, err
		}
		for _, mark := range draw.MarksOf(events) {
			if mark.At.Before(of.From) || !mark.At.Before(of.To) {
				continue
			}
			list.Add(mark, events, b.mendOf(events, mark.Body))
		}
	}
	m, ok = list.Message(of.From, of.To)
	return m, ok, nil
}
