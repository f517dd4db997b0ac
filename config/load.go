package config

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	yaml "github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/handoff-bot/handoff/escalation"
)

// Load reads the file at path, puts the environment twins on top and checks the
// result. env finds environment variables; os.LookupEnv in the program, a map
// in tests.
//
// The error is an [*Error] that holds everything wrong with the configuration.
// A file that cannot be read is such an error, too, and so is a shadow policy
// that does not load.
func Load(path string, env Lookup) (*File, error) {
	return whole(load(path, env, os.ReadFile))
}

// Parse is [Load] for a text. name stands for the file in messages; included
// files are looked for beside it.
func Parse(name string, data []byte, env Lookup) (*File, error) {
	return whole(parse(name, data, env, os.ReadFile))
}

// load is Load, with what is wrong with the shadow policy left in the File.
func load(path string, env Lookup, read func(string) ([]byte, error)) (*File, error) {
	data, err := read(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	return parse(path, data, env, read)
}

// whole makes an error of what is wrong with the shadow policy.
func whole(f *File, err error) (*File, error) {
	if err == nil && f.shadowErr != nil {
		return nil, f.shadowErr
	}
	return f, err
}

func unreadable(path string, err error) *Error {
	mend := "check the path and who may read the file"
	if errors.Is(err, os.ErrNotExist) {
		mend = "name the file with --config, or write one: docs/configuration.md lists every key"
	}
	return &Error{File: path, Problems: []Problem{{File: path, Message: fmt.Sprintf("the file cannot be read: %v", cause(err)), Mend: mend}}}
}

func parse(path string, data []byte, env Lookup, read func(string) ([]byte, error)) (*File, error) {
	s, err := shapeOf(reflect.TypeFor[File]())
	if err != nil {
		return nil, fmt.Errorf("read the Config types: %w", err)
	}
	e := &environ{env: env}
	b := &build{path: path, shape: s, read: read, environ: e, hash: sha256.New(), texts: texts{}}
	t := b.tree(data)
	layer := make(map[string]any)
	e.overlay(s, t.values, layer)

	f := &File{Path: path}
	t.later()
	defaults := fileDefaults(mentions("slack", t.values, layer))
	if err := merge(s, reflect.ValueOf(defaults), t.values, layer, f); err != nil {
		t.problems = append(t.problems, Problem{File: path, Message: oneLine(err)})
	}
	if f.Slack == nil {
		f.Slack = defaults.Slack // the section is there, and empty
	}
	f.resolve()
	f.Places = t.standing(f)
	b.shadowed(t, f)
	f.texts = b.texts
	f.Warnings = append(append(e.warnings, b.warnings(path)...), f.warnings()...)
	f.Includes, f.liveHash = b.includes, hex.EncodeToString(b.hash.Sum(nil))
	f.Hash = f.liveHash + f.shadowHash
	if found := b.all(t, f); len(found) > 0 {
		return nil, &Error{File: path, Problems: found}
	}
	f.Warnings = append(append(f.Warnings, b.doubts(t, f.Handoff, f.levels())...), f.shadowDoubts...)
	return f, nil
}

// doubts are what in a policy that loads can never have an effect, with their
// places.
func (b *build) doubts(t *tree, c escalation.Config, sites []string) []string {
	var out []string
	for _, p := range b.placed(t, rows("handoff", c.Doubts(sites))) {
		out = append(out, p.String())
	}
	return out
}

// levels are those of the widget keys.
func (f *File) levels() []string {
	var levels []string
	for _, k := range f.Widget.Keys {
		levels = append(levels, k.Level)
	}
	return levels
}

// mentions says whether a section is in the file or has twins in the
// environment.
func mentions(name string, file, env map[string]any) bool {
	_, there := file[name]
	for path := range env {
		there = there || strings.HasPrefix(path, name+".")
	}
	return there
}

// later refuses the sections whose feature does not exist yet.
func (t *tree) later() {
	for _, name := range []string{"privacy"} {
		if _, there := t.values[name]; there {
			t.refuse(t.places[name], name, name+" is not in this version", "remove the section")
			delete(t.values, name)
		}
	}
}

// build is the reading of one configuration with the files it includes.
type build struct {
	*environ
	path  string
	shape *shape
	read  func(string) ([]byte, error)
	hash  interface {
		Write([]byte) (int, error)
		Sum([]byte) []byte
	}
	includes []string
	texts    texts // of all files
	literal  bool  // a secret stands in the file itself
	unread   bool  // a file is not YAML
}

// tree reads the main file.
func (b *build) tree(data []byte) *tree {
	t := &tree{env: b.env, places: make(map[string]place), values: map[string]any{}}
	t.set = func(path string) bool { v, ok := b.env(EnvName(path)); return ok && v != "" }
	t.include = func(at place, key, name string, into *shape) (any, bool) {
		return b.included(t, at, key, name, into)
	}
	if v, ok := b.document(t, b.path, data, "", b.shape); ok {
		if m, ok := v.(map[string]any); ok {
			t.values = m
		}
	}
	return t
}

// document reads one YAML file into the tree.
func (b *build) document(t *tree, name string, data []byte, path string, s *shape) (any, bool) {
	b.note(name, data)
	src := newSource(name, data)
	r := &reader{tree: t, src: src, anchors: nodes{}}
	file, err := parser.ParseBytes(guard(data), 0, parser.AllowDuplicateMapKey())
	if err != nil {
		t.problems = append(t.problems, syntax(r, err))
		b.unread = true
		return nil, false
	}
	body, ok := r.only(file, path)
	if !ok || body == nil {
		return map[string]any{}, ok
	}
	v, ok := r.value(s, unwrapped(body, path), path)
	b.literal = b.literal || len(src.secret) > 0
	return v, ok
}

// note remembers a text that was read.
func (b *build) note(path string, data []byte) {
	_, _ = b.hash.Write(data) // a hash never fails
	b.texts[path] = data
}

// only is the one document of a file, nil when it is empty.
func (r *reader) only(file *ast.File, path string) (ast.Node, bool) {
	var bodies []ast.Node
	for _, d := range file.Docs {
		if d.Body != nil {
			bodies = append(bodies, d.Body)
		}
	}
	switch len(bodies) {
	case 0:
		return nil, true
	case 1:
		return bodies[0], true
	}
	r.refuse(r.at(bodies[1].GetToken()), path, "a second document begins here", "keep one document in the file: remove the ---")
	return nil, false
}

// unwrapped is what an included file holds: its list, also when the file gives it
// under the section's own name ("restricted_topics: [...]").
func unwrapped(body ast.Node, path string) ast.Node {
	m, ok := body.(*ast.MappingNode)
	if !ok || path == "" || len(m.Values) != 1 {
		return body
	}
	if name := path[strings.LastIndexByte(path, '.')+1:]; m.Values[0].Key.String() == name {
		return m.Values[0].Value
	}
	return body
}

// included reads the list of "restricted_topics: {file: topics.yaml}".
func (b *build) included(t *tree, at place, key, name string, into *shape) (any, bool) {
	full := name
	if !filepath.IsAbs(full) {
		full = filepath.Join(filepath.Dir(b.path), full)
	}
	data, err := b.read(full)
	if err != nil {
		t.refuse(at, key, fmt.Sprintf("names the file %s, which cannot be read: %v", name, cause(err)), "the path counts from the folder of "+filepath.Base(b.path))
		return nil, false
	}
	b.includes = append(b.includes, full)
	return b.document(t, full, data, key, into)
}

// warnings tells when others may read a file that holds a secret.
func (b *build) warnings(path string) []string {
	info, err := os.Stat(path)
	if !b.literal || err != nil || info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s holds a secret and others may read it (mode %04o): chmod 600 %s, or write ${NAME} and keep the secret in the environment", path, info.Mode().Perm(), path)}
}

// all collects the problems of the file, the environment and the rooms. A room
// is not heard about a key that could not be read in the first place, nor about
// anything when the file is not YAML at all.
func (b *build) all(t *tree, f *File) []Problem {
	found := append(t.problems, b.problems...)
	if b.unread {
		return tidy(found)
	}
	for _, p := range b.placed(t, f.problems()) {
		if !toldOf(p, t.problems) && !toldOf(p, b.problems) {
			found = append(found, p)
		}
	}
	return tidy(found)
}

// toldOf says that a problem's key, one around it or one below it was told of.
func toldOf(p Problem, found []Problem) bool {
	return slices.ContainsFunc(found, func(q Problem) bool { return within(p.Key, q.Key) || within(q.Key, p.Key) })
}

// within says that path is the key or stands below it.
func within(path, key string) bool {
	rest, ok := strings.CutPrefix(path, key)
	return ok && key != "" && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// placed gives problems that the rooms found their place in the file: that of
// the key, or of the nearest key around it.
func (b *build) placed(t *tree, found []Problem) []Problem {
	out := make([]Problem, 0, len(found))
	for _, p := range found {
		at := t.nearest(p.Key)
		placed := at.problem(p.Key, p.Message, p.Mend)
		if placed.File == "" {
			placed.File = b.path
		}
		out = append(out, placed)
	}
	return out
}

// nearest finds where a key stands, or the closest section or list around it.
func (t *tree) nearest(path string) place {
	for path != "" {
		if p, ok := t.places[path]; ok {
			return p
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return place{}
		}
		path = path[:cut]
	}
	return place{}
}

// syntax turns the parser's error into a Problem.
func syntax(r *reader, err error) Problem {
	var ye yaml.Error
	if !errors.As(err, &ye) {
		return Problem{File: r.src.name, Message: "this is not YAML: " + oneLine(err)}
	}
	message := strings.NewReplacer(opening, "{", closing, "}", "\t", `\t`).Replace(ye.GetMessage())
	mend := "check the indentation and the brackets around this place"
	if strings.Contains(message, `\t`) {
		mend = "indent with spaces; YAML takes no tabs"
	}
	return r.at(ye.GetToken()).problem("", "this is not YAML: "+message, mend)
}

func oneLine(err error) string {
	return strings.Join(strings.Fields(err.Error()), " ")
}
