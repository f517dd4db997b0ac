package eval

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Requirement is a line of a file that says what a detector has to reach, over
// all its lines or over those with one value in one column:
//
//	{"require": "asks_person", "precision": 0.9, "recall": 0.9}
//	{"require": "asks_person", "kind": "hard_negative", "false_alarms": 50}
//	{"require": "asks_person", "lang": "*", "recall": 0.85}
//
// "*" means the mean over all values. An absent figure requires nothing.
type Requirement struct {
	Detector    string   `json:"require"`
	Source      string   `json:"source,omitempty"`
	Lang        string   `json:"lang,omitempty"`
	Kind        string   `json:"kind,omitempty"`
	Topic       string   `json:"topic,omitempty"`
	Precision   *float64 `json:"precision,omitempty"`
	Recall      *float64 `json:"recall,omitempty"`
	F1          *float64 `json:"f1,omitempty"`
	FalseAlarms *float64 `json:"false_alarms,omitempty"` // at most, per 1,000
}

// everyValue in a column stands for the mean over its values.
const everyValue = "*"

// requirement reads a line if it is one.
func requirement(line []byte) (r Requirement, is bool, err error) {
	var probe map[string]json.RawMessage
	if json.Unmarshal(line, &probe) != nil || probe["require"] == nil {
		return r, false, nil
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return r, true, fmt.Errorf("not a requirement: %w", err)
	}
	column, value := r.where()
	switch {
	case !slices.Contains(Detectors(), r.Detector):
		return r, true, fmt.Errorf("there is no detector %q: use one of %s", r.Detector, strings.Join(Detectors(), ", "))
	case r.Precision == nil && r.Recall == nil && r.F1 == nil && r.FalseAlarms == nil:
		return r, true, fmt.Errorf("it requires nothing: add precision, recall, f1 or false_alarms")
	case r.columns() > 1:
		return r, true, fmt.Errorf("it names several columns: use one of source, lang, kind and topic")
	case column != "" && value == everyValue && r.FalseAlarms != nil:
		return r, true, fmt.Errorf("false_alarms is not counted as a mean: name one %s", column)
	}
	return r, true, nil
}

func (r Requirement) columns() int {
	n := 0
	for _, v := range []string{r.Source, r.Lang, r.Kind, r.Topic} {
		if v != "" {
			n++
		}
	}
	return n
}

// where is the column and the value that the requirement is about, "" for all.
func (r Requirement) where() (column, value string) {
	for i, v := range []string{r.Source, r.Lang, r.Kind, r.Topic} {
		if v != "" {
			return columns()[i], v
		}
	}
	return "", ""
}

// Missed says, one sentence each, which requirements the report does not meet.
// One about lines that are not there is not met either: a gate that measures
// nothing must not pass.
func (r Report) Missed(required []Requirement) []string {
	var missed []string
	for _, q := range required {
		name := q.String()
		got, alarms, ok := r.find(q)
		if !ok {
			missed = append(missed, name+": there are no such lines")
			continue
		}
		for _, f := range []struct {
			name string
			want *float64
			got  float64
		}{{"precision", q.Precision, got.Precision}, {"recall", q.Recall, got.Recall}, {"F1", q.F1, got.F1}} {
			if f.want != nil && f.got < *f.want {
				missed = append(missed, fmt.Sprintf("%s: %s is %.3f, at least %.3f is required", name, f.name, f.got, *f.want))
			}
		}
		if q.FalseAlarms != nil && alarms > *q.FalseAlarms {
			missed = append(missed, fmt.Sprintf("%s: %.2f false alarms per 1,000, at most %.2f are allowed", name, alarms, *q.FalseAlarms))
		}
	}
	return missed
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

// String is the detector and the lines it is about.
func (r Requirement) String() string {
	column, value := r.where()
	switch {
	case column == "":
		return r.Detector
	case value == everyValue:
		return r.Detector + ", mean by " + column
	}
	return r.Detector + ", " + column + " " + value
}
