package escalation

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

// waywardPolicies have rules that would weaken a verdict when a signal rises.
func waywardPolicies(t *testing.T) []*Policy {
	t.Helper()
	var all []*Policy
	for _, level := range []string{AIOnly, Quick, Balanced, AIFirst, HumanOnly} {
		for _, rules := range [][]Rule{
			nil,
			{{Name: "calm", When: "signals.frustration < 0.1 and signals.asks_person < 0.1", Do: DoEscalate}},
			{{Name: "hush", When: "signals.frustration > 0.3", Level: AIOnly}, {Name: "slow", When: "signals.asks_person > 0", Level: AIFirst}},
			{{Name: "topics", When: "len(topics) == 0", Do: DoOffer}, {Name: "doubt", When: "signals.cannot_answer > 0.5", Level: Quick}},
		} {
			all = append(all, policyWith(t, func(c *Config) { c.Level, c.Rules = level, rules }))
		}
	}
	return all
}

// TestTheModelOnlyAdds: whatever the triage model says, no verdict gets weaker,
// no signal of the detectors is missing or smaller, and each replays.
func TestTheModelOnlyAdds(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	number := func() float64 {
		return []float64{0, 1, .4, .5, .7, chance.Float64(), -1, 2, math.NaN(), math.Inf(1)}[chance.IntN(10)]
	}
	texts := []string{shipping, sizes, wantHuman, furious, grumble, billing, order, orderToo, "hello", "are you a robot?", "", "thanks, great", "今日は"}
	findings := []Finding{known, notFound, complete, modelDown, {}, {Wants: "x"}, {OverBudget: true}, {Searched: true, Best: .5, Floor: .3, ToolFailed: true}}
	drafts := []string{"", "", "Parcels take two days.", "I'm not sure.", "We will refund you."}
	for n, p := range waywardPolicies(t) {
		for round := range 20 {
			plain, with := &talk{policy: p}, &talk{policy: p}
			for range 4 {
				u := turn{text: texts[chance.IntN(len(texts))], finding: findings[chance.IntN(len(findings))], draft: drafts[chance.IntN(len(drafts))]}
				says := Triage{AsksPerson: number(), Frustration: number(), Answerable: number(), Language: "xx", Topics: []TopicDoubt{
					{"Billing disputes", number()}, {"Billing disputes", number()}, {"Nonsense", number()},
				}}
				// Both conversations have the same past, one without what the model has said.
				plain.s.Past, plain.s.Lines, plain.state = slices.Clone(with.s.Past), slices.Clone(with.s.Lines), with.state
				for i := range plain.s.Past {
					plain.s.Past[i].Signals = ownOnly(plain.s.Past[i].Signals)
				}
				own := plain.says(u)
				u.finding.Triage = &says
				all := with.says(u)
				at := fmt.Sprintf("policy %d, round %d, %q, %+v", n, round, u.text, says)
				if strength[all.Act] < strength[own.Act] || own.Notify && !all.Notify {
					t.Fatalf("%s: %s became %s\n%v\n%v", at, own.Act, all.Act, own.Signals, all.Signals)
				}
				for _, s := range own.Signals {
					if s.By == "" && !strings.HasPrefix(s.Name, signalBefore) && !slices.Contains(all.Signals, s) {
						t.Fatalf("%s: %+v is gone from %+v", at, s, all.Signals)
					}
				}
				for _, s := range all.Signals {
					if !sane(s.Value) || s.Name == SignalTopic+":Nonsense" {
						t.Fatalf("%s: %+v", at, s)
					}
				}
				if again := Replay(p, with.s.Past[len(with.s.Past)-1]); again.Act != all.Act || again.Reason != all.Reason || again.Topic != all.Topic {
					t.Fatalf("%s: replayed to %s (%s), was %s (%s)", at, again.Act, again.Reason, all.Act, all.Reason)
				}
			}
		}
	}
}

// TestModelDoesNotUseUpEvidence: a line that the model spoke of first still counts
// when the detectors see it, and not twice.
func TestModelDoesNotUseUpEvidence(t *testing.T) {
	past := []conversation.Decided{{On: 2, Signals: []conversation.Signal{{Name: SignalFrustrated, Value: .6, Seq: 2, By: ByModel}}}}
	own := conversation.Signal{Name: SignalFrustrated, Value: .5, Seq: 2}
	models := own
	models.By = ByModel
	if got := unspent([]conversation.Signal{own, models}, past, 2); !slices.Equal(got, []conversation.Signal{own}) {
		t.Errorf("got %+v, want the detector's alone", got)
	}
	past[0].Signals[0].By = ""
	if got := unspent([]conversation.Signal{own, models}, past, 2); len(got) > 0 {
		t.Errorf("got %+v, want none", got)
	}
}

// TestCannotAnswerParts: one number, its parts beside it, and what counts.
func TestCannotAnswerParts(t *testing.T) {
	p := policyWith(t, nil)
	for name, c := range map[string]struct {
		f      Finding
		draft  string
		number float64
		parts  int
		counts bool
		why    string
	}{
		"a good passage":            {Finding{Searched: true, Best: .9, Floor: .36}, "", .025, 1, false, ""},
		"a fair passage":            {Finding{Searched: true, Best: .6, Floor: .36}, "", .36, 1, false, ""},
		"just above the floor":      {Finding{Searched: true, Best: .37, Floor: .36}, "", .6, 1, false, ""},
		"just below the floor":      {Finding{Searched: true, Best: .35, Floor: .36}, "", .65, 1, true, "No answer found"},
		"below a low floor":         {Finding{Searched: true, Best: .15, Floor: .18}, "", .67, 1, true, "No answer found"},
		"nothing":                   {Finding{Searched: true, Floor: .36}, "", .97, 1, true, "No answer found"},
		"its own words":             {Finding{Searched: true, Best: .9, Floor: .36, Final: true}, "I don't know.", 1, 2, true, "The bot says that it does not know"},
		"a tool alone":              {Finding{Searched: true, Best: .9, Floor: .36, ToolFailed: true}, "", .42, 2, false, ""},
		"a tool and a weak passage": {Finding{Searched: true, Best: .5, Floor: .36, ToolFailed: true}, "", .76, 2, true, "(0.76: no passage 0.60, tool failed 0.40)"},
		"a doubt alone":             {Finding{Searched: true, Best: .9, Floor: .36, Triage: &Triage{}}, "", .22, 2, false, ""},
		"a doubt and a weak one":    {Finding{Searched: true, Best: .5, Floor: .36, Triage: &Triage{Answerable: .2}}, "", .66, 2, true, "model doubts 0.16"},
		"hardly a doubt":            {Finding{Searched: true, Best: .5, Floor: .36, Triage: &Triage{Answerable: .8}}, "", .62, 2, false, ""},
	} {
		s := says(shipping)
		s.Finding, s.Draft = c.f, c.draft
		v := p.Judge(s)
		e := evidence{signals: v.Signals}
		parts := 0
		for _, part := range []string{SignalNoPassage, SignalSaysUnsure, SignalToolFailed, SignalDoubts} {
			parts += len(e.with(part))
		}
		number := e.strongest(SignalCannot).Value
		if math.Abs(number-c.number) > .006 || parts != c.parts || (e.unanswered() > 0) != c.counts {
			t.Errorf("%s: %.3f of %d parts, counts %v; want %.3f, %d, %v\n%+v", name, number, parts, e.unanswered() > 0, c.number, c.parts, c.counts, v.Signals)
		}
		if c.why == "" && v.Act != Answer || !strings.Contains(v.Explain, c.why) {
			t.Errorf("%s: %s, %s; want %q", name, v.Act, v.Explain, c.why)
		}
	}
}

// TestNoPassageFalls: a better passage never makes an answer less likely, and the
// floor alone decides on which side of Unanswered it comes out.
func TestNoPassageFalls(t *testing.T) {
	for _, floor := range []float64{.18, .36} {
		before := 1.0
		for best := 0.0; best <= 1; best += .01 {
			now := noPassage(best, floor)
			if now > before || !sane(now) || (now >= Unanswered) != (best < floor) {
				t.Errorf("floor %.2f, best %.2f: %.3f after %.3f", floor, best, now, before)
			}
			before = now
		}
	}
}
