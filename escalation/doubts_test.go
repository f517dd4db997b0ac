package escalation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// rulesOf makes rules of their conditions and settings, named a, b, c.
func rulesOf(list ...Rule) func(*Config) {
	return func(c *Config) {
		for i, r := range list {
			r.Name = string(rune('a' + i))
			c.Rules = append(c.Rules, r)
		}
	}
}

// doubt is a section and what is doubtful in it.
type doubt struct {
	name  string
	sites []string
	make  []func(*Config)
	key   string // "" for no doubt
	says  string
}

const (
	angry, angrier = "signals.frustration >= 0.4", "signals.frustration > 0.6"
)

func billingTopic(c *Config) {
	c.RestrictedTopics = []Topic{{Name: "Billing", Phrases: []string{"refund"}, Channel: "C0BILL"}}
}

func level(l string) func(*Config) { return func(c *Config) { c.Level = l } }

func offers(when string) Rule { return Rule{When: when, Do: DoOffer} }

func conditionDoubts() []doubt {
	return []doubt{
		{"false", nil, []func(*Config){rulesOf(offers("false"))}, "rules[0].when", "never holds: false is false"},
		{"a signal above 1", nil, []func(*Config){rulesOf(offers("signals.frustration >= 4"))}, "rules[0].when", "a number from 0 to 1"},
		{"the other way round", nil, []func(*Config){rulesOf(offers("1.5 < signals.asks_person"))}, "rules[0].when", "a number from 0 to 1"},
		{"a negative count", nil, []func(*Config){rulesOf(offers("conversation.turns < 0"))}, "rules[0].when", "never negative"},
		{"not negative is fine", nil, []func(*Config){rulesOf(offers("not (conversation.turns < 0)"))}, "", ""},
		{"apart", nil, []func(*Config){rulesOf(offers("signals.frustration > 0.5 and conversation.turns > 1 and signals.frustration < 0.3"))}, "rules[0].when", "never hold together"},
		{"two plans at once", nil, []func(*Config){rulesOf(offers(`visitor.plan == "pro" and visitor.plan == "free"`))}, "rules[0].when", "never hold together"},
		{"one of two plans", nil, []func(*Config){rulesOf(offers(`visitor.plan == "pro" or visitor.plan == "free"`))}, "", ""},
		{"one of none", nil, []func(*Config){rulesOf(offers(`visitor.plan in []`))}, "rules[0].when", "never holds"},
		{"both alternatives false", nil, []func(*Config){rulesOf(offers(`signals.frustration > 1 or false`))}, "rules[0].when", "never holds"},
		{"a topic that is not there", nil, []func(*Config){billingTopic, rulesOf(offers(`"Biling" in topics`))}, "rules[0].when", `no restricted topic "Biling"`},
		{"any topic that is not there", nil, []func(*Config){billingTopic, rulesOf(offers(`any(topics, # == "Biling")`))}, "rules[0].when", `no restricted topic "Biling"`},
		{"a topic that is there", nil, []func(*Config){billingTopic, rulesOf(offers(`"Billing" in topics`))}, "", ""},
		{"not of a topic", nil, []func(*Config){billingTopic, rulesOf(offers(`not ("Biling" in topics)`))}, "", ""},
	}
}

func levelDoubts() []doubt {
	return []doubt{
		{"offers at ai_only", nil, []func(*Config){level(AIOnly), rulesOf(offers(angry))}, "rules[0].do", "at level ai_only rules do nothing"},
		{"every site at ai_only", []string{AIOnly, AIOnly}, []func(*Config){rulesOf(offers(angry))}, "rules[0].do", "at level ai_only"},
		{"one site at ai_only", []string{AIOnly, ""}, []func(*Config){rulesOf(offers(angry))}, "", ""},
		{"a rule that takes it away itself", nil, []func(*Config){rulesOf(Rule{When: angry, Do: DoEscalate, Level: AIOnly})}, "rules[0].do", "at level ai_only"},
		{"another rule sets the level", nil, []func(*Config){level(AIOnly), rulesOf(offers(angry), Rule{When: `visitor.plan == "pro"`, Level: Quick})}, "", ""},
		{"sets at ai_only", nil, []func(*Config){level(AIOnly), rulesOf(Rule{When: angry, Tags: []string{"x"}})}, "", ""},
		{"offers at human_only", nil, []func(*Config){level(HumanOnly), rulesOf(offers(angry))}, "rules[0].do", "goes to a person anyway"},
		{"notifies at human_only", nil, []func(*Config){level(HumanOnly), rulesOf(Rule{When: angry, Do: DoNotify})}, "", ""},
		{"a model's signal at human_only", nil, []func(*Config){level(HumanOnly), rulesOf(Rule{When: "signals.model_wants > 0.5", Priority: "high"})}, "rules[0].when", "no model is asked"},
	}
}

func ruleDoubts() []doubt {
	return []doubt{
		{"narrower below", nil, []func(*Config){rulesOf(Rule{When: angry, Priority: "high"}, Rule{When: angrier, Priority: "urgent"})}, "rules[1].priority", `priority: urgent of the rule "b" never counts: rule "a" holds whenever this one does, stands above it and says high`},
		{"narrower above", nil, []func(*Config){rulesOf(Rule{When: angrier, Priority: "urgent"}, Rule{When: angry, Priority: "high"})}, "", ""},
		{"narrower below, with something of its own", nil, []func(*Config){rulesOf(Rule{When: angry, Priority: "high"}, Rule{When: angrier, Tags: []string{"hot"}})}, "", ""},
		{"the same once more", nil, []func(*Config){rulesOf(offers(angry), offers("signals.frustration>=0.40"))}, "rules[1]", `changes nothing: rule "a" has the same condition`},
		{"offered again later", nil, []func(*Config){rulesOf(offers("conversation.turns >= 5"), offers("conversation.turns >= 9"))}, "", ""},
		{"escalated again later", nil, []func(*Config){rulesOf(Rule{When: "conversation.turns >= 5", Do: DoEscalate}, Rule{When: "conversation.turns >= 9", Do: DoEscalate})}, "rules[1]", "changes nothing"},
		{"escalates, then offers", nil, []func(*Config){rulesOf(Rule{When: angry, Do: DoEscalate}, offers(angrier))}, "rules[1].do", "do: offer"},
		{"offers, and escalates below", nil, []func(*Config){rulesOf(offers(angry), Rule{When: angry, Do: DoEscalate})}, "rules[0].do", "never offers"},
		{"offers, then escalates when it gets worse", nil, []func(*Config){rulesOf(offers(angry), Rule{When: angrier, Do: DoEscalate})}, "", ""},
		{"contradicting channels", nil, []func(*Config){rulesOf(Rule{When: `visitor.plan == "pro"`, Channel: "C0ONE"}, Rule{When: `visitor["plan"] == "pro" and conversation.turns > 2`, Channel: "C0TWO"})}, "rules[1].channel", "channel: C0TWO"},
		{"a plan of several", nil, []func(*Config){rulesOf(Rule{When: `visitor.plan in ["pro", "team"]`, Channel: "C0ONE"}, Rule{When: `visitor.plan == "team"`, Channel: "C0TWO"})}, "rules[1].channel", "C0TWO"},
		{"a path below a path", nil, []func(*Config){rulesOf(Rule{When: `page.path startsWith "/p"`, Channel: "C0ONE"}, Rule{When: `page.path startsWith "/pricing"`, Channel: "C0TWO"})}, "rules[1].channel", "C0TWO"},
		{"what may fail is not certain", nil, []func(*Config){rulesOf(Rule{When: `visitor.age > 3 or visitor.plan == "pro"`, Channel: "C0ONE"}, Rule{When: `visitor.plan == "pro"`, Channel: "C0TWO"})}, "", ""},
		{"what cannot fail is", nil, []func(*Config){rulesOf(Rule{When: `conversation.turns > 3 or visitor.plan == "pro"`, Channel: "C0ONE"}, Rule{When: `visitor.plan == "pro"`, Channel: "C0TWO"})}, "rules[1].channel", "C0TWO"},
		{"true above", nil, []func(*Config){rulesOf(Rule{When: "true", Level: Quick}, Rule{When: angry, Level: AIFirst})}, "rules[1].level", "level: ai_first"},
	}
}

func topicDoubts() []doubt {
	return []doubt{
		{"a phrase of two topics", nil, []func(*Config){billingTopic, func(c *Config) {
			c.RestrictedTopics = append(c.RestrictedTopics, Topic{Name: "Refunds", Phrases: []string{"money back", "refunds"}, Channel: "C0REFUND"})
		}}, "restricted_topics[1].phrases[1]", `"refunds" is also a phrase of "Billing", which stands above and has another channel`},
		{"a phrase of two topics that go to one place", nil, []func(*Config){billingTopic, func(c *Config) {
			c.RestrictedTopics = append(c.RestrictedTopics, Topic{Name: "Refunds", Phrases: []string{"refund"}, Channel: "C0BILL"})
		}}, "", ""},
		{"a longer phrase wins", nil, []func(*Config){billingTopic, func(c *Config) {
			c.RestrictedTopics = append(c.RestrictedTopics, Topic{Name: "Policies", Phrases: []string{"refund policy"}, Channel: "C0POLICY"})
		}}, "", ""},
	}
}

func TestDoubts(t *testing.T) {
	for _, row := range slices.Concat(conditionDoubts(), levelDoubts(), ruleDoubts(), topicDoubts()) {
		t.Run(row.name, func(t *testing.T) {
			c := Defaults()
			for _, change := range row.make {
				change(&c)
			}
			if wrong := c.Problems(); len(wrong) > 0 {
				t.Fatal(wrong)
			}
			found := c.Doubts(row.sites)
			if row.key == "" {
				if len(found) > 0 {
					t.Errorf("doubts %+v, want none", found)
				}
				return
			}
			if len(found) != 1 || found[0].Key != row.key || !strings.Contains(found[0].Message, row.says) || found[0].Mend == "" {
				t.Errorf("doubts %+v, want one at %s: %s", found, row.key, row.says)
			}
		})
	}
}

// What is said to be certain is: of random conditions over random situations.
func TestWhatIsCertainHolds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	w := world{topics: []string{"A", "B"}}
	nevers, implied := 0, 0
	for range 4000 {
		a, b := randomCondition(r, 2), randomCondition(r, 2)
		read, ok := conditionOf(a)
		other, ok2 := conditionOf(b)
		if !ok || !ok2 {
			continue
		}
		never, implies := w.never(read) != "", w.implies(read, other)
		if !never && !implies {
			continue
		}
		ra, err := compileRule(Rule{When: a})
		rb, err2 := compileRule(Rule{When: b})
		if err != nil || err2 != nil {
			t.Fatalf("%s: %v; %s: %v", a, err, b, err2)
		}
		for range 60 {
			env := randomEnv(r)
			holds, _ := ra.holds(env)
			if never && holds {
				t.Fatalf("%s never holds, and does for %+v", a, env)
			}
			if implied, _ := rb.holds(env); implies && holds && !implied {
				t.Fatalf("%s implies %s, and does not for %+v", a, b, env)
			}
		}
		if never {
			nevers++
		} else {
			implied++
		}
	}
	t.Logf("%d never hold, %d imply another", nevers, implied)
	if nevers < 50 || implied < 50 {
		t.Error("the test has tested little")
	}
}

func randomCondition(r *rand.Rand, depth int) string {
	if depth > 0 && r.IntN(3) > 0 {
		a, b := randomCondition(r, depth-1), randomCondition(r, depth-1)
		switch r.IntN(4) {
		case 0:
			return "(" + a + " or " + b + ")"
		case 1:
			return "not (" + a + ")"
		}
		return "(" + a + " and " + b + ")"
	}
	ops := []string{"<", "<=", ">", ">=", "==", "!="}
	op := ops[r.IntN(len(ops))]
	plans := []string{`"x"`, `"y"`, `"z"`}
	plan := plans[r.IntN(3)]
	return []string{
		fmt.Sprintf("signals.frustration %s %.1f", op, float64(r.IntN(7)-1)/4),
		fmt.Sprintf("%d %s conversation.turns", r.IntN(5)-1, op),
		fmt.Sprintf("visitor.age %s %d", op, r.IntN(3)),
		"visitor.plan == " + plan, "visitor.plan != " + plan, plan + " != visitor.plan", "visitor.plan in [" + plan + ", " + plans[r.IntN(3)] + "]",
		"visitor?.plan not in [" + plan + "]", `page.path startsWith "/` + strings.Repeat("a", r.IntN(3)) + `"`,
		`"` + []string{"A", "B"}[r.IntN(2)] + `" in topics`, `topics[0] == "A"`, `any(topics, # == "B")`, "len(topics) > 0", "true", "false", "2 > 1",
	}[r.IntN(16)]
}

func randomEnv(r *rand.Rand) ruleEnv {
	env := ruleEnv{Visitor: map[string]any{}, Page: rulePage{Path: "/" + strings.Repeat("a", r.IntN(4))}}
	env.Signals.Frustration, env.Conversation.Turns = float64(r.IntN(5))/4, r.IntN(5)
	if r.IntN(3) > 0 {
		env.Visitor["plan"] = []any{"x", "y", "z", 1, true}[r.IntN(5)]
	}
	if r.IntN(3) > 0 {
		env.Visitor["age"] = []any{0, 1, 2, 0.5, "x"}[r.IntN(5)]
	}
	env.Topics = [][]string{nil, {"A"}, {"B"}, {"A", "B"}, {"B", "A"}}[r.IntN(5)]
	return env
}
