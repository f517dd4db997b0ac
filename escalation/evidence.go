package escalation

import (
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
)

// evidence is everything a verdict is decided from: the level and the signals
// that are logged with it.
type evidence struct {
	level   string
	signals []conversation.Signal
}

// with returns the signals of that name, also "name:…".
func (e evidence) with(name string) []conversation.Signal {
	var found []conversation.Signal
	for _, s := range e.signals {
		if bears(s, name) {
			found = append(found, s)
		}
	}
	return found
}

func (e evidence) has(name string) bool {
	return slices.ContainsFunc(e.signals, func(s conversation.Signal) bool { return bears(s, name) })
}

// bears: the signal has that name, or is "name:…".
func bears(s conversation.Signal, name string) bool {
	return strings.HasPrefix(s.Name, name) && (len(s.Name) == len(name) || s.Name[len(name)] == ':')
}

// strongest is the signal of that name with the greatest value.
func (e evidence) strongest(name string) conversation.Signal {
	var top conversation.Signal
	for _, s := range e.signals {
		if s.Value > top.Value && bears(s, name) {
			top = s
		}
	}
	return top
}

// telling is the strongest signal of that name, frustration with its trend, as it
// was counted: of the detectors' own when that is enough to count, else of all. So
// what counts without the triage model is not taken for the model's.
func (e evidence) telling(name string, least float64) conversation.Signal {
	strongest := func(e evidence) conversation.Signal {
		s := e.strongest(name)
		if name == SignalFrustrated && s.Value > 0 {
			s.Value = max(s.Value, e.strongest(SignalTrend).Value)
		}
		return s
	}
	if !byModel(e.signals) {
		return strongest(e)
	}
	if own := strongest(evidence{signals: ownOnly(e.signals)}); own.Value >= least {
		return own
	}
	s := strongest(e)
	if s.Value > 0 && byModel(e.with(name)) {
		s.By = ByModel
	}
	return s
}

// once: it counts each time as the first.
func once(name string) func(evidence) int {
	return func(e evidence) int { return min(1, len(e.with(name))) }
}

// counted: the first, second, third time since the last hand back.
func counted(name string) func(evidence) int {
	return func(e evidence) int {
		if !e.has(name) {
			return 0
		}
		return 1 + len(e.with(signalBefore+name))
	}
}

// sure returns the signals of that name that are strong enough.
func (e evidence) sure(name string, least float64) []conversation.Signal {
	return slices.DeleteFunc(e.with(name), func(s conversation.Signal) bool { return s.Value < least })
}

func (e evidence) topics() int {
	return min(1, len(e.sure(SignalTopic, TopicSure))+len(e.with(SignalTopicOpen)))
}

// unanswered counts the questions in a row that the bot could not answer.
func (e evidence) unanswered() int {
	if len(e.sure(SignalCannot, Unanswered)) == 0 {
		return 0
	}
	return 1 + len(e.with(signalBefore+SignalCannot))
}

// asked: a person was asked for. When the problem is known, or an offer was
// accepted, there is nothing left to ask for: that counts as asked again. So
// does the problem itself when the bot has asked for it.
func (e evidence) asked() int {
	stated := e.has(SignalStated) || e.has(signalBefore+SignalStated)
	asks := len(e.sure(SignalAsks, AsksSure)) > 0
	switch {
	case e.has(SignalAccepts):
		return 2
	case asks && stated:
		return 2
	case asks:
		return 1 + len(e.sure(signalBefore+SignalAsks, AsksSure))
	case e.has(SignalAwaits) && e.has(SignalStated):
		return 2
	}
	return 0
}

// frustrated counts clear signs, and after one also a rise. At ai_first a sign
// from before the problem was stated is taken up, once, when it is stated.
func (e evidence) frustrated() int {
	now, trend := e.strongest(SignalFrustrated).Value, e.strongest(SignalTrend).Value
	before := e.clear(signalBefore + SignalFrustrated)
	n := len(before)
	if e.level == AIFirst {
		stated, known := e.statedAt()
		if !known {
			return 0
		}
		after := slices.DeleteFunc(before, func(s conversation.Signal) bool { return s.Seq < stated })
		held := min(1, n-len(after))
		if held == 1 && !e.has(signalBefore+SignalStated) {
			return 1
		}
		n = len(after) + held
	}
	// Verdicts of detectors 2 have no trend: with them the line alone decides.
	rises := n > 0 && now >= Rises && (trend == 0 || trend >= ClearSign)
	if now >= ClearSign || rises || e.addsUp() {
		return 1 + n
	}
	return 0
}

// addsUp: no line was a clear sign, and this one makes the trend one. After a
// clear sign it takes a rise, so that what was counted is not counted again.
func (e evidence) addsUp() bool {
	return e.has(SignalFrustrated) && len(e.clear(signalBefore+SignalFrustrated)) == 0 && e.strongest(SignalTrend).Value >= ClearSign
}

func (e evidence) clear(name string) []conversation.Signal {
	return slices.DeleteFunc(e.with(name), func(s conversation.Signal) bool { return s.Value < ClearSign })
}

// statedAt is the line that stated the problem first.
func (e evidence) statedAt() (conversation.Seq, bool) {
	at, known := conversation.Seq(0), false
	for _, s := range append(e.with(signalBefore+SignalStated), e.with(SignalStated)...) {
		if !known || s.Seq < at {
			at, known = s.Seq, true
		}
	}
	return at, known
}

// repeated counts the lines at which she asked the same again or the bot said the
// same again; both at one line are one.
func (e evidence) repeated() int {
	if !e.has(SignalRepeated) && !e.has(SignalLoop) {
		return 0
	}
	return 1 + len(e.with(signalBefore+SignalRepeated)) + len(e.with(signalBefore+SignalLoop))
}

// topicNames lists the restricted topics that were touched or are open, in
// order, without repeats.
func (e evidence) topicNames() []string {
	var names []string
	for _, prefix := range []string{SignalTopic, SignalTopicOpen} {
		for _, s := range e.sure(prefix, TopicSure) {
			_, name, _ := strings.Cut(s.Name, ":")
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// remembered is how many earlier lines count for one thing at most. The levels ask
// for the third; without a bound a verdict would grow with the conversation.
const remembered = 8

// memory is what earlier verdicts have seen, latest first: one signal for each line
// and each thing seen there, also when several verdicts on a line saw it, such as
// when it is judged again or the button is pressed at it.
type memory struct {
	signals []conversation.Signal
	lines   map[string]int // of each name, how many
}

// full: so many lines are remembered for the name that no more count.
func (m *memory) full(name string) bool { return m.lines[name] == remembered }

// keep adds what a verdict on a line has seen.
func (m *memory) keep(s conversation.Signal, on conversation.Seq) {
	s = placed(s, on)
	known := func(k conversation.Signal) bool { return k.Seq == s.Seq && k.Name == s.Name }
	if !m.full(s.Name) && !slices.ContainsFunc(m.signals, known) {
		m.lines[s.Name]++
		m.signals = append(m.signals, s)
	}
}

// counts are the things that are counted over the lines, and from which value on.
var counts = []struct {
	name  string
	least float64
}{{SignalAsks, AsksSure}, {SignalChallenge, 0}, {SignalFrustrated, ClearSign}, {SignalRepeated, 0}}

// history turns the verdicts before this line into signals named "before:…", at
// the places where things were seen. on is the line judged now.
func history(past []conversation.Decided, on conversation.Seq) []conversation.Signal {
	seen := memory{lines: map[string]int{}}
	for _, d := range slices.Backward(past) {
		if d.On < on {
			seen.of(d)
		}
	}
	seen.signals = append(seen.signals, unanswered(past, on)...)
	for _, d := range past {
		// Also by an earlier verdict on this very line: what it let count is spent.
		if s := (evidence{signals: d.Signals}).strongest(SignalStated); d.On <= on && s.Value > 0 {
			seen.keep(s, d.On)
			break
		}
	}
	for i, s := range seen.signals {
		seen.signals[i].Name = signalBefore + s.Name
	}
	return append(seen.signals, awaits(past, on)...)
}

// awaits: the last that was said to her asking for a person was to ask for the
// problem.
func awaits(past []conversation.Decided, on conversation.Seq) []conversation.Signal {
	for _, d := range slices.Backward(past) {
		if d.On >= on || d.Reason != ReasonAsked {
			continue
		}
		if d.Act != string(Ask) {
			break
		}
		return []conversation.Signal{{Name: SignalAwaits, Value: 1, Seq: d.On}}
	}
	return nil
}

// of keeps what one verdict has seen.
func (m *memory) of(d conversation.Decided) {
	if len(d.Signals) == 0 {
		return
	}
	seen := evidence{signals: d.Signals}
	for _, row := range counts {
		if m.full(row.name) {
			continue
		}
		if s := seen.telling(row.name, ClearSign); s.Value > 0 && s.Value >= row.least {
			m.keep(s, d.On)
		}
	}
	if s := seen.strongest(SignalLoop); s.Value > 0 && !m.full(SignalLoop) && !seen.has(SignalRepeated) {
		m.keep(s, d.On)
	}
	for _, s := range d.Signals {
		if bears(s, SignalRule) {
			m.keep(s, d.On)
		}
	}
}

// unanswered are the lines in a row, up to this one, that got no answer. What was
// answered ends the row; small talk does neither. A line with several verdicts,
// such as one taken up after a wait, is one line: only its first verdict has the
// evidence, the later ones do not end the row.
func unanswered(past []conversation.Decided, on conversation.Seq) []conversation.Signal {
	var row []conversation.Signal
	for i := len(past) - 1; i >= 0; {
		line, cannot, talk := past[i].On, conversation.Signal{}, false
		for ; i >= 0 && past[i].On == line; i-- {
			seen := evidence{signals: past[i].Signals}
			if s := seen.telling(SignalCannot, Unanswered); s.Value >= Unanswered && s.Value > cannot.Value {
				cannot = s
			}
			talk = talk || seen.has(SignalSmallTalk)
		}
		switch {
		case line >= on || cannot.Value == 0 && talk:
		case cannot.Value == 0, len(row) == remembered:
			return row
		default:
			row = append(row, placed(cannot, line))
		}
	}
	return row
}

// placed gives what was seen in a draft the place of the line the draft answered.
func placed(s conversation.Signal, on conversation.Seq) conversation.Signal {
	if s.Seq == 0 {
		s.Seq, s.From, s.To = on, 0, 0
	}
	return s
}

// soft are the signals of which the same evidence never counts twice.
var soft = []string{SignalChallenge, SignalFrustrated, SignalCannot, SignalRepeated, SignalLoop, SignalWants}

// unspent drops soft evidence that a verdict on the same line has used already.
func unspent(signals []conversation.Signal, past []conversation.Decided, on conversation.Seq) []conversation.Signal {
	type sender struct{ name, by string }
	spent := map[sender]bool{}
	for _, d := range past {
		if d.On != on {
			continue
		}
		for _, s := range d.Signals {
			if !slices.Contains(soft, s.Name) || s.Name == SignalCannot && s.Value < Unanswered {
				continue
			}
			// What the detectors saw, nobody may say again; what the model said
			// does not use up what they see.
			spent[sender{s.Name, ByModel}] = true
			spent[sender{s.Name, s.By}] = true
		}
	}
	return slices.DeleteFunc(signals, func(s conversation.Signal) bool { return spent[sender{s.Name, s.By}] })
}
