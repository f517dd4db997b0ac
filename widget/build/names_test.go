package main

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A shortened name that somebody outside also uses (the browser, the wire, the
// page's scripts) would break the widget without a word.
func TestShortenedNamesAreOurs(t *testing.T) {
	if _, err := os.Stat("../node_modules/typescript"); err != nil {
		t.Skip("needs npm ci in widget/: the types are TypeScript's to judge")
	}
	out, err := exec.CommandContext(t.Context(), "node", "../names.mjs", "--check").CombinedOutput()
	if err != nil {
		t.Errorf("node names.mjs --check: %v\n%s", err, out)
	}
}

// What one build tells or leaves to another has names that no build shortens: pages
// with their frames, tabs, and what the browser keeps.
func TestNamesBetweenBuildsAreWhole(t *testing.T) {
	text, err := os.ReadFile("names.txt")
	if err != nil {
		t.Fatal(err)
	}
	short := strings.Fields(string(text))
	field := regexp.MustCompile(`(\w+)\??: `)
	for file, of := range map[string]struct{ from, to string }{
		"framing.ts": {"export type ToFrame", "type Shape"}, "tabs.ts": {"type Said", "export interface"},
		"sse.ts": {"export interface ServerEvent", "\n"}, "storage.ts": {"export interface Kept", "\n}"},
	} {
		source, err := os.ReadFile("../src/" + file)
		if err != nil {
			t.Fatal(err)
		}
		_, types, _ := strings.Cut(string(source), of.from)
		types, _, _ = strings.Cut(types, of.to)
		fields := field.FindAllStringSubmatch(types, -1)
		if len(fields) < 3 {
			t.Errorf("%s: found %d fields, want those of %s", file, len(fields), of.from)
		}
		for _, f := range fields {
			if slices.Contains(short, f[1]) {
				t.Errorf("%s: %s is shortened", file, f[1])
			}
		}
	}
}
