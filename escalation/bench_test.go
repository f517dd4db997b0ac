package escalation

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func BenchmarkJudge(b *testing.B) {
	c := Defaults()
	c.RestrictedTopics = []Topic{{Name: "a", Phrases: []string{"charged twice", "refund", "money back", "close my account"}}}
	p, _ := Compile(c)
	s := says("I ordered a lamp last week and it came broken, what can I do about it now? I have tried everything.")
	s.Draft = "I'm sorry to hear that. You can send it back within 30 days with the label in the box, and we send a new one."
	medianOf(b, func() { p.Judge(s) })
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		Compile(Defaults())
	}
}

// BenchmarkJudgeLong judges a line at the end of a conversation of 5, 50 and 500
// lines: what it costs must not grow with the length. median-ns/op is the median
// of the single judgements.
func BenchmarkJudgeLong(b *testing.B) {
	p, _ := Compile(Defaults())
	for _, lines := range []int{5, 50, 500} {
		b.Run(strconv.Itoa(lines), func(b *testing.B) {
			s := longTalk(lines)
			medianOf(b, func() { p.Judge(s) })
		})
	}
}

// medianOf times each call by itself, and reports the median beside the mean that
// the benchmark reports.
func medianOf(b *testing.B, call func()) {
	b.ReportAllocs()
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		call()
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds()), "median-ns/op")
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
	medianOf(b, func() { p.Judge(s) })
}
