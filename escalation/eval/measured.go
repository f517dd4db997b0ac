package eval

import (
	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
)

// Measure says what the detectors of a policy saw when the decision at was made,
// also what was too weak to be in its verdict; nothing when there is no such
// decision.
func (r Recording) Measure(p *escalation.Policy, level string, at conversation.Seq) []escalation.Measured {
	turns, _ := r.turns()
	for _, t := range turns {
		if t.at == at {
			t.situation.Level = level
			return append(p.Measure(t.situation), t.unanswered()...)
		}
	}
	return nil
}
