package slackbridge

import (
	"cmp"
	"context"
	"fmt"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// mayClaim says why an agent may not become the owner of a conversation that is
// kept for others (topic.agents, rule.agents): who may. It is empty when she may.
func (b *Bridge) mayClaim(ctx context.Context, s conversation.State, user string) ([]draw.Span, error) {
	ok, err := b.people.among(ctx, s.Agents, user)
	if err != nil {
		return nil, fmt.Errorf("look for who may claim: %w", err)
	}
	if ok {
		return nil, nil
	}
	out := []draw.Span{draw.Words("Only ")}
	for i, id := range s.Agents {
		if i > 0 {
			out = append(out, draw.Words(", "))
		}
		if m, ok := draw.Mention(id); ok {
			out = append(out, m)
		}
	}
	return append(out, draw.Words(" can take this chat.")), nil
}

// mayTake says why somebody may not answer in a conversation she is not writing
// in: she is no agent there, or it is kept for others. It is empty when she may.
func (b *Bridge) mayTake(ctx context.Context, me identity, s conversation.State, user string) ([]draw.Span, error) {
	_, why, err := b.people.standing(ctx, me.Team, b.channelOf(ctx, s), user)
	if err != nil {
		return nil, fmt.Errorf("look the agent up: %w", err)
	}
	if why != "" {
		return []draw.Span{draw.Words(why)}, nil
	}
	return b.mayClaim(ctx, s, user)
}

// channelOf is the channel a conversation belongs to, whose members may act.
func (b *Bridge) channelOf(ctx context.Context, s conversation.State) string {
	if t, err := b.Threads.ThreadOf(ctx, s.ID); err == nil {
		return t.Channel
	}
	return cmp.Or(s.Route.Channel, b.Config.Channel)
}
