package escalation

import (
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

const (
	answer      = "You can return the lamp within 30 days with the label that is in the box."
	answerAgain = "You can return the lamp within 30 days, with the label in the box!"
)

// TestBotSaysTheSame: answered with first, then the visitor says text, then the
// draft.
func TestBotSaysTheSame(t *testing.T) {
	for name, row := range map[string]struct {
		first, text, draft string
		want               bool
	}{
		"the same":                     {answer, "but the label is missing", answer, true},
		"nearly":                       {answer, "but the label is missing", answerAgain, true},
		"in other languages":           {"Die Lieferung dauert drei bis fünf Werktage.", "Und wenn ich nicht zu Hause bin?", "Die Lieferung dauert drei bis fünf Werktage.", true},
		"another number":               {answer, "and the big lamp?", "You can return the lamp within 60 days with the label that is in the box.", false},
		"another name":                 {"Yes, shipping to Norway takes five days and is free.", "and to Sweden?", "Yes, shipping to Sweden takes five days and is free.", false},
		"not":                          {"The lamp can be used outside in the garden.", "really, in the rain too?", "The lamp can not be used outside in the garden.", false},
		"another answer":               {answer, "where is the label?", "The label is under the foam.", false},
		"a greeting":                   {"Hello! How can I help you today?", "the lamp is broken", "Hello! How can I help you today?", false},
		"she only says thanks":         {answer, "ok thanks", answer, false},
		"she wants to hear it again":   {answer, "Can you explain the label again?", answer, false},
		"again, in German":             {"Die Lieferung dauert drei bis fünf Werktage.", "Kannst du das mit der Lieferung wiederholen?", "Die Lieferung dauert drei bis fünf Werktage.", false},
		"an offer":                     {"Would you like to talk to a colleague about the lamp?", "the lamp is broken", "Would you like to talk to a colleague about the lamp?", false},
		"it does not know":             {"I don't know the price of the blue lamp.", "and the weight?", "I don't know the price of the blue lamp.", false},
		"short":                        {"Yes, it is.", "is the lamp blue?", "Yes, it is.", false},
		"only part of what it said":    {answer + " The refund takes a week, by bank transfer or to your card.", "how do I return the lamp", answer, false},
		"the answer before is not one": {"", "how do I return the lamp", answer, false},
	} {
		s := says(row.text)
		s.Lines = append([]Line{{Seq: 0, Role: conversation.Visitor, Text: "hi there"}, {Seq: 1, Role: conversation.Bot, Text: row.first}}, s.Lines...)
		s.Draft, s.Finding = row.draft, complete
		d := loopDetector{asksDetector{load()}}
		if got := len(d.Detect(s)) > 0; got != row.want {
			t.Errorf("%s: %v, want %v", name, got, row.want)
		}
		if s.Finding.Final = false; len(d.Detect(s)) > 0 {
			t.Errorf("%s: seen in a draft that is not finished", name)
		}
	}
}

// TestLoopByLevel: it counts in the row "the same question again", once a line.
func TestLoopByLevel(t *testing.T) {
	p := policyWith(t, nil)
	for level, want := range map[string][]Act{
		AIOnly: {Answer, Answer, Answer, Answer}, Quick: {Answer, Escalate}, Balanced: {Answer, Offer, Escalate}, AIFirst: {Answer, Answer, Offer, Escalate},
	} {
		c := talk{policy: p, level: level}
		for i, act := range want {
			text := []string{"How do I return the lamp?", "But the label is missing", "And when the box is gone?", "Where does it go in winter?"}[i]
			v := c.says(turn{text: text, draft: answer, finding: complete})
			c.s.Lines[len(c.s.Lines)-1].Text = answer
			if v.Act != act {
				t.Fatalf("%s, turn %d: %s (%s), want %s", level, i+1, v.Act, v.Explain, act)
			}
			replays(t, p, v, Line{Seq: c.s.State.LastVisitor.Seq, Text: text}, answer)
		}
	}
}

// TestBothRepeatAtOnce: the same question and the same answer are one time.
func TestBothRepeatAtOnce(t *testing.T) {
	c := talk{policy: policyWith(t, nil), level: Balanced}
	for i, want := range []string{"Nothing asks for a person", "Asked the same again: “How do I return the lamp”", "The bot said the same again, time 2: “" + answer[:len(answer)-1] + "”"} {
		text := "How do I return the lamp?"
		if i == 2 {
			text = "Where does the parcel go in winter?"
		}
		v := c.says(turn{text: text, draft: answer, finding: complete})
		c.s.Lines[len(c.s.Lines)-1].Text = answer
		if v.Explain != want {
			t.Errorf("turn %d: %s, want %s", i+1, v.Explain, want)
		}
	}
}
