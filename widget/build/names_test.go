package main

import (
	"os"
	"os/exec"
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
