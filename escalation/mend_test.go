package escalation

import (
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

func mendPolicy(t *testing.T, topics ...Topic) *Policy {
	t.Helper()
	c := Defaults()
	c.RestrictedTopics = topics
	c.Rules = []Rule{{Name: "vip", When: `visitor.plan == "pro"`, Do: DoEscalate}}
	p, problems := Compile(c)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return p
}

func TestMendMissed(t *testing.T) {
	billing := Topic{Name: "Billing disputes", Description: "She disputes a charge.", Phrases: []string{"charged twice", "refund"}}
	long := Topic{Name: "Long", Phrases: strings.Fields(strings.Repeat("chargeback ", 30))}
	p := mendPolicy(t, billing, long)
	for name, tc := range map[string]struct {
		line, topic, phrase string
		say, yaml, key      string
	}{
		"the agent's words":      {"You took the money a third time", "Billing disputes", "third time", "Put this in the place", `phrases: ["charged twice", "refund", "third time"]`, "topic/Billing disputes"},
		"words of the line":      {"Hi Maya, there is a second charge on my card 4711", "Billing disputes", "", "", `phrases: ["charged twice", "refund", "second charge"]`, "topic/Billing disputes"},
		"words without meaning":  {"there is a second charge on my card", "Billing disputes", "the of", "", `phrases: ["charged twice", "refund", "second charge"]`, "topic/Billing disputes"},
		"a long list":            {"a broken zipper", "Long", "", "Add this to its phrases", `- "broken zipper"`, "topic/Long"},
		"no topic":               {"Your courier shouted at my daughter", "", "courier shouted", "No rule saw this line.", "- name: \"Courier shouted\"\n  phrases: [\"courier shouted\"]", ""},
		"a topic that is gone":   {"Your courier shouted at my daughter", "Couriers", "courier shouted", "", "- name: \"Couriers\"\n  phrases: [\"courier shouted\"]", ""},
		"quotes in it":           {`the "gold" card`, "Billing disputes", `"gold" card`, "", `phrases: ["charged twice", "refund", "\"gold\" card"]`, "topic/Billing disputes"},
		"it is seen by now":      {"I want a refund", "Billing disputes", "", "", "", ""},
		"a line without meaning": {"is it so?", "Billing disputes", "", "", "", ""},
	} {
		got, ok := p.MendMissed(tc.line, tc.topic, tc.phrase)
		if ok != (tc.yaml != "") || got.YAML != tc.yaml || got.Key != tc.key || !strings.Contains(got.Say, tc.say) {
			t.Errorf("%s: got %t %+v", name, ok, got)
		}
	}
}

// What is proposed from a line is seen in it.
func TestMendMissedIsSeen(t *testing.T) {
	p := mendPolicy(t)
	for _, line := range []string{
		"Your courier shouted at my daughter", "Mein Fahrrad wurde beschädigt geliefert", "never again, I am leaving your shop for good",
		"El repartidor rompió la caja de mi hermana", "我的包裹坏了", "the zipper", "I did not get what I ordered, and nobody answers me",
	} {
		phrase := p.telling(line, Topic{})
		if phrase == "" || len(p.caught(Topic{Phrases: []string{phrase}}, line)) != 1 {
			t.Errorf("%q: %q is not seen in it", line, phrase)
		}
	}
}

func TestMendWrong(t *testing.T) {
	legal := Topic{Name: "Legal", Description: "Law.", Phrases: []string{"lawyer", "court case"}}
	only := Topic{Name: "Only", Phrases: []string{"pineapple"}}
	p := mendPolicy(t, legal, only)
	topic := func(name, by string, seq conversation.Seq) conversation.Decided {
		return conversation.Decided{Rule: "topic/" + name, Reason: ReasonTopic, Topic: name, Level: Balanced,
			Signals: []conversation.Signal{{Name: SignalTopic + ":" + name, Value: 1, Seq: seq, By: by}}, Draft: "ask your lawyer"}
	}
	said := map[conversation.Seq]string{2: "My lawyer says hello", 3: "a pineapple", 4: "nothing of it"}
	for name, tc := range map[string]struct {
		d              conversation.Decided
		say, yaml, key string
		none           bool
	}{
		"a phrase":                {topic("Legal", "", 2), `"lawyer" of Legal caught it.`, `phrases: ["court case"]`, "topic/Legal", false},
		"in the bot's own draft":  {topic("Legal", "", 0), `"lawyer" of Legal caught it.`, `phrases: ["court case"]`, "topic/Legal", false},
		"the only phrase":         {topic("Only", "", 3), "It has no other phrase", "", "topic/Only", false},
		"the triage model":        {topic("Legal", ByModel, 2), "by its name and description", `description: "Law."`, "topic/Legal", false},
		"caught by nothing now":   {topic("Legal", "", 4), "", "", "", true},
		"a topic that is gone":    {topic("Gone", "", 2), "", "", "", true},
		"a rule":                  {conversation.Decided{Rule: "rule/vip", Reason: ReasonRule}, "Narrow it", `when: "(visitor.plan == \"pro\") and (…)"`, "rule/vip", false},
		"a rule that is gone":     {conversation.Decided{Rule: "rule/old", Reason: ReasonRule}, "", "", "", true},
		"asked at balanced":       {conversation.Decided{Rule: "level/asks_person", Reason: ReasonAsked, Level: Balanced}, "softer level", "level: ai_first", "level", false},
		"angry at quick":          {conversation.Decided{Rule: "level/frustration", Reason: ReasonFrustrated, Level: Quick}, "softer level", "level: balanced", "level", false},
		"nothing softer":          {conversation.Decided{Rule: "level/asks_person", Reason: ReasonAsked, Level: AIFirst}, "", "", "", true},
		"a promise of the bot's":  {conversation.Decided{Rule: "level/promise", Reason: ReasonPromise, Level: Balanced}, "", "", "", true},
		"the model that was down": {conversation.Decided{Rule: "level/model_down", Reason: ReasonModelDown, Level: Balanced}, "", "", "", true},
	} {
		got, ok := p.MendWrong(tc.d, said)
		if ok == tc.none || got.YAML != tc.yaml || got.Key != tc.key || !strings.Contains(got.Say, tc.say) {
			t.Errorf("%s: got %t %+v", name, ok, got)
		}
	}
}
