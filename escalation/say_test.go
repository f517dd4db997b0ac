package escalation

import (
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

// verdicts has one verdict for each reason that tells the visitor something.
func verdicts() map[string]Verdict {
	all := map[string]Verdict{
		"the model wants a person": {Act: Escalate, Reason: ReasonUnknown, Rule: "level/" + rowWants},
		"a topic that says":        {Act: Escalate, Reason: ReasonTopic, Say: "Let me bring in our billing team."},
		"a topic that is sorry":    {Act: Escalate, Reason: ReasonTopic, Say: "Sorry about that. Billing will look at it."},
		"a rule that says":         {Act: Escalate, Reason: ReasonRule, Say: "Your account manager is asked."},
		"nobody at ai_only":        {Act: Withhold, Reason: ReasonAIOnly},
		"a topic at ai_only":       {Act: Withhold, Reason: ReasonTopic},
		"down at ai_only":          {Act: Withhold, Reason: ReasonModelDown},
		"over budget at ai_only":   {Act: Withhold, Reason: ReasonOverBudget},
	}
	for _, reason := range []string{
		ReasonAsked, ReasonButton, ReasonTopic, ReasonFrustrated, ReasonUnknown, ReasonRepeated, ReasonRule, ReasonModelDown,
		ReasonPromise, ReasonOverBudget, ReasonHumanOnly, ReasonReopened,
	} {
		all[reason] = Verdict{Act: Escalate, Reason: reason}
	}
	return all
}

func TestWordsDifferByReason(t *testing.T) {
	p := policyWith(t, nil)
	said := map[string]string{}
	for name, v := range verdicts() {
		if v.Act != Escalate || v.Say != "" || v.Reason == ReasonButton || v.Rule != "" {
			continue // the button is asking; the words of the operator's are his
		}
		m := p.Words(v, "", "H-4F2K")
		if other, twice := said[m.Text]; twice || m.Notice == "" {
			t.Errorf("%s and %s say the same: %q", name, other, m.Text)
		}
		said[m.Text] = name
	}
	for name, want := range map[string]string{
		"a topic that says":     "Let me bring in our billing team.",
		"a topic that is sorry": "Sorry about that. Billing will look at it.",
		"a rule that says":      "Your account manager is asked.",
		ReasonButton:            "I've asked the team. You can keep typing or close this: they will see everything, and your place is kept.",
		"down at ai_only":       "I'm sorry, I couldn't finish that answer. Leave an address and the team will reply there. Your reference is H-4F2K.",
	} {
		if got := p.Words(verdicts()[name], "", "H-4F2K").Text; got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestNeverTwoApologies: whatever the bot or the system said before, two lines in
// a row never both say sorry.
func TestNeverTwoApologies(t *testing.T) {
	p := policyWith(t, nil)
	befores := []string{"", "I'm sorry, I do not know that.", "Das tut uns leid.", "Parcels take two days."}
	apologies := 0
	for _, v := range verdicts() {
		befores = append(befores, p.Words(v, "", "H-4F2K").Text)
	}
	for name, v := range verdicts() {
		for _, before := range befores {
			m := p.Words(v, before, "H-4F2K")
			switch {
			case !p.Apologises(m.Text):
			case p.Apologises(before):
				t.Errorf("%s: after %q she reads %q", name, before, m.Text)
			default:
				apologies++
			}
		}
	}
	if apologies == 0 {
		t.Error("nothing ever apologises: the test looks at nothing")
	}
}

func TestApologises(t *testing.T) {
	p := policyWith(t, nil)
	for text, want := range map[string]bool{
		"I'm sorry to hear that.": true, "We apologize for the delay": true, "There is no excuse for it.": false, "Excuse me, one moment": true,
		"Das tut mir leid.": true, "Es tut uns sehr leid.": true, "Entschuldigung für die Störung": true, "Leider ist das Büro zu.": false,
		"Désolé pour l'attente": true, "Lo siento mucho": true, "Disculpe las molestias": true, "Mi dispiace": true,
		"Sinto muito pelo atraso": true, "Het spijt ons": true, "对不起": true,
		"Parcels take two days.": false, "": false, "Your place is kept.": false,
	} {
		if got := p.Apologises(text); got != want {
			t.Errorf("%q apologises: %v, want %v", text, got, want)
		}
	}
}

func TestOnlyPeople(t *testing.T) {
	for name, row := range map[string]struct {
		s    conversation.State
		want bool
	}{
		"a topic is open": {conversation.State{TopicOpen: true, Level: Balanced}, true},
		"human_only":      {conversation.State{Level: HumanOnly}, true},
		"balanced":        {conversation.State{Level: Balanced}, false},
	} {
		if got := OnlyPeople(row.s); got != row.want {
			t.Errorf("%s: %v, want %v", name, got, row.want)
		}
	}
}

// TestTakenUp: a line that nobody had time for does not bring the visitor into
// the queue again, unless only people may answer it.
func TestTakenUp(t *testing.T) {
	p := policyWith(t, func(c *Config) {
		c.Rules = []Rule{{Name: "vip", When: `visitor.plan == "enterprise"`, Do: DoEscalate}}
	})
	for name, row := range map[string]struct {
		level   string
		text    string
		finding Finding
		visitor map[string]any
		act     Act
		reason  string
	}{
		"a question":                  {Balanced, shipping, known, nil, Answer, ""},
		"a person again":              {Balanced, wantHuman, Finding{}, nil, Offer, ReasonAsked},
		"a person again, at ai_first": {AIFirst, wantHuman, Finding{}, nil, Offer, ReasonAsked},
		"angry":                       {Quick, furious, known, nil, Offer, ReasonFrustrated},
		"not in the knowledge":        {Quick, shipping, notFound, nil, Offer, ReasonUnknown},
		"the model is down":           {Balanced, shipping, modelDown, nil, Offer, ReasonModelDown},
		"a rule":                      {Balanced, shipping, known, map[string]any{"plan": "enterprise"}, Offer, ReasonRule},
		"a restricted topic":          {Balanced, billing, known, nil, Escalate, ReasonTopic},
		"human_only":                  {HumanOnly, shipping, known, nil, Escalate, ReasonHumanOnly},
		"ai_only":                     {AIOnly, wantHuman, known, nil, Withhold, ReasonAIOnly},
	} {
		t.Run(name, func(t *testing.T) {
			s := says(row.text)
			s.Level, s.Finding, s.Visitor, s.TakenUp = row.level, row.finding, row.visitor, true
			v := p.Judge(s)
			if v.Act != row.act || v.Reason != row.reason {
				t.Errorf("%s because of %q, want %s because of %q", v.Act, v.Reason, row.act, row.reason)
			}
			replays(t, p, v, s.Lines[0], "")
		})
	}
}

func TestAskInWordsOffStillHearsYesAndTopics(t *testing.T) {
	p := policyWith(t, func(c *Config) { c.AskInWords = false })
	for _, level := range []string{Quick, Balanced, AIFirst} {
		for name, u := range map[string]turn{
			"an offer is accepted":       seen("yes please", known, Escalate, ReasonAsked),
			"a restricted topic":         topic(Escalate),
			"with the wish for a person": {text: "refund me and let me talk to a human", act: Escalate, reason: ReasonTopic},
			"the model understood a ask": {text: "get me your boss on the line", finding: Finding{Wants: "she wants a person"}, act: Offer, reason: ReasonUnknown},
		} {
			c := talk{policy: p, level: level}
			if strings.HasPrefix(name, "an offer") {
				c.state.Offer = 1
			}
			if v := c.says(u); v.Act != u.act || v.Reason != u.reason {
				t.Errorf("%s, %s: %s because of %q, want %s because of %q", level, name, v.Act, v.Reason, u.act, u.reason)
			}
		}
	}
}

// claimable says who may claim the topic, and what the rules make of it.
func claimable(p *Policy, topic []string, rules ...[]string) {
	billing := p.topics["Billing disputes"]
	billing.Agents = topic
	p.topics["Billing disputes"] = billing
	for i := range rules {
		p.rules[i].Agents = rules[i]
	}
}

// TestAgentsGoWithTheVerdict: the topic's come first, then the first rule's.
func TestAgentsGoWithTheVerdict(t *testing.T) {
	for name, row := range map[string]struct {
		topic []string
		text  string
		plan  any
		want  string
	}{
		"the topic's before the rule's":  {[]string{"U0MAYA", "S0BILL"}, billing, "enterprise", "U0MAYA S0BILL"},
		"the rule's for another matter":  {[]string{"S0BILL"}, wantHuman, "enterprise", "S0VIP"},
		"the second rule's":              {[]string{"S0BILL"}, wantHuman, "pro", "S0PRO"},
		"the rule's for a topic without": {nil, billing, "enterprise", "S0VIP"},
		"everybody":                      {[]string{"S0BILL"}, wantHuman, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := policyWith(t, func(c *Config) {
				c.Rules = []Rule{
					{Name: "vip", When: `visitor.plan == "enterprise"`, Priority: "high"},
					{Name: "pro", When: `visitor.plan != nil`, Priority: "high"},
				}
			})
			claimable(p, row.topic, []string{"S0VIP"}, []string{"S0PRO"})
			s := says(row.text)
			s.Visitor = map[string]any{"plan": row.plan}
			v := p.Judge(s)
			if got := strings.Join(v.Agents, " "); v.Act != Escalate || got != row.want {
				t.Errorf("%s for %q, want escalate for %q", v.Act, got, row.want)
			}
			if e := v.Escalated(); strings.Join(e.Agents, " ") != row.want {
				t.Errorf("the event has %v", e.Agents)
			}
			replays(t, p, v, s.Lines[0], "")
		})
	}
}

func TestButtonOnAnOpenTopicKeepsItsAgents(t *testing.T) {
	p := policyWith(t, nil)
	claimable(p, []string{"S0BILL"})
	b := p.Button(Situation{State: conversation.State{TopicOpen: true, Topic: "Billing disputes"}})
	if got := b.Escalated.Agents; len(got) != 1 || got[0] != "S0BILL" {
		t.Errorf("%+v", b)
	}
}
