package escalation

import (
	"reflect"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

// TestButtonRoutesAsWordsDo: who presses goes where the same wish in words would
// send her, and the verdict that says so is the one that is logged.
func TestButtonRoutesAsWordsDo(t *testing.T) {
	const wish = "I want to talk to a person"
	enterprise := map[string]any{"plan": "enterprise"}
	for _, row := range []struct {
		name  string
		rules []Rule
		lines []string // before the wish
		want  Verdict  // Act and Rule are the button's
		says  string   // in the explanation
	}{
		{"nothing holds", []Rule{{Name: "vip", When: `visitor.plan == "free"`, Priority: "urgent"}}, nil, Verdict{}, ""},
		{"priority, channel and tags", []Rule{{Name: "vip", When: `visitor.plan == "enterprise"`, Priority: "urgent", Channel: "C0VIP", Tags: []string{"vip"}}}, nil,
			Verdict{Priority: "urgent", Channel: "C0VIP", Tags: []string{"vip"}}, "rules that hold: vip"},
		{"agents and words", []Rule{{Name: "vip", When: `page.path startsWith "/pricing"`, Agents: []string{"S0SALES"}, Say: Text{"en": "Sales is on the way."}}}, nil,
			Verdict{Agents: []string{"S0SALES"}, Say: "Sales is on the way."}, "vip"},
		{"what pressing says", []Rule{{Name: "asks", When: `signals.asks_person >= 0.5`, Channel: "C0DESK"}}, nil, Verdict{Channel: "C0DESK"}, "asks"},
		{"a rule that escalates", []Rule{{Name: "hot", When: `visitor.plan == "enterprise"`, Do: DoEscalate, Priority: "high"}}, nil, Verdict{Priority: "high"}, "hot"},
		{"a rule that offers", []Rule{{Name: "hot", When: `visitor.plan == "enterprise"`, Do: DoOffer, Tags: []string{"lead"}}}, nil, Verdict{Tags: []string{"lead"}}, "hot"},
		{"a rule that notifies", []Rule{{Name: "hot", When: `visitor.plan == "enterprise"`, Do: DoNotify}}, nil, Verdict{Notify: true}, "hot"},
		{"a level", []Rule{{Name: "people", When: `visitor.plan == "enterprise"`, Level: HumanOnly}}, nil, Verdict{Level: HumanOnly}, "people"},
		{"the first rule first", []Rule{{Name: "one", When: "true", Channel: "C0ONE"}, {Name: "two", When: "true", Channel: "C0TWO", Priority: "high"}}, nil,
			Verdict{Channel: "C0ONE", Priority: "high"}, "one, two"},
		{"a restricted topic in a line that nobody has judged", nil, []string{"I was charged twice"},
			Verdict{Topic: "Billing disputes", Channel: "C0BILLING", Priority: "high", Say: "Let me bring in our billing team."}, "restricted topic Billing disputes"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := policyWith(t, func(c *Config) { c.Rules, c.Level = row.rules, Quick })
			s := written(row.lines...)
			s.Visitor, s.Page = enterprise, conversation.Page{URL: "https://shop.example/pricing/pro"}
			b := p.Button(s)
			want := row.want
			if want.Level == "" {
				want.Level = Quick
			}
			if got := routeOf(b.Verdict); !reflect.DeepEqual(got, routeOf(want)) {
				t.Errorf("pressed: %+v, want %+v", got, routeOf(want))
			}
			words := written(append(row.lines, wish)...)
			words.Visitor, words.Page = s.Visitor, s.Page
			if got := routeOf(p.Judge(words)); !reflect.DeepEqual(got, routeOf(want)) {
				t.Errorf("in words: %+v, want %+v", got, routeOf(want))
			}
			v := b.Verdict
			if v.Act != Escalate || v.Rule != ruleButton || v.Reason != ReasonButton || !strings.Contains(v.Explain, "Pressed") || !strings.Contains(v.Explain, row.says) {
				t.Errorf("the verdict: %s %s %s %q", v.Act, v.Rule, v.Reason, v.Explain)
			}
			if e := b.Escalated; e.Channel != want.Channel || e.Priority != want.Priority || e.Topic != want.Topic || !reflect.DeepEqual(e.Agents, want.Agents) || e.Explain != v.Explain {
				t.Errorf("the escalation: %+v", e)
			}
			again := Replay(p, v.Decided(0, "", ""))
			if again.Act != v.Act || again.Rule != v.Rule || again.Reason != v.Reason || !reflect.DeepEqual(routeOf(again), routeOf(v)) {
				t.Errorf("replayed: %+v, want %+v", again, v)
			}
		})
	}
}

// written is a situation with these lines of the visitor.
func written(texts ...string) Situation {
	var s Situation
	for i, text := range texts {
		s.Lines = append(s.Lines, Line{Seq: conversation.Seq(i + 2), Role: conversation.Visitor, Text: text})
	}
	return s
}

// routeOf is where a verdict sends her.
func routeOf(v Verdict) Verdict {
	return Verdict{Topic: v.Topic, Level: v.Level, Priority: v.Priority, Channel: v.Channel, Agents: v.Agents, Say: v.Say, Tags: v.Tags, Notify: v.Notify}
}

// A rule can take people away, too: then the button leaves a message.
func TestButtonAtARulesLevel(t *testing.T) {
	p := policyWith(t, func(c *Config) { c.Rules = []Rule{{Name: "free", When: `visitor.plan == "free"`, Level: AIOnly}} })
	s := Situation{Visitor: map[string]any{"plan": "free"}}
	if b := p.Button(s); !b.Nobody {
		t.Errorf("%+v", b)
	}
	s.Visitor["plan"] = "pro"
	if b := p.Button(s); b.Nobody || b.Escalated.Reason != ReasonButton {
		t.Errorf("%+v", b)
	}
}
