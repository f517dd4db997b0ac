package slackbridge

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

const (
	modalLabels    = "handoff_modal_labels"
	modalMisjudged = "handoff_modal_misjudged"

	inputPriority = "priority"
	inputTags     = "tags"
)

// priorities are those of the policy.
var priorities = []string{"low", "normal", "high", "urgent"}

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
	options := make([]*slack.OptionBlockObject, len(priorities))
	for i, name := range priorities {
		options[i] = slack.NewOptionBlockObject(name, plain(strings.ToUpper(name[:1])+name[1:]), nil)
	}
	pick := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain("Choose a priority"), inputPriority, options...)
	pick.InitialOption = options[max(0, slices.Index(priorities, cmp.Or(p.state.Priority, "normal")))]
	tags := slack.NewPlainTextInputBlockElement(plain("refund, vip"), inputTags)
	tags.InitialValue, tags.MaxLength = clip(strings.Join(brief.Tags, ", "), maxInput), maxInput
	view := modal(modalLabels, "Priority and tags", p.id,
		slack.NewInputBlock(inputPriority, plain("Priority"), nil, pick),
		optional(slack.NewInputBlock(inputTags, plain("Tags, with commas between"), nil, tags)))
	view.Submit = plain("Save")
	return b.orTell(ctx, p, view, "The form did not open in time. Choose Priority and tags… again.")
}

func (b *Bridge) submitLabels(ctx context.Context, p press) error {
	brief, err := b.briefs.of(ctx, p.id)
	if err != nil {
		return fmt.Errorf("read the brief: %w", err)
	}
	_, err = b.append(ctx, p, conversation.Label(p.by, p.e.View.chosen(inputPriority), tagsOf(p.e.View.text(inputTags)), brief.Tags))
	return err
}

// tagsOf reads tags with commas between, each once.
func tagsOf(text string) []string {
	var out []string
	for tag := range strings.SplitSeq(text, ",") {
		if tag = oneLine(tag, maxTag); tag != "" && !slices.Contains(out, tag) && len(out) < maxTags {
			out = append(out, tag)
		}
	}
	return out
}
