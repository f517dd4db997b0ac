package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// names shortens the property names that are the widget's own. All modules share
// one, because they hand each other objects.
type names struct {
	// pattern matches the names that may be shortened; empty for none.
	pattern string
	// given maps each name met so far to its short one.
	given map[string]any
}

// shortNames reads build/names.txt, which names.mjs derives from the types.
func shortNames(dir string) (*names, error) {
	text, err := os.ReadFile(filepath.Join(dir, "build/names.txt"))
	if err != nil {
		return nil, fmt.Errorf("reading the widget's own names: %w", err)
	}
	return &names{pattern: "^(?:" + strings.Join(strings.Fields(string(text)), "|") + ")$", given: map[string]any{}}, nil
}
