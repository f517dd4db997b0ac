package bench

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// quantile returns the value below which the share q of the times lie: 0.5 is the
// median. It is 0 for no times.
func quantile(times []time.Duration, q float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return sorted[int(q*float64(len(sorted)-1))]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// brief writes a duration with as many digits as matter.
func brief(d time.Duration) string {
	switch v := ms(d); {
	case d >= time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case v >= 100:
		return fmt.Sprintf("%.0f ms", v)
	case v >= 10:
		return fmt.Sprintf("%.1f ms", v)
	default:
		return fmt.Sprintf("%.2f ms", v)
	}
}

// bytesOf writes a size in decimal units.
func bytesOf(n int64) string {
	if n < 1_000_000 {
		return fmt.Sprintf("%.1f KB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.0f MB", float64(n)/1e6)
}

// delays is a row of a median and a 95th percentile.
func delays(name string, times []time.Duration) Row {
	p50, p95 := quantile(times, 0.5), quantile(times, 0.95)
	return Row{
		Name: name, Figure: brief(p50) + " / " + brief(p95),
		Values: map[string]float64{"p50_ms": ms(p50), "p95_ms": ms(p95), "lines": float64(len(times))},
	}
}

// tally is what became of numbered lines on their way.
type tally struct{ sent, lost, twice, misplaced int }

// count looks for the lines, in their order, in a text that shows them.
func count(text string, lines []string) tally {
	t, last := tally{sent: len(lines)}, -1
	for _, line := range lines {
		at := strings.Index(text, line)
		if at < 0 {
			t.lost++
			continue
		}
		if strings.Contains(text[at+len(line):], line) {
			t.twice++
		}
		if at < last {
			t.misplaced++
		}
		last = max(last, at)
	}
	return t
}

func (t tally) add(o tally) tally {
	return tally{t.sent + o.sent, t.lost + o.lost, t.twice + o.twice, t.misplaced + o.misplaced}
}

func (t tally) String() string {
	return fmt.Sprintf("%d lost, %d twice, %d out of order of %d", t.lost, t.twice, t.misplaced, t.sent)
}

// into adds the counts to the values of a row.
func (t tally) into(values map[string]float64) {
	for name, n := range map[string]int{"sent": t.sent, "lost": t.lost, "twice": t.twice, "misplaced": t.misplaced} {
		values[name] = float64(n)
	}
}

// of is a row that counts what should not happen.
func of(name string, bad, tries int) Row {
	return Row{
		Name: name, Figure: fmt.Sprintf("%d of %d", bad, tries),
		Values: map[string]float64{"count": float64(bad), "tries": float64(tries)},
	}
}
