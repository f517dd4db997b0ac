package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// sample is the invented week of testdata.
func sample(t *testing.T) Sheet {
	t.Helper()
	raw, err := os.ReadFile("testdata/week.json")
	if err != nil {
		t.Fatal(err)
	}
	var s Sheet
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	for _, n := range []*Numbers{&s.Now, &s.Before} {
		n.From, n.To, n.AsOf = n.From.In(berlin), n.To.In(berlin), n.AsOf.In(berlin)
	}
	return s
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile("testdata/"+name, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what is written now; look at the difference and run go test ./report -update\n%s", name, got)
	}
}

func TestText(t *testing.T) {
	var b bytes.Buffer
	if err := sample(t).Text(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "week.txt", b.Bytes())
	for line := range strings.Lines(b.String()) {
		if n := len([]rune(strings.TrimSpace(line))); n > 82 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

// The page asks nobody for anything, and runs nothing.
func TestHTML(t *testing.T) {
	s := sample(t)
	s.Now.Agents[0].Name = `<img src=x onerror=alert(1)>`
	var b bytes.Buffer
	if err := s.HTML(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	if bad := regexp.MustCompile(`(?i)<script|<img|<link|@import|url\(|src=|https?://`).FindString(strings.ReplaceAll(page, "&lt;img src=x", "")); bad != "" {
		t.Errorf("the page has %q", bad)
	}
	for _, want := range []string{"16 to 22 November 2026", "Europe/Berlin", "resolved by the AI", "topic: Billing disputes", `name="viewport"`, "prefers-color-scheme: dark", "Content-Security-Policy", "ZgotmplZ"} {
		if has := strings.Contains(page, want); has != (want != "ZgotmplZ") {
			t.Errorf("%q: %v", want, has)
		}
	}
}

// A report of nothing says so, and breaks nothing.
func TestEmpty(t *testing.T) {
	var s Sheet
	s.Now = NewTally(WeekOf(monday), monday.AddDate(0, 0, 8)).Numbers()
	s.Before = s.Now
	var text, page bytes.Buffer
	if err := s.Text(&text); err != nil {
		t.Fatal(err)
	}
	if err := s.HTML(&page); err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{text.String(), page.String()} {
		if !strings.Contains(out, "Nothing happened in these days") {
			t.Error(out)
		}
	}
}

func TestBrief(t *testing.T) {
	title, lines := sample(t).Brief()
	golden(t, "brief.txt", []byte(title+"\n"+strings.Join(lines, "\n")+"\n"))
	empty := Sheet{Now: NewTally(WeekOf(monday), monday.AddDate(0, 0, 8)).Numbers()}
	if _, lines := empty.Brief(); len(lines) != 1 {
		t.Errorf("%q", lines)
	}
}
