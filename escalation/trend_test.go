package escalation

import (
	"fmt"
	"math"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

// said is a line of hers in a conversation about frustration: what she says, the
// trend after it, and what a verdict at balanced comes to.
type said struct {
	text  string
	trend float64
	act   Act
}

const (
	thanks  = "Thanks, that helped"
	neutral = "How long does shipping to Norway take?"
	another = "Which sizes does the blue jacket come in?"
	third   = "Do you have a shop in Berlin?"
	cross1  = "hm, annoying"
	cross2  = "that is disappointing"
	cross3  = "quite a poor design"
)

// talksOfFrustration are conversations, with the trend by hand: 0.55 is kept from
// line to line, 0.25 over a content one.
var talksOfFrustration = map[string][]said{
	"three small signs are a clear one": {{cross1, .25, Answer}, {cross2, .3875, Answer}, {cross3, .463, Offer}},
	"a fourth rises": {
		{cross1, .25, Answer}, {cross2, .3875, Answer}, {cross3, .463, Offer}, {"hello??", .455, Escalate},
	},
	"small signs far apart fade": {
		{cross1, .25, Answer}, {neutral, .1375, Answer}, {cross2, .3256, Answer}, {another, .1791, Answer}, {cross3, .3485, Answer},
	},
	"thanks between small signs": {{cross1, .25, Answer}, {cross2, .3875, Answer}, {thanks, .0969, Answer}, {cross3, .3033, Answer}},
	"a quiet line is never the sign": {
		{"This is ridiculous, you are useless", 1, Offer}, {neutral, .55, Answer}, {another, .3025, Answer},
	},
	"it rises": {{"you are useless", .5, Offer}, {cross1, .525, Escalate}},
	"it rises after one quiet line": {
		{"you are useless", .5, Offer}, {neutral, .275, Answer}, {cross1, .401, Escalate},
	},
	"an old outburst has faded": {
		{"you are useless", .5, Offer}, {neutral, .275, Answer}, {another, .1513, Answer}, {cross1, .3332, Answer},
	},
	"calm after help": {{"you are useless", .5, Offer}, {thanks, .125, Answer}, {cross1, .3188, Answer}},
	"faded, but angry again": {
		{"you are useless", .5, Offer}, {neutral, .275, Answer}, {another, .1513, Answer}, {third, .0832, Answer}, {"stupid machine", 1, Escalate},
	},
	"sarcasm soothes nothing": {
		{cross1, .25, Answer}, {"Great, broken again. Just great.", 1, Offer}, {"thanks for nothing", 1, Escalate},
	},
	"thanks that are taken back": {{cross1, .25, Answer}, {"thanks, but it still does not work", .1375, Answer}},
	"played down is nothing yet": {{"a bit annoying", .125, Answer}, {"a bit annoying", .1938, Answer}, {"a bit annoying", .2316, Answer}, {"a bit annoying", .2524, Answer}},
}

func TestFrustrationOverTheConversation(t *testing.T) {
	p := policyWith(t, nil)
	for name, lines := range talksOfFrustration {
		t.Run(name, func(t *testing.T) {
			c := talk{policy: p, level: Balanced}
			for i, line := range lines {
				v := c.says(turn{text: line.text, finding: known})
				if got := frustrationNow(v.Signals); v.Act != line.act || math.Abs(got-line.trend) > .0005 {
					t.Fatalf("line %d %q: %.4f, %s (%s), want %.4f, %s\n%+v", i+1, line.text, got, v.Act, v.Explain, line.trend, line.act, v.Signals)
				}
				replays(t, p, v, Line{Seq: c.s.State.LastVisitor.Seq, Text: line.text}, "")
			}
		})
	}
}

// frustrationNow is the trend that a verdict has logged, or the one line that it
// would be.
func frustrationNow(signals []conversation.Signal) float64 {
	e := evidence{signals: signals}
	if trend := e.strongest(SignalTrend).Value; trend > 0 {
		return trend
	}
	return e.strongest(SignalFrustrated).Value
}

func TestFrustrationExplains(t *testing.T) {
	c := talk{policy: policyWith(t, nil), level: Balanced}
	for _, want := range []string{
		"Nothing asks for a person",
		"Nothing asks for a person",
		"Frustration 0.46 over three lines: “poor”",
		"Frustration 0.50 over four lines, time 2: “annoying”",
	} {
		text := []string{cross1, cross2, cross3, cross1}[len(c.s.Past)]
		if v := c.says(turn{text: text, finding: known}); v.Explain != want {
			t.Errorf("%q: %s, want %s", text, v.Explain, want)
		}
	}
}

// TestFrustrationInABurst: lines that nobody has judged yet count each.
func TestFrustrationInABurst(t *testing.T) {
	p := policyWith(t, nil)
	s := Situation{}
	for i, text := range []string{cross1, cross2, cross3} {
		s.Lines = append(s.Lines, Line{Seq: conversation.Seq(i + 2), Role: conversation.Visitor, Text: text})
	}
	v := p.Judge(s)
	if v.Act != Offer || v.Reason != ReasonFrustrated {
		t.Fatalf("%s because of %q: %+v", v.Act, v.Reason, v.Signals)
	}
	s.Past = []conversation.Decided{v.Decided(4, "trn", "")}
	if v := p.Judge(s); v.Act != Answer {
		t.Errorf("the same lines count again: %s (%s)", v.Act, v.Explain)
	}
}

// TestTrendFromVerdictsWithoutOne: what earlier detectors logged has no trend; it
// is folded from their signals, and their own verdicts replay as they were.
func TestTrendFromVerdictsWithoutOne(t *testing.T) {
	p := policyWith(t, nil)
	sig := func(name string, seq conversation.Seq, value float64) conversation.Signal {
		return conversation.Signal{Name: name, Seq: seq, Value: value}
	}
	logged := conversation.Decided{Level: Balanced, Signals: []conversation.Signal{
		sig(SignalFrustrated, 40, .25), sig(signalBefore+SignalFrustrated, 2, .5),
	}}
	if v := Replay(p, logged); v.Act != Escalate {
		t.Errorf("a rise without a trend: %s, want escalate", v.Act)
	}
	s := says(cross3)
	s.Lines = append([]Line{{Seq: 1, Role: conversation.Visitor, Text: "x"}}, s.Lines...)
	s.Past = []conversation.Decided{{On: 1, Signals: []conversation.Signal{sig(SignalFrustrated, 1, .375)}}}
	if v := p.Judge(s); v.Act != Offer {
		t.Errorf("%s: %+v", v.Act, v.Signals)
	}
}

// TestTrendIsThereForRules: a rule reads the trend, also at a line that adds nothing
// to it.
func TestTrendIsThereForRules(t *testing.T) {
	p := policyWith(t, func(c *Config) {
		c.Rules = []Rule{{Name: "warm", When: "signals.frustration_trend >= 0.3 and signals.frustration == 0", Priority: "high"}}
	})
	c := talk{policy: p, level: Balanced}
	c.says(turn{text: "This is ridiculous, you are useless", finding: known})
	for i, want := range []string{"high", "high", ""} {
		text := []string{neutral, another, third}[i]
		if v := c.says(turn{text: text, finding: known}); v.Priority != want {
			t.Errorf("%q: priority %q, want %q: %+v", text, v.Priority, want, v.Signals)
		}
	}
}

func TestSatisfied(t *testing.T) {
	d := satisfiedDetector{load()}
	for text, want := range map[string]bool{
		"Thanks, that helped": true, "thank you so much": true, "That worked!": true, "Perfect": true, "it works now": true,
		"vielen Dank": true, "jetzt funktioniert es": true, "muchas gracias": true, "merci beaucoup": true, "grazie mille": true,
		"obrigado": true, "dank je wel": true, "谢谢": true, "解决了": true,
		"thanks, but it still does not work": false, "no thanks": false, "thanks, and where is my order?": false, "Great, broken again": false,
		"thanks for nothing": false, "Danke, aber es geht nicht": false, "gracias pero no": false, "merci mais non": false,
		"how long does it take": false, "what works best with the lamp": false, "谢谢,但是没有用": false, "that did not help": false,
	} {
		if got := len(d.Detect(says(text))) > 0; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func BenchmarkTrend(b *testing.B) {
	for _, lines := range []int{5, 50, 500} {
		b.Run(fmt.Sprint(lines), func(b *testing.B) {
			s := longTalk(lines)
			for b.Loop() {
				trendOf(s, nil, true)
			}
		})
	}
}

// talkedAt is what was seen at a line of a long conversation: something of all that
// is counted.
func talkedAt(on conversation.Seq) []conversation.Signal {
	var seen []conversation.Signal
	for _, name := range []string{SignalAsks, SignalFrustrated, SignalCannot, SignalRepeated, SignalRule + ":vip"} {
		seen = append(seen, conversation.Signal{Name: name, Value: .75, Seq: on, To: 6})
	}
	return seen
}

// longTalk is a conversation of so many lines, hers and the bot's in turn; the
// last is hers and not judged.
func longTalk(lines int) Situation {
	s := Situation{}
	for i := range lines {
		l := Line{Seq: conversation.Seq(3*i + 2), Role: conversation.Visitor}
		l.Text = fmt.Sprintf("I have a question on line %d of my invoice, the delivery and the colour of the lamp", i)
		if (lines-i)%2 == 0 {
			l.Role, l.Text = conversation.Bot, fmt.Sprintf("You find line %d on the second page, with the colour and the day of the delivery.", i)
		}
		if s.Lines = append(s.Lines, l); l.Role == conversation.Visitor && i < lines-1 {
			s.Past = append(s.Past, conversation.Decided{On: l.Seq, Act: string(Answer), Signals: talkedAt(l.Seq)})
		}
	}
	return s
}
