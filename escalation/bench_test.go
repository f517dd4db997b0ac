package escalation

import (
	"strconv"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

func BenchmarkJudge(b *testing.B) {
	c := Defaults()
	c.RestrictedTopics = []Topic{{Name: "a", Phrases: []string{"charged twice", "refund", "money back", "close my account"}}}
	p, _ := Compile(c)
	s := says("I ordered a lamp last week and it came broken, what can I do about it now? I have tried everything.")
	s.Draft = "I'm sorry to hear that. You can send it back within 30 days with the label in the box, and we send a new one."
	for b.Loop() {
		p.Judge(s)
	}
}
func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		Compile(Defaults())
	}
}

// BenchmarkJudgeLong judges a line after a long conversation: what it costs must
// not grow with the length.
func BenchmarkJudgeLong(b *testing.B) {
	p, _ := Compile(Defaults())
	for _, lines := range []int{10, 100, 1000} {
		b.Run(strconv.Itoa(lines), func(b *testing.B) {
			s := Situation{}
			for i := range lines {
				role := conversation.Visitor
				if i%2 == 1 {
					role = conversation.Bot
				}
				text := "I have a question on line " + strconv.Itoa(i) + " of my invoice, the delivery and the colour of the lamp"
				s.Lines = append(s.Lines, Line{Seq: conversation.Seq(i + 2), Role: role, Text: text})
			}
			s.Past = []conversation.Decided{{On: conversation.Seq(lines - 1)}}
			for b.Loop() {
				p.Judge(s)
			}
		})
	}
}

// BenchmarkJudgeTopics is a policy with 200 topics of 50 phrases.
func BenchmarkJudgeTopics(b *testing.B) {
	c := Defaults()
	words := strings.Fields("charge order account card refund invoice delivery contract lawyer address password payment damage return warranty")
	for i := range 200 {
		t := Topic{Name: "topic " + strconv.Itoa(i)}
		for j := range 50 {
			t.Phrases = append(t.Phrases, words[j%len(words)]+" "+words[(i+j)%len(words)]+" n"+strconv.Itoa(i*50+j))
		}
		c.RestrictedTopics = append(c.RestrictedTopics, t)
	}
	p, wrong := Compile(c)
	if len(wrong) > 0 {
		b.Fatal(wrong)
	}
	s := says("I ordered a lamp last week and the delivery came broken, what can I do about the refund on my card? The invoice has my old address.")
	for b.Loop() {
		p.Judge(s)
	}
}
