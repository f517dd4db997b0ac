package bot

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/markup"
)

func from(role conversation.Role, texts ...string) []line {
	var lines []line
	for i, text := range texts {
		lines = append(lines, line{seq: conversation.Seq(2*i + 2), role: role, text: text})
	}
	return lines
}

func TestExtract(t *testing.T) {
	long := "The blue jacket that I ordered three weeks ago has still not been delivered although the tracking page says otherwise since Tuesday, and nobody answers the phone of the carrier"
	for name, tt := range map[string]struct {
		lines  []line
		ask    conversation.Seq
		text   string
		points []conversation.Point
	}{
		"only the line":        {from(conversation.Visitor, "I want a refund"), 2, "I want a refund", nil},
		"small talk is none":   {from(conversation.Visitor, "hi", "ok thanks", "I want a refund"), 6, "I want a refund", nil},
		"numbers count":        {from(conversation.Visitor, "order 4711 of 3 May", "I want a refund"), 4, "I want a refund", []conversation.Point{{Text: "order 4711 of 3 May", Seq: 2}}},
		"the same again":       {from(conversation.Visitor, "my jacket never arrived here", "MY jacket never arrived here!", "refund"), 6, "refund", []conversation.Point{{Text: "MY jacket never arrived here!", Seq: 4}}},
		"what the ask says":    {from(conversation.Visitor, "my jacket never arrived here", "my jacket never arrived here, refund please"), 4, "my jacket never arrived here, refund please", nil},
		"in their order":       {from(conversation.Visitor, "order 4711, paid twice", "the parcel went to Lyon on 3 May 2026", "refund"), 6, "refund", []conversation.Point{{Text: "order 4711, paid twice", Seq: 2}, {Text: "the parcel went to Lyon on 3 May 2026", Seq: 4}}},
		"shortened at a word":  {from(conversation.Visitor, long, "refund"), 4, "refund", []conversation.Point{{Text: "The blue jacket that I ordered three weeks ago has still not been delivered although the…", Seq: 2}}},
		"lines become one":     {from(conversation.Visitor, "refund\n\n  please\u202e"), 2, "refund please", nil},
		"words without spaces": {from(conversation.Visitor, "我的包裹还没有到达里昂", "退款"), 4, "退款", []conversation.Point{{Text: "我的包裹还没有到达里昂", Seq: 2}}},
		"not the bot's words":  {append(from(conversation.Visitor, "refund"), line{seq: 9, role: conversation.Bot, text: "Parcels to Lyon take seven working days"}), 2, "refund", nil},
	} {
		t.Run(name, func(t *testing.T) {
			var ask line
			for _, l := range tt.lines {
				if l.seq == tt.ask {
					ask = l
				}
			}
			got := extract(tt.lines, ask)
			if got.Text != tt.text || len(got.Points) != len(tt.points) || got.By != conversation.ByExtract {
				t.Fatalf("%+v, want %q and %+v", got, tt.text, tt.points)
			}
			for i := range tt.points {
				if got.Points[i] != tt.points[i] {
					t.Errorf("point %d: %+v, want %+v", i, got.Points[i], tt.points[i])
				}
			}
		})
	}
}

// TestExtractQuotes: whatever she wrote, each point is the beginning of her own
// line, ends with a word, and all of it is short.
func TestExtractQuotes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := from(conversation.Visitor, rapid.SliceOfN(rapid.StringN(0, 300, -1), 1, 12).Draw(t, "lines")...)
		ask := rapid.SampledFrom(lines).Draw(t, "ask")
		got := extract(lines, ask)
		all := append(got.Points, conversation.Point{Text: got.Text, Seq: ask.seq})
		total := 0
		for _, p := range all {
			total += utf8.RuneCountInString(p.Text)
			whole := strings.Join(strings.Fields(markup.Clean(lines[p.Seq/2-1].text)), " ")
			cut, short := strings.CutSuffix(p.Text, "…")
			if !strings.HasPrefix(whole, cut) && whole != p.Text {
				t.Fatalf("%q is not how %q begins", p.Text, whole)
			}
			if next := strings.TrimPrefix(whole, cut); short && whole != p.Text && strings.Contains(cut, " ") && !strings.HasPrefix(next, " ") && !strings.HasSuffix(cut, " ") {
				t.Fatalf("%q is cut within a word of %q", p.Text, whole)
			}
		}
		if len(got.Points) > maxPoints || total > askRunes+maxPoints*pointRunes {
			t.Fatalf("%d points, %d characters", len(got.Points), total)
		}
	})
}

func FuzzReadBrief(f *testing.F) {
	for _, seed := range []string{`{"ask":"x","points":[{"text":"y","line":2}]}`, "```json\n{\"ask\":\"x\",\"points\":[]}\n```", `{"ask":"x"}{}`, `{`, `}{`, ``} {
		f.Add(seed)
	}
	lines := from(conversation.Visitor, "one", "two")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := readBrief(text, lines)
		if err != nil {
			return
		}
		if got.Text == "" || utf8.RuneCountInString(got.Text) > askRunes || len(got.Points) > maxPoints || leads(got.Text) || strings.ContainsAny(got.Text, "\n\t\x00") {
			t.Errorf("summary %+v of %q", got, text)
		}
		for _, p := range got.Points {
			if p.Seq != 2 && p.Seq != 4 || p.Text == "" || utf8.RuneCountInString(p.Text) > pointRunes || leads(p.Text) {
				t.Errorf("point %+v of %q", p, text)
			}
		}
	})
}

func TestTrigger(t *testing.T) {
	said := from(conversation.Visitor, "My parcel 4711 never arrived in Lyon", "I was charged twice", "hello?", "a person please")
	verdict := func(reason, topic string, on conversation.Seq, signals ...conversation.Signal) history {
		return history{escalated: on + 3, verdictAt: on + 1, verdict: conversation.Decided{On: on, Reason: reason, Topic: topic, Signals: signals}}
	}
	for name, tt := range map[string]struct {
		h      history
		reason string
		want   conversation.Seq
	}{
		"the topic's line in a burst":   {verdict("topic", "Billing", 6, conversation.Signal{Name: escalation.SignalTopic + ":Billing", Seq: 4}), escalation.ReasonTopic, 4},
		"the topic in the draft":        {verdict("topic", "Billing", 6, conversation.Signal{Name: escalation.SignalTopic + ":Billing"}), escalation.ReasonTopic, 6},
		"no answer":                     {verdict("unknown", "", 4), escalation.ReasonUnknown, 4},
		"she only asks for a person":    {verdict("asked", "", 8, conversation.Signal{Name: escalation.SignalAsks, Seq: 8}), escalation.ReasonAsked, 2},
		"the button":                    {history{escalated: 7}, escalation.ReasonButton, 2},
		"the button before any line":    {history{escalated: 1}, escalation.ReasonButton, 2},
		"an old verdict, then a button": {history{escalated: 30, verdictAt: 5, verdict: conversation.Decided{On: 4, Reason: "unknown"}}, escalation.ReasonReopened, 8},
	} {
		if got, ok := tt.h.trigger(said, tt.reason); !ok || got.seq != tt.want {
			t.Errorf("%s: line %d, want %d", name, got.seq, tt.want)
		}
	}
	if _, ok := (&history{escalated: 2}).trigger(from(conversation.Bot, "hello"), escalation.ReasonButton); ok {
		t.Error("there is a trigger although she has said nothing")
	}
}
