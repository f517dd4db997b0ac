package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A binary without cgo says at check, not only when it is started, that it
// cannot keep a SQLite file; a PostgreSQL is fine.
func TestCheckWithoutCgo(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the binary without cgo; not with -short")
	}
	dir := t.TempDir()
	binary := filepath.Join(dir, "handoff")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build without cgo: %v\n%s", err, out)
	}
	for _, c := range []struct {
		url  string
		exit int
		says []string
	}{
		{"sqlite://handoff.db", 1, []string{"storage.url", "sqlite://handoff.db", "built without cgo", "CGO_ENABLED=1", "postgres://"}},
		{"postgres://handoff@db.example.com/handoff", 0, []string{"is fine"}},
	} {
		file := filepath.Join(dir, "handoff.yaml")
		text := "storage: {url: \"" + c.url + "\"}\nwidget: {keys: [{key: pk_shop, origins: [https://www.example.com]}]}\nai: {base_url: \"offline://\"}\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), binary, "check", "-c", file)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir} // and nothing of ours
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil {
			t.Fatal(err)
		}
		if exit := cmd.ProcessState.ExitCode(); exit != c.exit {
			t.Errorf("%s: exit %d, want %d\n%s", c.url, exit, c.exit, out)
		}
		for _, w := range c.says {
			if !strings.Contains(string(out), w) {
				t.Errorf("%s: %q is not said:\n%s", c.url, w, out)
			}
		}
	}
}
