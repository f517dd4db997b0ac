package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLoadPolicy(t *testing.T) {
	none := func(string) (string, bool) { return "", false }
	for name, c := range map[string]struct{ text, want string }{
		"the section alone": {"handoff: {level: quick}\n", ""},
		"a whole file":      {"widget: {keys: [{key: pk_shop, origins: [https://www.example.com]}]}\nai: {base_url: \"offline://\"}\nhandoff: {level: quick}\n", ""},
		"with a shadow":     {"handoff: {level: quick, shadow: none.yaml}\n", ""},
		"a wrong level":     {"handoff:\n  level: loud\n", "x.yaml:2:3"},
		"no section":        {"ai: {base_url: \"offline://\"}\n", "no section handoff"},
		"no YAML":           {"handoff: [", "x.yaml:1"},
	} {
		path := filepath.Join(t.TempDir(), "x.yaml")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := LoadPolicy(path, none)
		switch {
		case c.want == "" && (err != nil || p.Level != "quick"):
			t.Errorf("%s: %+v, %v", name, p, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := LoadPolicy("nowhere.yaml", none); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("no file: %v", err)
	}
}
