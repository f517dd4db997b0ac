package eval

import (
	"fmt"
	"slices"
)

// Check is one figure that was required. About says of what, Got and Want are the
// figure and its bound, Missed says in a sentence what is wrong, "" for nothing.
type Check struct {
	About  string  `json:"about"`
	Figure string  `json:"figure"`
	Got    float64 `json:"got"`
	Want   float64 `json:"want"`
	Most   bool    `json:"at_most,omitempty"` // Want is the most that is allowed
	Missed string  `json:"missed,omitempty"`
}

// Missed says, one sentence each, which requirements the report does not meet.
func (r Report) Missed(required []Requirement) []string {
	var missed []string
	for _, c := range r.Check(required) {
		if c.Missed != "" {
			missed = append(missed, c.Missed)
		}
	}
	return missed
}

// Check holds the report against what is required, one Check for each figure. A
// requirement about lines that are not there is not met either: a gate that
// measures nothing must not pass.
func (r Report) Check(required []Requirement) []Check {
	var checks []Check
	for _, q := range required {
		if q.Detector == ofChanges {
			checks = append(checks, r.checkChanges(q))
			continue
		}
		got, alarms, ok := r.find(q)
		if !ok {
			checks = append(checks, Check{About: q.String(), Figure: "lines", Want: 1, Missed: q.String() + ": there are no such lines"})
			continue
		}
		checks = append(checks, q.compare(got, alarms)...)
	}
	return checks
}

func (q Requirement) compare(got Figures, alarms float64) []Check {
	var checks []Check
	for _, f := range []struct {
		name string
		want *float64
		got  float64
	}{{"precision", q.Precision, got.Precision}, {"recall", q.Recall, got.Recall}, {"F1", q.F1, got.F1}} {
		if f.want == nil {
			continue
		}
		c := Check{About: q.String(), Figure: f.name, Got: f.got, Want: *f.want}
		if c.Got < c.Want {
			c.Missed = fmt.Sprintf("%s: %s is %.3f, at least %.3f is required", c.About, c.Figure, c.Got, c.Want)
		}
		checks = append(checks, c)
	}
	if q.FalseAlarms != nil {
		c := Check{About: q.String(), Figure: "false alarms per 1,000", Got: alarms, Want: *q.FalseAlarms, Most: true}
		if c.Got > c.Want {
			c.Missed = fmt.Sprintf("%s: %.2f false alarms per 1,000, at most %.2f are allowed", c.About, c.Got, c.Want)
		}
		checks = append(checks, c)
	}
	return checks
}

// checkChanges counts what another policy decides differently.
func (r Report) checkChanges(q Requirement) Check {
	c := Check{About: q.String(), Figure: "count", Want: float64(*q.AtMost), Most: true}
	if r.Changes == nil {
		c.Missed = c.About + ": no other policy was compared; name one with --against"
		return c
	}
	n := r.Changes.between(q.From, q.To)
	if c.Got = float64(n); n > *q.AtMost {
		c.Missed = fmt.Sprintf("%s: there are %s, at most %s are allowed", c.About, thousands(n), thousands(*q.AtMost))
	}
	return c
}

func (r Report) find(q Requirement) (f Figures, falseAlarms float64, ok bool) {
	i := slices.IndexFunc(r.Sections, func(s Section) bool { return s.Detector == q.Detector })
	if i < 0 {
		return f, 0, false
	}
	s := r.Sections[i]
	column, value := q.where()
	switch {
	case column == "":
		return figures(s.All), s.All.FalseAlarms(), true
	case value == everyValue:
		mean, _, ok := s.Mean(column)
		return mean, 0, ok
	}
	for _, g := range s.By[column] {
		if g.Value == value {
			return figures(g.Count), g.FalseAlarms(), true
		}
	}
	return f, 0, false
}
