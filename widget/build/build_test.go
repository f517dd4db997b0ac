package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
)

// built is what the source makes now; the tests share it.
var built = sync.OnceValues(func() (map[string][]byte, error) { return bundle("..") })

func build(t *testing.T) map[string][]byte {
	t.Helper()
	files, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestDistIsFresh(t *testing.T) {
	files := build(t)
	committed, err := os.ReadDir("../dist")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(committed), len(files); got != want {
		t.Errorf("files in dist: got %d, want %d", got, want)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", "dist", name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("dist/%s is stale (%v): run go run ./widget/build", name, err)
		}
	}
}

// What a strict content security policy or Trusted Types would stop must not be
// in the bundle at all.
func TestBundleParsesNoMarkupAndEvaluatesNoText(t *testing.T) {
	forbidden := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|DOMParser|srcdoc|document\.write|\beval\(|new Function|setAttribute\("style"|document\.cookie|sourceMappingURL`)
	for name, body := range build(t) {
		if found := forbidden.Find(body); found != nil {
			t.Errorf("%s holds %q", name, found)
		}
	}
}

func TestInEm(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a{width:56px}", "a{width:3.5em}"},
		{"a{border:1px solid}", "a{border:1px solid}"},
		{"a{margin:-4px 0px 8px}", "a{margin:-0.25em 0px 0.5em}"},
		{"a{font-size:12px;line-height:16px}", "a{font-size:0.75em;line-height:1.333em}"},
		{"@media (max-width:480px){a{width:32px}}", "@media (max-width:480px){a{width:2em}}"},
	} {
		if got := inEm(c.in); got != c.want {
			t.Errorf("inEm(%q): got %q, want %q", c.in, got, c.want)
		}
	}
}
