// Package house checks the house rules that a compiler does not: how long a
// file and a function may be, who may import whom, and which names a package
// must not have. It reads the sources, so it needs no linter.
package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	root    = "../.."
	module  = "github.com/handoff-bot/handoff/"
	maxFile = 400
	maxFunc = 60
)

// source is one Go file of the repository. Path is relative to its root.
type source struct {
	path  string
	pkg   string // the folder
	test  bool
	lines int
	file  *ast.File
	set   *token.FileSet
}

// sources parses every Go file of the repository.
func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata" || name == "bin") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		out = append(out, source{
			path: rel, pkg: filepath.ToSlash(filepath.Dir(rel)), test: strings.HasSuffix(name, "_test.go"),
			lines: set.File(file.Pos()).LineCount(), file: file, set: set,
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) == 0 {
		t.Fatal("no Go files found")
	}
	return out
}

// LineCount counts the empty string after the last newline, too.
func TestFilesFit(t *testing.T) {
	for _, s := range sources(t) {
		if n := s.lines - 1; n > maxFile && !ast.IsGenerated(s.file) {
			t.Errorf("%s has %d lines, want at most %d: split it by question", s.path, n, maxFile)
		}
	}
}

func TestFunctionsFit(t *testing.T) {
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			from, to := s.set.Position(f.Body.Lbrace).Line, s.set.Position(f.Body.Rbrace).Line
			if n := to - from - 1; n > maxFunc {
				t.Errorf("%s: %s has %d lines, want at most %d", s.path, f.Name.Name, n, maxFunc)
			}
		}
	}
}

func TestNoInitAndNoShelfPackages(t *testing.T) {
	shelves := map[string]bool{"models": true, "model": true, "types": true, "utils": true, "util": true, "common": true, "helpers": true}
	for _, s := range sources(t) {
		if shelves[s.file.Name.Name] {
			t.Errorf("%s: package %s; name it after what it provides", s.path, s.file.Name.Name)
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s has an init function", s.path)
			}
		}
	}
}

// Every package says what it is, once.
func TestPackagesOpenWithAComment(t *testing.T) {
	said := make(map[string]bool)
	for _, s := range sources(t) {
		if _, known := said[s.pkg]; !known && !s.test {
			said[s.pkg] = false
		}
		if s.file.Doc != nil && !s.test {
			said[s.pkg] = true
		}
	}
	for pkg, ok := range said {
		if !ok {
			t.Errorf("package %s has no comment", pkg)
		}
	}
}

// The widget's source and its tests are held to the same length.
func TestTypeScriptFilesFit(t *testing.T) {
	files := 0
	err := filepath.WalkDir(root+"/widget", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "dist") {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".ts" && filepath.Ext(path) != ".tsx" {
			return nil
		}
		text, err := os.ReadFile(path)
		files++
		if n := strings.Count(string(text), "\n"); n > maxFile {
			t.Errorf("%s has %d lines, want at most %d: split it by question", path, n, maxFile)
		}
		return err
	})
	if err != nil || files == 0 {
		t.Fatalf("%d TypeScript files: %v", files, err)
	}
}
