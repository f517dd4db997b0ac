package escalation

import (
	"slices"

	"github.com/handoff-bot/handoff/conversation"
)

// remembered is how many earlier lines count for one thing at most. The levels ask
// for the third; without a bound a verdict would grow with the conversation.
const remembered = 8

// memory is what earlier verdicts have seen, latest first: one signal for each line
// and each thing seen there, also when several verdicts on a line saw it, such as
// when it is judged again or the button is pressed at it.
type memory struct {
	signals []conversation.Signal
	lines   map[string]int // of each name, how many
	open    []count        // what is not full
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

// count is something that is counted over the lines, and from which value on.
type count struct {
	name  string
	least float64
}

func counts() []count {
	return []count{{SignalAsks, AsksSure}, {SignalChallenge, 0}, {SignalFrustrated, ClearSign}, {SignalRepeated, 0}}
}

// history turns the verdicts before this line into signals named "before:…", at
// the places where things were seen. on is the line judged now.
func history(past []conversation.Decided, on conversation.Seq) []conversation.Signal {
	seen := memory{lines: map[string]int{}, open: counts()}
	for i := len(past) - 1; i >= 0; i-- {
		if past[i].On < on {
			seen.of(&past[i])
		}
	}
	seen.signals = append(seen.signals, unanswered(past, on)...)
	for i := range past {
		// Also by an earlier verdict on this very line: what it let count is spent.
		if s := (evidence{signals: past[i].Signals}).strongest(SignalStated); past[i].On <= on && s.Value > 0 {
			seen.keep(s, past[i].On)
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
	for i := len(past) - 1; i >= 0; i-- {
		d := &past[i]
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
func (m *memory) of(d *conversation.Decided) {
	seen := evidence{signals: d.Signals}
	for i := 0; i < len(m.open); i++ {
		row := m.open[i]
		if s := seen.telling(row.name, ClearSign); s.Value > 0 && s.Value >= row.least {
			m.keep(s, d.On)
		}
		if m.full(row.name) {
			m.open = slices.Delete(m.open, i, i+1)
			i--
		}
	}
	for _, s := range d.Signals {
		loops := s.Name == SignalLoop && s.Value > 0 && !seen.has(SignalRepeated)
		if loops || bears(s, SignalRule) {
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
