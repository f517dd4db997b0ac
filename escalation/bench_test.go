package escalation

import "testing"

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
