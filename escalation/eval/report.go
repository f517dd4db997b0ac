package eval

import (
	"maps"
	"slices"

	"github.com/handoff-bot/handoff/escalation"
)

// Report is what was counted, by detector in the order of [Detectors]. Skipped
// is how many lines have no label.
type Report struct {
	Policy    string    `json:"policy"`
	Detectors string    `json:"detectors"`
	Trained   string    `json:"trained"` // [Trained]
	Sections  []Section `json:"sections"`
	Skipped   int       `json:"skipped"`
	// What else was asked for, nil when it was not.
	Recorded *Recorded   `json:"recorded,omitempty"`
	Changes  *Changes    `json:"changes,omitempty"`
	Near     *NearMisses `json:"near,omitempty"`
	Checks   []Check     `json:"required,omitempty"`
}

// Section is the counts of one detector: over all its lines, and by each value
// of source, language, kind and topic.
type Section struct {
	Detector string             `json:"detector"`
	All      Count              `json:"all"`
	By       map[string][]Group `json:"by"`
	Curve    *Curve             `json:"curve,omitempty"`
	Wrong    []Mistake          `json:"wrong,omitempty"`
	// Restricted is for the restricted topics: all lines first, then by topic.
	Restricted []Restricted `json:"restricted,omitempty"`
}

// Mistake is a line that the detector got wrong: it saw what is not there, or
// missed what is.
type Mistake struct {
	Name  string  `json:"name"`
	Text  string  `json:"text"`
	Seen  bool    `json:"seen"`
	Topic string  `json:"topic,omitempty"` // what the label says
	Score float64 `json:"score"`
	Why   string  `json:"why"`
}

// Group is the counts of the lines that share a value.
type Group struct {
	Value string `json:"value"`
	Count
}

// The columns by which lines are grouped.
const (
	BySource = "source"
	ByLang   = "lang"
	ByKind   = "kind"
	ByTopic  = "topic"
	ByRule   = "rule"   // of recorded escalations: what asked for a person
	ByPhrase = "phrase" // and the words it was seen in
)

func columns() []string { return []string{BySource, ByLang, ByKind, ByTopic, ByRule, ByPhrase} }

// compared: a mean over the values of the column says something.
func compared(column string) bool { return column == BySource || column == ByLang || column == ByTopic }

// maxValues: a column with more values than this says nothing to a reader.
const maxValues = 40

// NewReport counts outcomes.
func NewReport(p *escalation.Policy, outcomes []Outcome) Report {
	r := Report{Policy: p.Hash(), Detectors: escalation.DetectorsVersion, Trained: Trained}
	for _, name := range Detectors() {
		var own []Outcome
		for _, o := range outcomes {
			switch {
			case o.Utterance.Detector != name:
			case o.Utterance.scored():
				own = append(own, o)
			default:
				r.Skipped++
			}
		}
		if len(own) > 0 {
			r.Sections = append(r.Sections, section(name, own))
		}
	}
	return r
}

func section(name string, outcomes []Outcome) Section {
	s := Section{Detector: name, By: map[string][]Group{}}
	s.Curve = curve(outcomes)
	for _, o := range outcomes {
		u := o.Utterance
		if s.All.add(o.Seen, u.wanted()); o.Seen != u.wanted() {
			s.Wrong = append(s.Wrong, Mistake{u.Name(), u.shown(), o.Seen, u.Topic, o.Score, o.Verdict.Explain})
		}
	}
	for _, column := range columns() {
		groups := group(outcomes, column)
		if name == escalation.SignalTopic && column == ByTopic {
			groups = byTopic(outcomes)
		}
		if 0 < len(groups) && len(groups) <= maxValues && (len(groups) > 1 || column == BySource || column == ByTopic) {
			s.By[column] = groups
		}
	}
	if name == escalation.SignalTopic {
		s.Restricted = restricted(outcomes)
	}
	return s
}

// group counts the lines by a column, in the order of its values.
func group(outcomes []Outcome, column string) []Group {
	counts := map[string]*Count{}
	for _, o := range outcomes {
		v := o.Utterance.value(column)
		if v == "" {
			continue
		}
		if counts[v] == nil {
			counts[v] = &Count{}
		}
		counts[v].add(o.Seen, o.Utterance.wanted())
	}
	return sorted(counts)
}

func sorted(counts map[string]*Count) []Group {
	var groups []Group
	for _, v := range slices.Sorted(maps.Keys(counts)) {
		groups = append(groups, Group{v, *counts[v]})
	}
	return groups
}

// byTopic counts each topic against the others and none, in the sources that
// have lines of it: a source that was not labelled for a topic says nothing.
func byTopic(outcomes []Outcome) []Group {
	labelled := map[[2]string]bool{}
	counts := map[string]*Count{}
	for _, o := range outcomes {
		if t := o.Utterance.Topic; t != NoTopic {
			labelled[[2]string{t, o.Utterance.Source}] = true
			counts[t] = &Count{}
		}
	}
	for _, o := range outcomes {
		for t, c := range counts {
			if labelled[[2]string{t, o.Utterance.Source}] {
				c.add(slices.Contains(o.Topics, t), o.Utterance.Topic == t)
			}
		}
	}
	return sorted(counts)
}

func (u Utterance) value(column string) string {
	return map[string]string{BySource: u.Source, ByLang: u.Lang, ByKind: u.Kind, ByTopic: u.Topic}[column]
}

// Figures are the numbers by which detectors are compared.
type Figures struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

func figures(c Count) Figures { return Figures{c.Precision(), c.Recall(), c.F1()} }

// Mean is the mean over the groups of a column that have something to see, and
// Worst the lowest of each figure among them. ok is false without such a group.
func (s Section) Mean(column string) (mean, worst Figures, ok bool) {
	n := 0.0
	worst = Figures{1, 1, 1}
	for _, g := range s.By[column] {
		if g.Positive() == 0 {
			continue
		}
		n++
		f := figures(g.Count)
		mean = Figures{mean.Precision + f.Precision, mean.Recall + f.Recall, mean.F1 + f.F1}
		worst = Figures{min(worst.Precision, f.Precision), min(worst.Recall, f.Recall), min(worst.F1, f.F1)}
	}
	if n == 0 {
		return mean, worst, false
	}
	return Figures{mean.Precision / n, mean.Recall / n, mean.F1 / n}, worst, true
}

// Trained says what of the detectors was trained, so that a reader knows which
// sources they have not seen. Whoever trains one has to measure each source with
// what was trained on the others, and to say so here.
const Trained = "nothing is trained: rules over word lists, so leaving a source out changes nothing; the worst source stands beside the mean"
