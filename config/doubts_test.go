package config

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What can never act is told with its place and its mend, and stops nothing; that
// of the shadow's file, too.
func TestDoubtsHaveAPlace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "handoff.yaml")
	write(t, filepath.Join(dir, "next.yaml"), "handoff:\n  level: ai_only\n  rules:\n    - name: hot\n      when: signals.frustration >= 0.4\n      do: offer\n")
	write(t, path, minimal+`handoff:
  shadow: next.yaml
  restricted_topics:
    - {name: Billing, phrases: [refund], channel: C0BILL}
    - {name: Returns, phrases: [send back, refunds], channel: C0BACK}
  rules:
    - { name: cross, when: signals.frustration >= 0.4, priority: high }
    - { name: furious, when: signals.frustration >= 0.8, priority: urgent }
    - { name: never, when: '"Biling" in topics', do: offer }
`)
	f, err := Load(path, with())
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Warnings) != 4 {
		t.Fatalf("%d warnings:\n%s", len(f.Warnings), strings.Join(f.Warnings, "\n"))
	}
	for _, want := range [][]string{
		{"handoff.yaml:12:58: ", `priority: urgent of the rule "furious" never counts: rule "cross" holds whenever this one does`, "→ put this rule above the other"},
		{"handoff.yaml:13:22: ", `there is no restricted topic "Biling"`, "→ correct the condition"},
		{"handoff.yaml:9:44: ", `"refunds" is also a phrase of "Billing"`, "→ keep it in one of the two"},
		{"next.yaml:6:7: ", "at level ai_only rules do nothing", "→ give the rule"},
	} {
		found := false
		for _, w := range f.Warnings {
			all := true
			for _, part := range want {
				all = all && strings.Contains(w, part)
			}
			found = found || all
		}
		if !found {
			t.Errorf("no warning says %q:\n%s", want, strings.Join(f.Warnings, "\n"))
		}
	}
}

// yamlOf finds the policies of the documentation.
var yamlOf = regexp.MustCompile("(?s)```yaml\n(handoff:\n.*?)```")

// No sample has anything doubtful.
func TestSamplesHaveNoDoubts(t *testing.T) {
	texts := map[string]string{}
	raw, err := os.ReadFile("../demo/handoff.yaml")
	if err != nil {
		t.Fatal(err)
	}
	texts["demo"] = string(raw)
	docs, _ := filepath.Glob("../docs/*.md")
	stories, _ := filepath.Glob("../internal/handofftest/testdata/*/*.txtar")
	for _, path := range append(docs, stories...) {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range yamlOf.FindAllStringSubmatch(string(raw), -1) {
			texts[path] += m[1] // several are several documents
			policy(t, path, minimal+m[1])
		}
		if _, yaml, ok := strings.Cut(string(raw), "-- handoff.yaml --\n"); ok {
			yaml, _, _ = strings.Cut(yaml, "\n-- ")
			if at := strings.Index("\n"+yaml, "\nhandoff:"); at >= 0 {
				policy(t, path, minimal+yaml[at:])
			}
		}
	}
	policy(t, "demo", texts["demo"])
	if len(texts) < 3 {
		t.Errorf("%d files with samples", len(texts))
	}
}

// policy tells the doubts of a text that loads; a sample that lacks another
// section or file is not asked.
func policy(t *testing.T, name, text string) {
	t.Helper()
	f, err := Parse(filepath.Join(t.TempDir(), "handoff.yaml"), []byte(text), with())
	if err != nil {
		t.Logf("%s is not a whole file: %.120s", name, err)
		return
	}
	for _, w := range f.Warnings {
		if strings.Contains(w, "handoff.") && strings.Contains(w, "→") {
			t.Errorf("%s: %s", name, w)
		}
	}
}
