package eval

import (
	"encoding/json"
	"fmt"
	"io"
)

// MarshalJSON writes the counts with their figures.
func (c Count) MarshalJSON() ([]byte, error) { return json.Marshal(c.wire()) }

// wireCount is a Count as it is printed.
type wireCount struct {
	Lines       int     `json:"lines"`
	Positive    int     `json:"positive"`
	Right       int     `json:"right"`
	FalseAlarm  int     `json:"false_alarm"`
	Missed      int     `json:"missed"`
	Precision   float64 `json:"precision"`
	Recall      float64 `json:"recall"`
	F1          float64 `json:"f1"`
	FalseAlarms float64 `json:"false_alarms_per_1000"`
}

func (c Count) wire() wireCount {
	return wireCount{c.Lines, c.Positive(), c.Right, c.FalseAlarm, c.Missed, c.Precision(), c.Recall(), c.F1(), c.FalseAlarms()}
}

// MarshalJSON writes the group's value beside its counts.
func (g Group) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Value string `json:"value"`
		wireCount
	}{g.Value, g.wire()})
}

// PrintJSON writes the report as indented JSON.
func (r Report) PrintJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
