package escalation

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/handoff-bot/handoff/conversation"
)

// TestTheSameEvidenceNeverEscalatesTwice: in a conversation at random, in which
// lines are also judged again as after a wait, whatever brings a person in or
// offers one for a soft reason has something at that verdict that no verdict on
// the line has seen before.
func TestTheSameEvidenceNeverEscalatesTwice(t *testing.T) {
	p := policyWith(t, nil)
	texts := []string{order, orderToo, shipping, sizes, furious, grumble, "ok thanks", "are you a human?", "you idiots", "THIS IS ANNOYING!!!", wantHuman}
	findings := []Finding{known, notFound, {Wants: "needs the order system"}, complete}
	drafts := []string{"", "I'm not sure about that.", "Parcels take two days."}
	reasons := []string{ReasonFrustrated, ReasonUnknown, ReasonRepeated, ReasonChallenge}
	rapid.Check(t, func(t *rapid.T) {
		c := &talk{policy: p, level: rapid.SampledFrom([]string{Quick, Balanced, AIFirst}).Draw(t, "level")}
		for range rapid.IntRange(1, 14).Draw(t, "lines") {
			c.says(turn{
				text: rapid.SampledFrom(texts).Draw(t, "text"), finding: rapid.SampledFrom(findings).Draw(t, "finding"),
				draft: rapid.SampledFrom(drafts).Draw(t, "draft"),
			})
			if rapid.Bool().Draw(t, "again") {
				c.judgedAgain()
			}
		}
		seen := map[conversation.Signal]bool{}
		for i, d := range c.s.Past {
			fresh := false
			for _, s := range d.Signals {
				if strings.HasPrefix(s.Name, signalBefore) {
					continue
				}
				key := conversation.Signal{Name: s.Name, Seq: max(s.Seq, d.On)}
				fresh = fresh || !seen[key] && (slices.Contains(soft, s.Name) || s.Name == SignalStated || s.Name == SignalTrend)
				seen[key] = true
			}
			if d.Act != string(Answer) && slices.Contains(reasons, d.Reason) && !fresh {
				t.Fatalf("verdict %d on line %d is %s because of %s, with nothing new: %+v", i, d.On, d.Act, d.Reason, d.Signals)
			}
		}
	})
}

// judgedAgain judges the last line once more, with the same knowledge, as when a
// wait that it led to ends without a person.
func (c *talk) judgedAgain() {
	s := c.s
	s.Lines = s.Lines[:len(s.Lines)-1] // the bot's answer to it was not given
	s.TakenUp = true
	on := s.Lines[len(s.Lines)-1].Seq
	c.s.Past = append(c.s.Past, c.policy.Judge(s).Decided(on, "trn", ""))
}

// TestALineCountsOnce: a line that two verdicts were made on is one time of asking.
func TestALineCountsOnce(t *testing.T) {
	asked := conversation.Decided{On: 2, Reason: ReasonAsked, Act: string(Ask), Signals: []conversation.Signal{{Name: SignalAsks, Value: 1, Seq: 2, To: 4}}}
	rule := conversation.Signal{Name: SignalRule + ":vip", Value: 1, Seq: 2}
	asked.Signals = append(asked.Signals, rule)
	got := evidence{signals: history([]conversation.Decided{asked, asked, asked}, 5)}
	if n := len(got.with(signalBefore + SignalAsks)); n != 1 {
		t.Errorf("asked %d times before, want once", n)
	}
	if n := len(got.with(signalBefore + SignalRule)); n != 1 {
		t.Errorf("the rule held %d times before, want once", n)
	}
}

// A verdict at the end of a long conversation holds no more than one in the middle,
// and counts the same.
func TestHistoryHasABound(t *testing.T) {
	middle, end := longTalk(60), longTalk(600)
	p, _ := Compile(Defaults())
	a, b := p.Judge(middle), p.Judge(end)
	if len(a.Signals) != len(b.Signals) || a.Act != b.Act || a.Rule != b.Rule {
		t.Errorf("after 60 lines %d signals, %s by %s; after 600 %d, %s by %s", len(a.Signals), a.Act, a.Rule, len(b.Signals), b.Act, b.Rule)
	}
	e := evidence{signals: b.Signals}
	for _, name := range []string{SignalAsks, SignalFrustrated, SignalCannot, SignalRepeated, SignalRule} {
		if n := len(e.with(signalBefore + name)); n != remembered {
			t.Errorf("%d earlier lines with %s count, want %d", n, name, remembered)
		}
	}
	last := end.Past[len(end.Past)-1].On
	if got := e.with(signalBefore + SignalRepeated)[0].Seq; got != last {
		t.Errorf("the first that counts is line %d, want the latest, %d", got, last)
	}
}
