package escalation

import "github.com/handoff-bot/handoff/conversation"

// Measured is how strongly something was seen, and the threshold from which on
// it counts: what is weaker is in no verdict.
type Measured struct {
	conversation.Signal
	Threshold float64
}

// Near says that it does not count, by at most that much.
func (m Measured) Near(margin float64) bool {
	return m.Value < m.Threshold && m.Value >= m.Threshold-margin-rounding
}

// rounding is what sums of decimal fractions may be off by.
const rounding = 1e-9

// gauge is a detector that sees more or less of something and compares it with a
// threshold. One that says yes or no has nothing to measure.
type gauge interface {
	// measure returns what is seen in the fresh lines, also what is too weak to
	// be a signal.
	measure(Situation) []Measured
}

// Measure says what the detectors see in a situation before they compare it with
// their thresholds. Verdicts do not depend on it. Detectors that say yes or no,
// those of asking for a person and of topics among them, are not in it.
func (p *Policy) Measure(s Situation) []Measured {
	s = s.prepared()
	var seen []Measured
	for _, d := range p.detectors {
		if g, ok := d.(gauge); ok {
			seen = append(seen, g.measure(s)...)
		}
	}
	return seen
}

// measure holds frustration against a clear sign, and after one against what
// counts as rising.
func (d frustrationDetector) measure(s Situation) []Measured {
	threshold, before := ClearSign, evidence{signals: history(s.Past, s.judged().Seq)}
	if len(before.clear(signalBefore+SignalFrustrated)) > 0 {
		threshold = Rises
	}
	seen := d.Detect(s)
	list := measured(seen, threshold)
	if t := trendOf(s, seen, false); t.lines > 1 {
		list = append(list, measured(t.signals(), ClearSign)...)
	}
	return list
}

// Thresholds are those of the signals that are held against one, by name: from
// there on they count.
func Thresholds() map[string]float64 {
	return map[string]float64{SignalFrustrated: ClearSign, SignalTrend: ClearSign, SignalCannot: Unanswered}
}

func measured(signals []conversation.Signal, threshold float64) []Measured {
	var list []Measured
	for _, s := range signals {
		list = append(list, Measured{s, threshold})
	}
	return list
}
