package uitest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// checks is how many there are.
const checks = 112

// leftOut are checks that there will not be, each with its reason.
var leftOut = map[int]string{}

// maxLeftOut is how many reasons we accept.
const maxLeftOut = 6

// TestEveryCheckIsThere reads the test functions of this package: each number is a
// check, or open, or left out, and nowhere twice.
func TestEveryCheckIsThere(t *testing.T) {
	places := make(map[int][]string)
	for name, file := range testFunctions(t) {
		n := 0
		if found := regexp.MustCompile(`^TestUI(\d{3})_[A-Z]`).FindStringSubmatch(name); found != nil {
			n, _ = strconv.Atoi(found[1])
		}
		if n < 1 || n > checks {
			t.Errorf("%s: %s is no check: its number is three digits, 001 to %d", file, name, checks)
			continue
		}
		places[n] = append(places[n], name)
	}
	for n, file := range open(t) {
		places[n] = append(places[n], file)
	}
	for n, why := range leftOut {
		if why == "" {
			t.Errorf("leftOut: %d has no reason", n)
		}
		places[n] = append(places[n], "leftOut")
	}
	for n := 1; n <= checks; n++ {
		if len(places[n]) != 1 {
			t.Errorf("check %d stands in %v, want one place", n, places[n])
		}
	}
	if len(leftOut) > maxLeftOut {
		t.Errorf("left out: %d, want at most %d", len(leftOut), maxLeftOut)
	}
}

// open are the checks that are still to be written, one number a line in the files
// of testdata/open. Who writes one takes its number out.
func open(t *testing.T) map[int]string {
	t.Helper()
	files, err := filepath.Glob("testdata/open/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[int]string)
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for word := range strings.FieldsSeq(string(raw)) {
			n, err := strconv.Atoi(word)
			if err != nil || n < 1 || n > checks || out[n] != "" {
				t.Errorf("%s: %q is not the number of a check, or stands twice", f, word)
			}
			out[n] = f
		}
	}
	return out
}

// testFunctions are the functions called TestUI…, each with its file.
func testFunctions(t *testing.T) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]string)
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "TestUI") {
				out[f.Name.Name] = e.Name()
			}
		}
	}
	return out
}
