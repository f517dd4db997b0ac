package bench

import (
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/sse"
)

func TestCount(t *testing.T) {
	lines := numbered("x", 4)
	for name, c := range map[string]struct {
		text string
		want tally
	}{
		"all there":    {"[x 0000] [x 0001] [x 0002] [x 0003]", tally{4, 0, 0, 0}},
		"nothing":      {"", tally{4, 4, 0, 0}},
		"one lost":     {"[x 0000] [x 0001] [x 0003]", tally{4, 1, 0, 0}},
		"one twice":    {"[x 0000] [x 0001] [x 0001] [x 0002] [x 0003]", tally{4, 0, 1, 0}},
		"twice, later": {"[x 0000] [x 0001] [x 0002] [x 0003] [x 0000]", tally{4, 0, 1, 0}},
		"one late":     {"[x 0001] [x 0000] [x 0002] [x 0003]", tally{4, 0, 0, 1}},
		"one early":    {"[x 0003] [x 0000] [x 0001] [x 0002]", tally{4, 0, 0, 1}},
	} {
		if got := count(c.text, lines); got != c.want {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}

func TestQuantile(t *testing.T) {
	times := []time.Duration{5, 1, 4, 2, 3}
	for q, want := range map[float64]time.Duration{0: 1, 0.5: 3, 1: 5} {
		if got := quantile(times, q); got != want {
			t.Errorf("quantile %v: got %v, want %v", q, got, want)
		}
	}
	if got := quantile(nil, 0.5); got != 0 {
		t.Errorf("of nothing: got %v, want 0", got)
	}
}

func TestBrief(t *testing.T) {
	for d, want := range map[time.Duration]string{
		1234 * time.Microsecond: "1.23 ms", 12345 * time.Microsecond: "12.3 ms", 123456 * time.Microsecond: "123 ms", 2500 * time.Millisecond: "2.5 s",
	} {
		if got := brief(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}

// The agents' lines are shown in the order of their keys, whatever the order of
// their arrival.
func TestShownSortsARunOfAgentLines(t *testing.T) {
	line := func(role, order, text string) item {
		it := item{kind: "message", Order: order, Text: text}
		it.From.Role = role
		return it
	}
	got := shown([]item{line("agent", "2", "b"), line("visitor", "", "v"), line("agent", "1", "a"), {kind: "state", Phase: "agent"}})
	if got != "a\nb\n" {
		t.Errorf("got %q, want a before b and nothing else", got)
	}
}

func TestReadEvents(t *testing.T) {
	const in = ": hello\n\nid: 1\nevent: message\ndata: {\"seq\":1}\n\nevent: draft\ndata: {}\n\nid: 2\nevent: state\ndata: {\"seq\":2}\n"
	var got []string
	err := sse.Read(strings.NewReader(in), func(kind, id string, data []byte) { got = append(got, kind+" "+id+" "+string(data)) })
	if err != nil {
		t.Fatal(err)
	}
	want := `message 1 {"seq":1}|draft  {}` // the third has no end
	if strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", strings.Join(got, "|"), want)
	}
}
