package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
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

// settle gives out the names before anything is bundled, most used first: the
// shortest go to what the panel says most often, and not to the words of a language,
// which are said once.
func (n *names) settle(dir string) error {
	for _, name := range []string{"panel", "loader", "team"} {
		if _, err := compile(dir, "src/"+name+".ts", api.FormatESModule, nil, n, apart(name)); err != nil {
			return fmt.Errorf("naming what %s says: %w", name, err)
		}
	}
	return nil
}
