package handofftest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// claimed is a conversation that Maya has claimed.
func claimed(tb TB, h *House) (v *Visitor, channel, root string) {
	v = h.Visitor()
	v.Post("escalate", map[string]any{})
	channel, root, err := h.Card(v.Reference, "")
	if err != nil {
		tb.Fatal(err)
	}
	if err := h.Press(fakeslack.SampleMaya, channel, root, "Claim"); err != nil {
		tb.Fatal(err)
	}
	v.Wait("the claim", func(items []Item) bool { return Phase(items) == "agent" })
	return v, channel, root
}

// BenchmarkVisitorToThread measures from the visitor's POST to the line standing
// in the Slack thread, on an unthrottled Slack, one line at a time.
func BenchmarkVisitorToThread(b *testing.B) {
	h := New(b, Options{Runs: InProcess})
	h.Start()
	defer h.Stop()
	v, channel, root := claimed(b, h)
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		text := fmt.Sprintf("line %06d", i)
		start := time.Now()
		v.Say(fmt.Sprintf("b-%d", i), text)
		err := h.until(text, func(st *fakeslack.State) bool {
			thread := st.Thread(channel, root)
			return strings.Contains(thread[len(thread)-1].Visible(), text)
		})
		if err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	report(b, took)
}

// BenchmarkAgentToVisitor measures from the agent's line in Slack to its arrival
// on the visitor's stream.
func BenchmarkAgentToVisitor(b *testing.B) {
	h := New(b, Options{Runs: InProcess})
	h.Start()
	defer h.Stop()
	v, channel, root := claimed(b, h)
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		text := fmt.Sprintf("line %06d", i)
		start := time.Now()
		if _, err := h.Slack.Say(fakeslack.SampleMaya, channel, root, text); err != nil {
			b.Fatal(err)
		}
		v.Wait(text, func(items []Item) bool { return items[len(items)-1].Text == text })
		took = append(took, time.Since(start))
	}
	report(b, took)
}

func report(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	at := func(q float64) float64 { return float64(took[int(q*float64(len(took)-1))].Microseconds()) / 1000 }
	b.ReportMetric(at(0.5), "p50-ms")
	b.ReportMetric(at(0.95), "p95-ms")
	b.ReportMetric(0, "ns/op")
}
