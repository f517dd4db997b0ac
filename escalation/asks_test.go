package escalation

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

// rows reads "label | text" lines.
func rows(t *testing.T, path string) [][2]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list [][2]string
	for scan := bufio.NewScanner(f); scan.Scan(); {
		label, text, ok := strings.Cut(scan.Text(), "|")
		if ok && !strings.HasPrefix(label, "#") {
			list = append(list, [2]string{strings.TrimSpace(label), strings.TrimSpace(text)})
		}
	}
	if len(list) == 0 {
		t.Fatalf("%s has no rows", path)
	}
	return list
}

// says is a conversation in which the visitor says one line, at seq 2.
func says(text string) Situation {
	return Situation{Lines: []Line{{Seq: 2, Role: conversation.Visitor, Text: text}}}
}

func TestLanguagesParse(t *testing.T) {
	names, err := wordFiles.ReadDir("words")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		text, err := wordFiles.ReadFile("words/" + n.Name())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parseLanguage(n.Name(), string(text)); err != nil {
			t.Error(err)
		}
	}
	if got := len(load()); got != len(names) || got < 7 {
		t.Errorf("%d languages were loaded, want all %d", got, len(names))
	}
}

func TestAsksForPerson(t *testing.T) {
	d := asksDetector{load()}
	for _, row := range slices.Concat(rows(t, "testdata/asks.txt"), rows(t, "testdata/asks_languages.txt")) {
		want := map[string]string{"ask": SignalAsks, "challenge": SignalChallenge, "no": ""}[row[0]]
		got, quoted := "", ""
		for _, s := range d.Detect(says(row[1])) {
			got, quoted = s.Name, row[1][s.From:s.To]
		}
		if got != want {
			t.Errorf("%q: got %q (%q), want %q", row[1], got, quoted, want)
		}
	}
}

func TestFold(t *testing.T) {
	for word, want := range map[string]string{
		"Straße": "strasse", "Café": "cafe", "don’t": "dont", "ＯＫ": "ok", "pleaseeee": "please", "soooo": "so",
		"helllo": "hello", "agree": "agree", "1000": "1000", "5555": "5555", "人人人": "人",
	} {
		if got := fold(word); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}
