package escalation

import (
	"slices"

	"github.com/handoff-bot/handoff/conversation"
)

// How frustration adds up over her lines since the last hand back. After each of
// them
//
//	trend = min(1, trend × keep + frustration of the line)
//
// where keep is trendKeeps, or trendSoothes when the line says that she is
// content. Two lines of a mild word (0.25) are 0.39 and no clear sign, the third
// makes 0.46, which is one; that bounds trendKeeps between 0.43 and 0.6. Abuse
// (0.5) is half of what it was after one quiet line, and a mild word after two
// does not bring it back to [ClearSign]; a line that says thanks does the work of
// two quiet ones.
const (
	trendKeeps   = 0.55
	trendSoothes = 0.25
)

// trendLines is how many of her lines the trend looks back over: of what was
// twelve lines ago less than a thousandth is left. trendLeast is the least that
// is worth a signal.
const (
	trendLines = 12
	trendLeast = 0.05
)

// trend is frustration over the conversation: its strength, and over how many
// lines it has added up. now says that the line judged adds to it.
type trend struct {
	value float64
	lines int
	now   bool
	place conversation.Signal // the last line that added to it
}

// moment is one line of hers in the trend.
type moment struct {
	seq     conversation.Seq
	anger   conversation.Signal
	content bool
}

// trendOf folds what was seen at her lines, now and by earlier verdicts. It reads
// signals alone, never words. all counts what the triage model saw, too.
func trendOf(s Situation, seen []conversation.Signal, all bool) trend {
	var room [trendLines]moment
	lines := lastMoments(s, room[:0])
	if len(lines) == 0 {
		return trend{}
	}
	mark(lines, seen, all)
	for _, d := range slices.Backward(s.Past) {
		if d.On < lines[0].seq {
			break
		}
		mark(lines, d.Signals, all)
	}
	var t trend
	for _, m := range lines {
		t = t.after(m)
	}
	t.now = slices.ContainsFunc(seen, func(sig conversation.Signal) bool {
		return sig.Name == SignalFrustrated && sig.Value > 0 && (all || sig.By != ByModel)
	})
	return t
}

// trends is the trend of what the detectors saw, and, where that comes to more, the
// one that counts what the triage model saw as well.
func trends(s Situation, seen []conversation.Signal) []conversation.Signal {
	own, all := trendOf(s, seen, false), trendOf(s, seen, true)
	signals := own.signals()
	if all.value > own.value {
		for _, sig := range all.signals() {
			sig.By = ByModel
			signals = append(signals, sig)
		}
	}
	return signals
}

func (t trend) after(m moment) trend {
	keep := trendKeeps
	if m.content && m.anger.Value == 0 {
		keep = trendSoothes
	}
	if t.value *= keep; t.value < trendLeast {
		t.value, t.lines = 0, 0
	}
	if m.anger.Value > 0 {
		t.value, t.lines, t.place = min(1, t.value+m.anger.Value), t.lines+1, m.anger
	}
	return t
}

// lastMoments are her last lines up to the one judged, oldest first.
func lastMoments(s Situation, list []moment) []moment {
	on := s.judged().Seq
	for _, l := range slices.Backward(s.Lines) {
		if len(list) == trendLines {
			break
		}
		if l.Role == conversation.Visitor && l.Seq <= on {
			list = append(list, moment{seq: l.Seq})
		}
	}
	slices.Reverse(list)
	return list
}

// mark files signals under the lines in which they were seen.
func mark(lines []moment, signals []conversation.Signal, all bool) {
	for _, sig := range signals {
		if sig.Name != SignalFrustrated && sig.Name != SignalSatisfied || sig.By == ByModel && !all {
			continue
		}
		i := slices.IndexFunc(lines, func(m moment) bool { return m.seq == sig.Seq })
		switch {
		case i < 0:
		case sig.Name == SignalSatisfied:
			lines[i].content = true
		case sig.Value > lines[i].anger.Value:
			lines[i].anger = sig
		}
	}
}

// signals is the trend as it is logged: none when it is no more than the one line
// that is judged.
func (t trend) signals() []conversation.Signal {
	if t.value < trendLeast || t.now && t.lines < 2 {
		return nil
	}
	sig := t.place
	sig.Name, sig.Value = SignalTrend, t.value
	return []conversation.Signal{sig}
}
