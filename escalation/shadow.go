package escalation

import (
	"slices"

	"github.com/handoff-bot/handoff/conversation"
)

// A shadow policy is tried out beside the live one: it judges the same situation
// when a verdict is logged, and what it would have decided is logged with it.
// Nobody sees anything of it.

// Beside adds to a verdict of the live policy what p decides on the situation
// that it was computed from. A nil p adds nothing.
//
// The situation is the live one: the lines that were said, the answers that were
// given. Of earlier verdicts p counts what it saw itself where it decided
// otherwise, so that its offers, too, come once.
func (p *Policy) Beside(live conversation.Decided, s Situation) conversation.Decided {
	if p == nil {
		return live
	}
	s.Past = p.ownPast(s.Past)
	return p.noted(live, p.Judge(s))
}

// BesideButton is [Policy.Beside] for the verdict of [Policy.Button].
func (p *Policy) BesideButton(live conversation.Decided, s Situation) conversation.Decided {
	if p == nil {
		return live
	}
	s.Past = p.ownPast(s.Past)
	return p.noted(live, p.Button(s).Verdict)
}

// ownPast puts what p saw as a shadow in place of what the live policy saw.
func (p *Policy) ownPast(past []conversation.Decided) []conversation.Decided {
	own := slices.Clone(past)
	for i, d := range own {
		if d.Shadow.Differs() && d.Shadow.Policy == p.hash {
			own[i].Signals = d.ShadowSignals()
		}
	}
	return own
}

// noted logs a shadow's verdict: its policy alone when it is the same.
func (p *Policy) noted(live conversation.Decided, v Verdict) conversation.Decided {
	live.Shadow = &conversation.ShadowVerdict{Policy: p.hash}
	if !otherwise(live, v) {
		return live
	}
	live.Shadow = &conversation.ShadowVerdict{
		Policy: p.hash, Act: string(v.Act), Rule: v.Rule, Reason: v.Reason, Topic: v.Topic, Level: v.Level,
		Priority: v.Priority, Channel: v.Channel, Tags: v.Tags, Notify: v.Notify, Agents: v.Agents,
		Same: slices.Equal(live.Signals, v.Signals),
	}
	if !live.Shadow.Same {
		live.Shadow.Signals = v.Signals
	}
	live.ShadowExplain = v.Explain
	return live
}

// otherwise: something else would have happened. Where a conversation goes counts
// only when people are asked; the level by itself and the words do not count.
func otherwise(live conversation.Decided, v Verdict) bool {
	if live.Act != string(v.Act) || live.Rule != v.Rule || live.Reason != v.Reason || live.Topic != v.Topic || live.Notify != v.Notify {
		return true
	}
	return v.Act == Escalate && (live.Priority != v.Priority || live.Channel != v.Channel ||
		!slices.Equal(live.Tags, v.Tags) || !slices.Equal(live.Agents, v.Agents))
}

// ReplayShadow is [Replay] of the shadow's verdict, for one that differs.
func ReplayShadow(p *Policy, d conversation.Decided) Verdict {
	v := p.decide(d.Shadow.Level, d.ShadowSignals(), "")
	v.Explain = d.ShadowExplain
	return v
}
