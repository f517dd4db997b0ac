package escalation

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/handoff-bot/handoff/duty"
)

const desk = `
restricted_topics: [{ name: Billing disputes, phrases: [refund], agents: [U0MAYA, S0BILL] }]
rules: [{ name: vip, when: "true", agents: [U0SAM] }]
routing: { duty: manual, mode: assign, order: [knew_visitor, least_busy, round_robin], capacity: 6, skills: { Billing disputes: S0BILL }, accept_within: 90s }
when_nobody:
  - { after: 2m, do: ping_group }
  - { after: 2m, do: email, address: desk@example.com }
  - { after: 5m, do: overflow, channel: C0BACKUP }
  - { after: 8m, do: ask_contact }
  - { after: 10m, do: return_to_ai }
when_owner_silent: { remind: 3m, requeue: 10m }
away: { suggest: { en: "Call [us](tel:+49301234).", de: "Rufen Sie [uns](tel:+49301234) an." } }
`

func TestDesk(t *testing.T) {
	c := Defaults()
	if err := yaml.Unmarshal([]byte(desk), &c); err != nil {
		t.Fatal(err)
	}
	p, wrong := Compile(c)
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	if !p.Asks() || !p.Assigns() || p.AcceptWithin() != 90*time.Second || p.Skill("Billing disputes") != "S0BILL" || p.Skill("") != "" {
		t.Errorf("routing %+v", p.Config().Routing)
	}
	if got, want := p.Duty(), (duty.Rules{Manual: true, Order: duty.Orders(), Capacity: 6}); !reflect.DeepEqual(got, want) {
		t.Errorf("duty %+v, want %+v", got, want)
	}
	if len(p.Ladder()) != 5 || p.Ladder()[2].Channel != "C0BACKUP" || p.OwnerSilent().Requeue != 10*time.Minute {
		t.Errorf("ladder %+v, owner silent %+v", p.Ladder(), p.OwnerSilent())
	}
	again, err := Parse(p.Text())
	if err != nil || again.Hash() != p.Hash() || again.Away() != AwaySuggest {
		t.Errorf("read again: %v, hash %s and %s, away %s", err, p.Hash(), again.Hash(), again.Away())
	}
}

func TestDeskDefaults(t *testing.T) {
	p, wrong := Compile(Defaults())
	if len(wrong) > 0 || p.Asks() || p.Assigns() || p.AcceptWithin() != time.Minute || p.Away() != AwayContact || p.Duty().Manual {
		t.Errorf("problems %v, routing %+v, away %s", wrong, p.Config().Routing, p.Away())
	}
	// Policies are stored by the hash of their text: a way that was there before
	// is written as it was.
	if !strings.Contains(p.Text(), `"away":"contact"`) {
		t.Errorf("away is stored as %s", p.Text())
	}
}

func TestAway(t *testing.T) {
	for text, want := range map[string]Away{
		`contact`:                       {Way: AwayContact},
		`ai_continues`:                  {Way: AwayContinues},
		`{suggest: Call us.}`:           {Suggest: Text{"en": "Call us."}},
		`{suggest: {de: Rufen Sie an}}`: {Suggest: Text{"de": "Rufen Sie an"}},
	} {
		var got, back Away
		if err := yaml.Unmarshal([]byte(text), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v; want %+v", text, got, err, want)
		}
		raw, err := json.Marshal(got)
		if err != nil || json.Unmarshal(raw, &back) != nil || !reflect.DeepEqual(back, got) {
			t.Errorf("%s is stored as %s, %v", text, raw, err)
		}
	}
}

func TestSuggestion(t *testing.T) {
	c := Defaults()
	c.Away = Away{Suggest: Text{"de": "Rufen Sie an.", "fr": "Appelez."}}
	p, _ := Compile(c)
	for locale, want := range map[string]string{"de-AT": "Rufen Sie an.", "fr": "Appelez.", "it": "Rufen Sie an.", "": "Rufen Sie an."} {
		if got := p.Suggestion(locale); got != want {
			t.Errorf("%q: %q, want %q", locale, got, want)
		}
	}
}
