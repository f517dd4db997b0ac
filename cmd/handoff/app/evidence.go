package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/escalation/eval"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// evidence tells what a decision of the log rests on beyond what the log says:
// where its rule stands, from where on signals count, and what was seen and was
// too weak, by the policy that decided.
func (a *App) evidence(ctx context.Context, events []conversation.Event, at conversation.Seq) (draw.Evidence, error) {
	var d conversation.Decided
	for _, e := range events {
		if b, ok := e.Body.(conversation.Decided); ok && e.Seq == at {
			d = b
		}
	}
	out := draw.Evidence{Thresholds: escalation.Thresholds()}
	places, err := a.store.PolicyPlaces(ctx, d.Policy)
	if errors.Is(err, conversation.ErrNotFound) {
		return out, nil // a decision of before policies were kept
	}
	if err != nil {
		return out, fmt.Errorf("look for the policy: %w", err)
	}
	out.Place, out.LevelAt = places[d.Rule], places["level"]
	text, err := a.store.Policy(ctx, d.Policy)
	if err != nil {
		return out, fmt.Errorf("read the policy: %w", err)
	}
	policy, err := escalation.Parse(text)
	if err != nil {
		a.Logger.Warn("a stored policy cannot be read any more", "policy", d.Policy, "error", err)
		return out, nil
	}
	recording := eval.Recording{Events: events}
	for _, m := range recording.Measure(policy, d.Level, at) {
		if m.Value < m.Threshold {
			out.Weak = append(out.Weak, draw.Weak{Signal: m.Signal, Threshold: m.Threshold})
		}
	}
	return out, nil
}
