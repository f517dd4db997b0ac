package slackbridge

import (
	"context"
	"strconv"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// openTranscript shows the last page.
func (b *Bridge) openTranscript(ctx context.Context, p press) error {
	view, err := b.transcriptPage(ctx, p, draw.LastPage)
	if err != nil {
		return err
	}
	return b.orTell(ctx, p, view, "It did not open in time. Choose it again.")
}

// pressPage turns to another page.
func (b *Bridge) pressPage(ctx context.Context, p press) error {
	page, err := strconv.Atoi(p.ts)
	if err != nil || p.e.View.ID == "" {
		return errDrop
	}
	view, err := b.transcriptPage(ctx, p, page)
	if err != nil {
		return err
	}
	b.changeView(ctx, p, view)
	return nil
}

// transcriptPage is the modal with one page.
func (b *Bridge) transcriptPage(ctx context.Context, p press, page int) (slack.ModalViewRequest, error) {
	events, err := readAll(ctx, b.Log, p.id, 0)
	if err != nil {
		return slack.ModalViewRequest{}, err
	}
	return draw.TranscriptView(p.state, events, page), nil
}
