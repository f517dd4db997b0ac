package app

import (
	"context"
	"time"

	"github.com/handoff-bot/handoff/report"
	"github.com/handoff-bot/handoff/report/chart"
	"github.com/handoff-bot/handoff/slackbridge"
)

// numbers counts some days for the weekly post.
func (a *App) numbers(ctx context.Context, from, to time.Time) (slackbridge.WeekNumbers, error) {
	sheet, err := report.Compare(ctx, a.store, report.Span{From: from, To: to}, a.now())
	if err != nil {
		return slackbridge.WeekNumbers{}, err
	}
	pictures, err := chart.Draw(sheet)
	if err != nil {
		return slackbridge.WeekNumbers{}, err
	}
	var out slackbridge.WeekNumbers
	out.Title, out.Lines = sheet.Brief()
	for _, p := range pictures {
		out.Pictures = append(out.Pictures, slackbridge.NumbersPicture(p))
	}
	return out, nil
}
