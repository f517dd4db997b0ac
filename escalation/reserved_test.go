package escalation

import (
	"slices"
	"testing"
)

func TestReserved(t *testing.T) {
	c := Defaults()
	c.RestrictedTopics = []Topic{{Name: "Billing disputes", Phrases: []string{"charged twice"}, Say: English("One moment."), Channel: "C0BILLING"}}
	p, problems := Compile(c)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for text, want := range map[string][]string{
		"":                                 nil,
		"Parcels take two working days.":   nil,
		"I cannot promise you a refund.":   nil,
		"We will refund you today.":        {"would promise a refund: “We will refund”"},
		"You were charged twice, I see.":   {"restricted topic Billing disputes: “charged twice”"},
		"Charged twice? We refund it now.": nil,
	} {
		got := p.Reserved(text)
		if text == "Charged twice? We refund it now." {
			if len(got) == 0 || got[0] != "restricted topic Billing disputes: “Charged twice”" {
				t.Errorf("Reserved(%q) = %q, want the topic first", text, got)
			}
			continue
		}
		if !slices.Equal(got, want) {
			t.Errorf("Reserved(%q) = %q, want %q", text, got, want)
		}
	}
}
