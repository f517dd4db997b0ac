package escalation

import (
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

// TestUnansweredInARow walks the row of unanswered questions at balanced: offer
// at the first, escalate at the second.
func TestUnansweredInARow(t *testing.T) {
	p := policyWith(t, nil)
	for name, turns := range map[string][]struct {
		lines []string
		f     Finding
		want  Act
	}{
		"several questions in one turn are one": {
			{[]string{shipping, sizes, "Do you deliver to Sweden on Sundays?"}, notFound, Offer}, {[]string{sizes}, notFound, Escalate},
		},
		"a nudge after the question does not hide it": {
			{[]string{shipping, "hello?"}, notFound, Offer}, {[]string{sizes, "please"}, notFound, Escalate},
		},
		"a nudge alone neither counts nor ends the row": {
			{[]string{shipping}, notFound, Offer}, {[]string{"hi", "good morning"}, notFound, Answer}, {[]string{sizes}, notFound, Escalate},
		},
		"thanks after an answer does not hide the answer": {
			{[]string{shipping}, notFound, Offer}, {[]string{"What does the lamp cost?", "thanks"}, known, Answer}, {[]string{sizes}, notFound, Offer},
		},
		"an answer ends the row": {
			{[]string{shipping}, notFound, Offer}, {[]string{order}, known, Answer}, {[]string{sizes}, notFound, Offer},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := talk{policy: p, level: Balanced}
			for i, turn := range turns {
				for _, line := range turn.lines[:len(turn.lines)-1] {
					c.state.Seq++
					c.s.Lines = append(c.s.Lines, Line{Seq: c.state.Seq, Role: conversation.Visitor, Text: line})
				}
				v := c.says(textOf(turn.lines[len(turn.lines)-1], turn.f))
				if v.Act != turn.want {
					t.Fatalf("turn %d: %s (%s), want %s\n%+v", i+1, v.Act, v.Explain, turn.want, v.Signals)
				}
			}
		})
	}
}

func textOf(text string, f Finding) turn { return turn{text: text, finding: f} }

// TestUnansweredLineJudgedTwice: a second verdict on the line has no evidence of
// its own left, and must not end the row that the first one began.
func TestUnansweredLineJudgedTwice(t *testing.T) {
	c := talk{policy: policyWith(t, nil), level: Balanced}
	v := c.says(textOf(shipping, notFound))
	again := c.policy.Judge(c.s)
	if v.Act != Offer || again.Act != Answer {
		t.Fatalf("%s, then %s", v.Act, again.Act)
	}
	c.s.Past = append(c.s.Past, again.Decided(c.s.Past[0].On, "trn", ""))
	if v := c.says(textOf(sizes, notFound)); v.Act != Escalate {
		t.Errorf("%s (%s), want escalate", v.Act, v.Explain)
	}
}
