package escalation

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLabelledData measures the detectors on labelled utterances that are not
// part of the repository: HANDOFF_DATA names a folder with a sub-folder for each
// set, and in it files of JSON lines with "text" and "label".
func TestLabelledData(t *testing.T) {
	folder := os.Getenv("HANDOFF_DATA")
	if folder == "" {
		t.Skip("HANDOFF_DATA is not set: the labelled utterances are not here")
	}
	asks := asksDetector{load()}
	rows := []struct {
		set               string
		detector          Detector
		signal            string
		atLeast           float64
		precision, recall float64
	}{
		{"human_request_en", asks, SignalAsks, 0, 0.95, 0.95},
		{"human_request_multi", asks, SignalAsks, 0, 0.95, 0.95},
		{"frustration", frustrationDetector{}, SignalFrustrated, ClearSign, 0.8, 0.5},
	}
	for _, row := range rows {
		t.Run(row.set, func(t *testing.T) {
			var right, wrong, missed float64
			for _, u := range utterances(t, filepath.Join(folder, row.set)) {
				seen := false
				for _, s := range row.detector.Detect(says(u.Text)) {
					seen = seen || s.Name == row.signal && s.Value >= row.atLeast
				}
				switch {
				case seen && u.Label == 1:
					right++
				case seen:
					wrong++
				case u.Label == 1:
					missed++
				}
			}
			precision, recall := right/(right+wrong), right/(right+missed)
			t.Logf("precision %.3f, recall %.3f", precision, recall)
			if precision < row.precision || recall < row.recall {
				t.Errorf("below %.2f and %.2f", row.precision, row.recall)
			}
		})
	}
}

type utterance struct {
	Text  string `json:"text"`
	Label int    `json:"label"`
}

func utterances(t *testing.T, folder string) []utterance {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s: %v", folder, err)
	}
	var all []utterance
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(raw)) {
			var u utterance
			if err := json.Unmarshal([]byte(line), &u); err != nil {
				t.Fatal(err)
			}
			all = append(all, u)
		}
	}
	return all
}
