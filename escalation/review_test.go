package escalation

import (
	"slices"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

func compiled(t *testing.T, change func(*Config)) *Policy {
	t.Helper()
	c := Defaults()
	change(&c)
	p, problems := Compile(c)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return p
}

// A conversation judged turn by turn, and reviewed afterwards by the policy of
// then and by others.
func TestReview(t *testing.T) {
	own := func(c *Config) {
		c.RestrictedTopics = []Topic{{Name: "Refunds", Phrases: []string{"refund"}, Channel: "C0MONEY"}}
		c.Rules = []Rule{{Name: "vip", When: `visitor.plan == "pro" and signals.frustration >= 0.4`, Do: DoEscalate}}
	}
	p := compiled(t, own)
	s := Situation{State: conversation.State{Mode: conversation.WithBot}, Visitor: map[string]any{"plan": "free"}}
	var past []Situation
	var log []conversation.Decided
	turn := func(text string, f Finding) {
		s.State.Seq++
		s.Lines = append(s.Lines, Line{Seq: s.State.Seq, Role: conversation.Visitor, Text: text})
		s.State.LastVisitor.Seq, s.Finding = s.State.Seq, f
		v := p.Judge(s)
		s.Finding = Finding{}
		past, log = append(past, s), append(log, v.Decided(s.State.Seq, "", ""))
		s.Past = slices.Clone(log)
		s.State.Seq++
		s.Lines = append(s.Lines, Line{Seq: s.State.Seq, Role: conversation.Bot, Text: "An answer."})
	}
	turn("Where is my parcel?", Finding{Searched: true, Best: .9, Floor: .5})
	turn("You are useless", Finding{})
	turn("What does a gift card cost?", Finding{Searched: true, Best: .1, Floor: .5})
	turn("Where is my parcel??", Finding{Searched: true, Best: .9, Floor: .5})
	turn("I want a refund", Finding{ModelDown: true})
	turn("hm 👍", Finding{Wants: "she seems lost"})

	for i, d := range log {
		if v := p.Review(past[i], d); v.Act != Replay(p, d).Act || string(v.Act) != d.Act || v.Reason != d.Reason || v.Topic != d.Topic || v.Rule != d.Rule || v.Explain != d.Explain {
			t.Errorf("%d: reviewed %s %s (%s), logged %s %s (%s)", i, v.Act, v.Rule, v.Explain, d.Act, d.Rule, d.Explain)
		}
	}
	for name, c := range map[string]struct {
		change func(*Config)
		line   int
		act    Act
		reason string
	}{
		"a new phrase":      {func(c *Config) { own(c); c.RestrictedTopics[0].Phrases = []string{"parcel"} }, 0, Escalate, ReasonTopic},
		"no topics at all":  {func(c *Config) { own(c); c.RestrictedTopics = nil }, 4, Escalate, ReasonModelDown},
		"another level":     {func(c *Config) { own(c); c.Level = Quick }, 2, Escalate, ReasonUnknown},
		"another rule":      {func(c *Config) { own(c); c.Rules[0].When = `signals.frustration >= 0.4` }, 1, Escalate, ReasonRule},
		"the model's words": {func(c *Config) { own(c); c.Level = AIFirst }, 5, Offer, ReasonUnknown},
	} {
		q := compiled(t, c.change)
		if v := q.Review(past[c.line], log[c.line]); v.Act != c.act || v.Reason != c.reason || v.Policy != q.Hash() {
			t.Errorf("%s: %s %s by %s", name, v.Act, v.Reason, v.Policy)
		}
	}
}
