package eval

import (
	"slices"

	"github.com/handoff-bot/handoff/escalation"
)

// NearMisses are the lines that the AI would answer although a signal is below
// its threshold by no more than Margin, the closest first.
type NearMisses struct {
	Margin float64    `json:"margin"`
	Lines  int        `json:"lines"`
	Cases  []NearMiss `json:"cases"`
}

// NearMiss is one of them.
type NearMiss struct {
	Name      string  `json:"name"`
	Text      string  `json:"text"`
	Signal    string  `json:"signal"`
	Value     float64 `json:"value"`
	Threshold float64 `json:"threshold"`
}

// Add looks at one verdict and what was measured for it.
func (n *NearMisses) Add(name, text string, act string, measured []escalation.Measured) {
	n.Lines++
	if act != string(escalation.Answer) {
		return
	}
	for _, m := range measured {
		if m.Near(n.Margin) {
			n.Cases = append(n.Cases, NearMiss{name, text, m.Name, m.Value, m.Threshold})
		}
	}
}

// NewNearMisses starts an empty list of them.
func NewNearMisses(margin float64) *NearMisses {
	return &NearMisses{Margin: margin, Cases: []NearMiss{}}
}

// Look is [NearMisses.Add] for an utterance.
func (n *NearMisses) Look(o Outcome) {
	n.Add(o.Utterance.Name(), o.Utterance.shown(), string(o.Verdict.Act), o.Measured)
}

// Sorted puts the closest first, and returns n, which may be nil.
func (n *NearMisses) Sorted() *NearMisses {
	if n == nil {
		return nil
	}
	slices.SortStableFunc(n.Cases, func(a, b NearMiss) int {
		switch x, y := a.Threshold-a.Value, b.Threshold-b.Value; {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	return n
}

// Of counts the near misses of each signal, the most frequent first.
func (n *NearMisses) Of() []Tally {
	var list []Tally
	for _, c := range n.Cases {
		list = tally(list, c.Signal)
	}
	slices.SortStableFunc(list, func(a, b Tally) int { return b.Count - a.Count })
	return list
}

// Tally is how often something was seen.
type Tally struct {
	Name  string
	Count int
}

func tally(list []Tally, name string) []Tally {
	for i := range list {
		if list[i].Name == name {
			list[i].Count++
			return list
		}
	}
	return append(list, Tally{name, 1})
}
