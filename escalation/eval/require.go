package eval

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/escalation"
)

// Requirement is a line of a file that says what a detector has to reach, over
// all its lines or over those with one value in one column:
//
//	{"require": "asks_person", "precision": 0.9, "recall": 0.9}
//	{"require": "asks_person", "kind": "hard_negative", "false_alarms": 50}
//	{"require": "asks_person", "lang": "*", "recall": 0.85}
//	{"require": "changes", "from": "escalate", "to": "answer", "at_most": 0}
//
// "*" means the mean over all values. An absent figure requires nothing.
type Requirement struct {
	Detector    string   `json:"require"`
	Source      string   `json:"source,omitempty"`
	Lang        string   `json:"lang,omitempty"`
	Kind        string   `json:"kind,omitempty"`
	Topic       string   `json:"topic,omitempty"`
	Rule        string   `json:"rule,omitempty"`
	Precision   *float64 `json:"precision,omitempty"`
	Recall      *float64 `json:"recall,omitempty"`
	F1          *float64 `json:"f1,omitempty"`
	FalseAlarms *float64 `json:"false_alarms,omitempty"` // at most, per 1,000

	// For "changes": at most so many, of those from an act to another.
	From   string `json:"from,omitempty"`
	To     string `json:"to,omitempty"`
	AtMost *int   `json:"at_most,omitempty"`
}

// ofChanges in place of a detector is about what another policy decides
// differently.
const ofChanges = "changes"

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
	return r, true, r.check()
}

// check says what is wrong with a requirement.
func (r Requirement) check() error {
	column, value := r.where()
	figures := r.Precision != nil || r.Recall != nil || r.F1 != nil || r.FalseAlarms != nil
	switch known := append(Detectors(), Escalations); {
	case r.Detector == ofChanges:
		return r.checkChanges(figures || column != "")
	case !slices.Contains(known, r.Detector):
		return fmt.Errorf("there is no detector %q: use one of %s, or %s", r.Detector, strings.Join(known, ", "), ofChanges)
	case r.From != "" || r.To != "" || r.AtMost != nil:
		return fmt.Errorf("from, to and at_most are for %q", ofChanges)
	case !figures:
		return fmt.Errorf("it requires nothing: add precision, recall, f1 or false_alarms")
	case r.columns() > 1:
		return fmt.Errorf("it names several columns: use one of source, lang, kind, topic and rule")
	case column != "" && value == everyValue && r.FalseAlarms != nil:
		return fmt.Errorf("false_alarms is not counted as a mean: name one %s", column)
	}
	return nil
}

func (r Requirement) checkChanges(more bool) error {
	acts := []string{"", string(escalation.Answer), string(escalation.Offer), string(escalation.Ask), string(escalation.Withhold), string(escalation.Escalate)}
	switch {
	case more:
		return fmt.Errorf("of %q only from, to and at_most can be required", ofChanges)
	case r.AtMost == nil || *r.AtMost < 0:
		return fmt.Errorf("it requires nothing: add at_most, 0 or more")
	case !slices.Contains(acts, r.From) || !slices.Contains(acts, r.To):
		return fmt.Errorf("from and to are acts: one of %s", strings.Join(acts[1:], ", "))
	}
	return nil
}

// values are what it names, in the order of [columns].
func (r Requirement) values() []string { return []string{r.Source, r.Lang, r.Kind, r.Topic, r.Rule} }

func (r Requirement) columns() int {
	n := 0
	for _, v := range r.values() {
		if v != "" {
			n++
		}
	}
	return n
}

// where is the column and the value that the requirement is about, "" for all.
func (r Requirement) where() (column, value string) {
	for i, v := range r.values() {
		if v != "" {
			return columns()[i], v
		}
	}
	return "", ""
}

// String is the detector and the lines it is about.
func (r Requirement) String() string {
	column, value := r.where()
	switch {
	case r.Detector == ofChanges && (r.From != "" || r.To != ""):
		return fmt.Sprintf("changes from %s to %s", cmp.Or(r.From, "anything"), cmp.Or(r.To, "anything"))
	case column == "":
		return r.Detector
	case value == everyValue:
		return r.Detector + ", mean by " + column
	}
	return r.Detector + ", " + column + " " + value
}
