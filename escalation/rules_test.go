package escalation

import (
	"slices"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

func TestRules(t *testing.T) {
	rows := []struct {
		name  string
		rules []Rule
		level string
		s     Situation
		want  Verdict // what is compared: Act, Reason, Rule, Level, Priority, Channel, Say, Tags, Notify
	}{
		{"escalates", []Rule{{Name: "vip", When: `visitor.plan == "enterprise" and signals.frustration >= 0.4`, Do: "escalate", Priority: "urgent", Tags: []string{"vip"}}}, "",
			Situation{Lines: says(furious).Lines, Visitor: map[string]any{"plan": "enterprise"}},
			Verdict{Act: Escalate, Reason: ReasonRule, Rule: "rule/vip", Level: Balanced, Priority: "urgent", Tags: []string{"vip"}}},
		{"what is signed wins", []Rule{{Name: "vip", When: `visitor.plan == "enterprise" and verified.plan == "enterprise"`, Do: "escalate"}}, "",
			Situation{Lines: says(shipping).Lines, Visitor: map[string]any{"plan": "free"}, Verified: map[string]any{"plan": "enterprise"}},
			Verdict{Act: Escalate, Reason: ReasonRule, Rule: "rule/vip", Level: Balanced}},
		{"a page signs nothing", []Rule{{Name: "vip", When: `verified.plan == "enterprise" or verified.sub != nil`, Do: "escalate"}}, "",
			Situation{Lines: says(shipping).Lines, Visitor: map[string]any{"plan": "enterprise", "sub": "user-1", "verified": true}},
			Verdict{Act: Answer, Level: Balanced}},
		{"what she did", []Rule{{Name: "stuck", When: `"checkout failed" in events`, Do: "offer", Say: English("Shall I get someone?")}}, "",
			Situation{Lines: says(shipping).Lines, Events: []string{"cart filled", "checkout failed"}},
			Verdict{Act: Offer, Reason: ReasonRule, Rule: "rule/stuck", Level: Balanced, Say: "Shall I get someone?"}},
		{"does not hold", []Rule{{Name: "vip", When: `visitor.plan == "enterprise"`, Do: "escalate"}}, "",
			says(shipping), Verdict{Act: Answer, Level: Balanced}},
		{"nothing at ai_only", []Rule{{Name: "vip", When: `true`, Do: "escalate"}}, AIOnly,
			says(shipping), Verdict{Act: Answer, Level: AIOnly}},
		{"offers", []Rule{{Name: "stuck", When: `conversation.unresolved_turns >= 1`, Do: "offer", Say: English("Shall I get someone?")}}, "",
			says(shipping), Verdict{Act: Offer, Reason: ReasonRule, Rule: "rule/stuck", Level: Balanced, Say: "Shall I get someone?"}},
		{"offers once", []Rule{{Name: "stuck", When: `conversation.unresolved_turns >= 1`, Do: "offer"}}, "",
			Situation{Lines: says(shipping).Lines, Past: []conversation.Decided{{On: 1, Act: "offer", Signals: []conversation.Signal{{Name: "rule:stuck", Value: 1, Seq: 1}}}}},
			Verdict{Act: Answer, Level: Balanced}},
		{"notifies", []Rule{{Name: "hot", When: `page.path startsWith "/pricing"`, Do: "notify"}}, "",
			Situation{Lines: says(shipping).Lines, Page: conversation.Page{URL: "https://www.example.com/pricing/pro"}},
			Verdict{Act: Answer, Level: Balanced, Notify: true}},
		{"only dresses", []Rule{
			{Name: "a", When: `true`, Priority: "low", Tags: []string{"x"}},
			{Name: "b", When: `"Billing disputes" in topics`, Priority: "urgent", Channel: "C9", Say: Text{"en": "Hold on."}, Tags: []string{"x", "y"}},
		}, "", says(billing),
			Verdict{Act: Escalate, Reason: ReasonTopic, Rule: "topic/Billing disputes", Level: Balanced, Priority: "low", Channel: "C9", Say: "Hold on.", Tags: []string{"x", "y"}}},
		{"sets the level", []Rule{{Name: "vip", When: `visitor.plan == "enterprise"`, Level: Quick}}, "",
			Situation{Lines: says(furious).Lines, Visitor: map[string]any{"plan": "enterprise"}},
			Verdict{Act: Escalate, Reason: ReasonFrustrated, Rule: "level/frustration", Level: Quick}},
		{"people only for some", []Rule{{Name: "vip", When: `visitor.seats > 100`, Level: HumanOnly}}, "",
			Situation{Lines: says("hello").Lines, Visitor: map[string]any{"seats": 250}},
			Verdict{Act: Escalate, Reason: ReasonHumanOnly, Rule: "level/human_only", Level: HumanOnly}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			p := policyWith(t, func(c *Config) { c.Rules = row.rules })
			row.s.Level = row.level
			v := p.Judge(row.s)
			got := Verdict{Act: v.Act, Reason: v.Reason, Rule: v.Rule, Level: v.Level, Priority: v.Priority, Channel: v.Channel, Say: v.Say, Tags: v.Tags, Notify: v.Notify}
			if got.Act != row.want.Act || got.Reason != row.want.Reason || got.Rule != row.want.Rule || got.Level != row.want.Level ||
				got.Priority != row.want.Priority || got.Channel != row.want.Channel || got.Say != row.want.Say ||
				got.Notify != row.want.Notify || !slices.Equal(got.Tags, row.want.Tags) {
				t.Errorf("got  %+v\nwant %+v", got, row.want)
			}
			replays(t, p, v, row.s.Lines[0], "")
		})
	}
}

func TestRuleThatFailsIsSkippedAndTold(t *testing.T) {
	p := policyWith(t, func(c *Config) {
		c.Rules = []Rule{
			{Name: "old", When: `visitor.age > 3`, Do: "escalate"},
			{Name: "big", When: `len(1..1000000) > 3 and len(map(1..100000, # * 2)) > 3`, Do: "escalate"},
			{Name: "after", When: `true`, Do: "offer"},
		}
	})
	v := p.Judge(says(shipping))
	if v.Act != Offer || v.Rule != "rule/after" {
		t.Errorf("got %s by %s", v.Act, v.Rule)
	}
	tried := strings.Join(v.Tried, "\n")
	for _, want := range []string{"rule old: skipped: ", "rule big: skipped: ", "rule after: yes: offer"} {
		if !strings.Contains(tried, want) {
			t.Errorf("not in the list: %q\n%s", want, tried)
		}
	}
}

func TestVarsAreReal(t *testing.T) {
	for _, v := range Vars() {
		when := v.Name + " == " + v.Name
		if _, err := compileRule(Rule{Name: "x", When: when}); err != nil {
			t.Errorf("%s is documented, but: %v", v.Name, err)
		}
		if v.Doc == "" || v.Type == "" {
			t.Errorf("%s has no words", v.Name)
		}
	}
}

func TestRememberForgetsTheOldest(t *testing.T) {
	var events []string
	for i := range 25 {
		before := events
		if events = Remember(events, string(rune('a'+i))); len(before) > 0 && len(before) < 20 && len(events) != len(before)+1 {
			t.Fatalf("after %d: %v", i, events)
		}
	}
	if len(events) != 20 || events[0] != "f" || events[19] != "y" {
		t.Errorf("got %v", events)
	}
}
