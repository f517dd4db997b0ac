package slackbridge

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// maxTags and maxTag bound what an agent may set.
const (
	maxTags = 20
	maxTag  = 40
)

func (b *Bridge) openLabels(ctx context.Context, p press) error {
	brief, err := b.briefs.of(ctx, p.id)
	if err != nil {
		return fmt.Errorf("read the brief: %w", err)
	}
	return b.orTell(ctx, p, draw.LabelsForm(p.id, p.state.Priority, brief.Tags), "The form did not open in time. Choose Priority and tags… again.")
}

func (b *Bridge) submitLabels(ctx context.Context, p press) error {
	brief, err := b.briefs.of(ctx, p.id)
	if err != nil {
		return fmt.Errorf("read the brief: %w", err)
	}
	_, err = b.append(ctx, p, conversation.Label(p.by, p.e.View.chosen(draw.InputPriority), tagsOf(p.e.View.text(draw.InputTags)), brief.Tags))
	return err
}

// tagsOf reads tags with commas between, each once.
func tagsOf(text string) []string {
	var out []string
	for tag := range strings.SplitSeq(text, ",") {
		if tag = draw.OneLine(tag, maxTag); tag != "" && !slices.Contains(out, tag) && len(out) < maxTags {
			out = append(out, tag)
		}
	}
	return out
}
