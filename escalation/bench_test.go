package escalation

import (
	"strconv"
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
