package escalation

import (
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

// What is too weak to count is measured, and in no verdict.
func TestMeasure(t *testing.T) {
	p, problems := Compile(Defaults())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	said := func(lines ...string) Situation {
		var s Situation
		for i, text := range lines {
			role := conversation.Visitor
			if i%2 == 1 {
				role = conversation.Bot
			}
			s.Lines = append(s.Lines, Line{Seq: conversation.Seq(i + 1), Role: role, Text: text})
		}
		return s
	}
	searched := said("Do you ship to Norway?")
	searched.Finding = Finding{Searched: true, Best: .55, Floor: .5}
	angry := said("You are useless", "Sorry to hear that.", "That is disappointing")
	angry.Past = []conversation.Decided{{On: 1, Signals: []conversation.Signal{{Name: SignalFrustrated, Value: .5, Seq: 1}}}}
	for name, c := range map[string]struct {
		s         Situation
		signal    string
		threshold float64
		near      bool
	}{
		"a little angry": {said("This is disappointing"), SignalFrustrated, ClearSign, true},
		"angry":          {said("You are useless"), SignalFrustrated, ClearSign, false},
		"angry before":   {angry, SignalFrustrated, Rises, false},
		"partly the same": {said("Does the blue jacket fit tall people with long arms?", "It runs large.",
			"Is the blue jacket made of wool from sheep in Scotland?"), SignalRepeated, SameQuestion, true},
		"a passage just fits":    {searched, SignalCannot, Unanswered, true},
		"nothing to see at all":  {said("Thanks"), "", 0, false},
		"nothing was said":       {said(), "", 0, false},
		"yes or no is no number": {said("Let me talk to a human"), "", 0, false},
	} {
		seen := p.Measure(c.s)
		if c.signal == "" {
			if len(seen) > 0 {
				t.Errorf("%s: measured %+v", name, seen)
			}
			continue
		}
		found := false
		for _, m := range seen {
			if m.Name != c.signal {
				continue
			}
			found = true
			counts := len(evidence{signals: p.Judge(c.s).Signals}.sure(m.Name, m.Threshold)) > 0
			if m.Threshold != c.threshold || m.Near(.2) != c.near || m.Near(.2) && counts && m.Name != SignalFrustrated {
				t.Errorf("%s: measured %+v, near %v, counts %v", name, m, m.Near(.2), counts)
			}
		}
		if !found {
			t.Errorf("%s: measured %+v, want %s", name, seen, c.signal)
		}
	}
}
