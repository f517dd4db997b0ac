package escalation

import (
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
)

// satisfiedDetector sees that she is content: thanks, praise, "that worked". Not
// when she asks on, takes it back in the same line, or means the opposite.
type satisfiedDetector struct{ languages []*language }

func (satisfiedDetector) Name() string { return SignalSatisfied }

// unsatisfied are the sections of which none may match in a content line.
var unsatisfied = []string{"unsatisfied", "sarcasm", "temper", "leaving"}

func (d satisfiedDetector) Detect(s Situation) []conversation.Signal {
	var signals []conversation.Signal
	for _, line := range s.fresh() {
		r := s.read(line.Text)
		run := r.first(d.languages, "satisfied")
		if run == nil || strings.ContainsAny(line.Text, "?？") || d.takenBack(r) {
			continue
		}
		signals = append(signals, place(SignalSatisfied, 1, line.Seq, run))
	}
	return signals
}

func (d satisfiedDetector) takenBack(r *reading) bool {
	return slices.ContainsFunc(unsatisfied, func(section string) bool { return r.first(d.languages, section) != nil })
}
