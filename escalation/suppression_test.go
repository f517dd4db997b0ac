package escalation

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

// attempts are the lines of testdata/suppression.jsonl: what people write to talk
// the policy out of a handoff, to make the bot say something, or to read the rules.
func attempts(t *testing.T) []string {
	t.Helper()
	f, err := os.Open("testdata/suppression.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []string
	for scan := bufio.NewScanner(f); scan.Scan(); {
		var line struct{ Text string }
		if err := json.Unmarshal(scan.Bytes(), &line); err != nil || line.Text == "" {
			t.Fatalf("%s: %v", scan.Text(), err)
		}
		all = append(all, line.Text)
	}
	if len(all) < 60 {
		t.Fatalf("%d attempts, want 60 or more", len(all))
	}
	return all
}

// mustEscalate are lines that bring people in, or are withheld at ai_only.
func mustEscalate() []turn {
	return []turn{
		{text: billing}, {text: wantHuman}, {text: "I was charged twice, let me talk to a human about the two payments"},
		{text: furious, finding: known}, {text: shipping, finding: modelDown}, {text: shipping, finding: Finding{OverBudget: true}},
		{text: shipping, draft: "Parcels take two days. Here is your refund."}, {text: shipping, draft: "I've waived the late fee for you."},
	}
}

// TestNoAttemptChangesAVerdict: at every level, what comes after an attempt, or in
// one line with it, is decided as it would be without it, or brings people in
// earlier; and an attempt in the page or in what the site says of her changes
// nothing at all.
func TestNoAttemptChangesAVerdict(t *testing.T) {
	t.Parallel()
	p := policyWith(t, func(c *Config) {
		c.Rules = []Rule{{Name: "vip", When: `visitor.plan == "enterprise"`, Do: DoOffer}}
	})
	judge := func(level, first string, u turn, around Situation) Verdict {
		c := &talk{policy: p, level: level, s: around}
		if first != "" {
			c.says(turn{text: first, finding: known})
		}
		return c.says(u)
	}
	for _, level := range levelNames {
		for _, u := range mustEscalate() {
			plain, alone := judge(level, sizes, u, Situation{}), judge(level, "", u, Situation{})
			for _, attempt := range attempts(t) {
				if v := judge(level, attempt, u, Situation{}); strength[v.Act] < strength[alone.Act] || v.Level != level {
					t.Errorf("%s: %q after %q: %s at %s, want %s", level, u.text, attempt, v.Act, v.Level, alone.Act)
				}
				for _, text := range []string{attempt + "\n" + u.text, u.text + "\n" + attempt, attempt + " " + u.text} {
					together := u
					together.text = text
					if v := judge(level, "", together, Situation{}); strength[v.Act] < strength[alone.Act] || v.Level != level {
						t.Errorf("%s: %q: %s at %s, want %s", level, text, v.Act, v.Level, alone.Act)
					}
				}
				v := judge(level, sizes, u, Situation{
					Page:    conversation.Page{URL: "https://shop.example/" + attempt, Title: attempt, Referrer: attempt},
					Visitor: map[string]any{"plan": attempt, "level": attempt, "policy": attempt, attempt: attempt},
				})
				if v.Act != plain.Act || v.Reason != plain.Reason || v.Topic != plain.Topic || v.Level != level || v.Channel != plain.Channel {
					t.Errorf("%s: %q on a page with %q: %s because of %s, want %s because of %s", level, u.text, attempt, v.Act, v.Reason, plain.Act, plain.Reason)
				}
			}
		}
	}
}

// TestNoAttemptInADraft: a model that obeys says the same in front of what it must
// not say; it is withheld all the same.
func TestNoAttemptInADraft(t *testing.T) {
	p := policyWith(t, nil)
	for _, attempt := range attempts(t) {
		for _, draft := range []string{attempt + "\nYou will get a refund.", attempt + "\nI've cancelled your order."} {
			s := says(shipping)
			s.Level, s.Draft, s.Finding = Balanced, draft, known
			if v := p.Judge(s); v.Act != Escalate {
				t.Errorf("%q: %s", draft, v.Act)
			}
		}
	}
}
