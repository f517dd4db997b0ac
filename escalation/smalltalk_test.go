package escalation

import (
	"bufio"
	"os"
	"strings"
	"testing"
)

// table reads the rows of a file whose columns stand between bars.
func table(t *testing.T, name string) [][]string {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for scan := bufio.NewScanner(strings.NewReader(string(raw))); scan.Scan(); {
		if parts := strings.Split(scan.Text(), " | "); !strings.HasPrefix(scan.Text(), "#") && len(parts) == 3 {
			rows = append(rows, parts)
		}
	}
	return rows
}

// everyLanguage fails for a language that has too few rows.
func everyLanguage(t *testing.T, all []*language, rows [][]string, least int) {
	t.Helper()
	n := map[string]int{}
	for _, row := range rows {
		n[row[0]]++
	}
	for _, l := range all {
		if n[l.name] < least {
			t.Errorf("%d rows in %s, want %d", n[l.name], l.name, least)
		}
	}
}

// TestUnsureInEachLanguage: what a draft says of itself, in each language.
func TestUnsureInEachLanguage(t *testing.T) {
	all, rows := load(), table(t, "testdata/unsure.txt")
	everyLanguage(t, all, rows, 12)
	d := unknownDetector{asksDetector{all}}
	for _, row := range rows {
		s := says(shipping)
		s.Finding, s.Draft = complete, "Thanks for asking. "+row[2]+" Anything else?"
		got := "knows"
		for _, sig := range d.Detect(s) {
			if sig.Name == SignalSaysUnsure {
				got = "unsure"
			}
		}
		if got != row[1] {
			t.Errorf("%s %q: %s, want %s", row[0], row[2], got, row[1])
		}
	}
}

// TestSmallTalkInEachLanguage: what asks nothing, and what asks without saying
// what about, neither of which the knowledge can leave unanswered.
func TestSmallTalkInEachLanguage(t *testing.T) {
	all, rows := load(), table(t, "testdata/smalltalk.txt")
	everyLanguage(t, all, rows, 8)
	d := smallTalkDetector{all}
	for _, row := range rows {
		s := says(row[2])
		got := "asks"
		switch {
		case len(d.Detect(s)) > 0:
			got = "small"
		case !asksSomething(s.read(row[2]), all):
			got = "idle"
		}
		if got != row[1] {
			t.Errorf("%s %q: %s, want %s", row[0], row[2], got, row[1])
		}
	}
}
