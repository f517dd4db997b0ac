package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/handoff-bot/handoff/escalation"
)

// The key handoff.shadow names the file of a policy that decides beside the live
// one. It is a whole handoff.yaml, or one with nothing but the section handoff:
// only that section is read, with the same environment, as if the file stood in
// the place of the live one.

const shadowKey = "handoff.shadow"

const shadowOfShadow = "stands in a file that is a shadow itself"

// shadowed reads the shadow's file into f.Shadow. What is wrong with it is kept
// apart from what is wrong with the file itself: see [Watcher].
func (b *build) shadowed(t *tree, f *File) {
	if f.Handoff.Shadow == "" {
		return
	}
	full := f.Handoff.Shadow
	if !filepath.IsAbs(full) {
		full = filepath.Join(filepath.Dir(b.path), full)
	}
	f.shadowPath = full
	data, err := b.read(full)
	b.includes = append(b.includes, full)
	if err != nil {
		at := t.nearest(shadowKey)
		p := at.problem(shadowKey, fmt.Sprintf("names the file %s, which cannot be read: %v", f.Handoff.Shadow, cause(err)),
			"write the file, or remove the key; the path counts from the folder of "+filepath.Base(b.path))
		f.shadowErr = &Error{File: full, Problems: []Problem{p}}
		return
	}
	s := &build{path: full, shape: b.shape, read: b.read, environ: &environ{env: b.env}, hash: sha256.New(), texts: b.texts}
	policy, problems, places := s.policy(data)
	b.includes = append(b.includes, s.includes...)
	f.shadowHash = hex.EncodeToString(s.hash.Sum(nil))
	if len(problems) > 0 {
		f.shadowErr = &Error{File: full, Problems: problems}
		return
	}
	f.Shadow, f.shadowDoubts = policy, s.doubts(places, *policy, f.levels())
}

// policy reads the section handoff of a file, and nothing else of it.
func (b *build) policy(data []byte) (*escalation.Config, []Problem, *tree) {
	t := &tree{env: b.env, places: make(map[string]place), values: map[string]any{}}
	t.set = func(path string) bool { v, ok := b.env(EnvName(path)); return ok && v != "" }
	t.include = func(at place, key, name string, into *shape) (any, bool) {
		return b.included(t, at, key, name, into)
	}
	if !b.onlyHandoff(t, data) {
		return nil, tidy(t.problems), t
	}
	s := &shape{kind: section, typ: b.shape.typ, fields: []field{*b.shape.field("handoff")}}
	layer := make(map[string]any)
	b.overlay(s, t.values, layer)
	delete(layer, shadowKey)
	var f File
	if err := merge(s, reflect.ValueOf(File{Handoff: escalation.Defaults()}), t.values, layer, &f); err != nil {
		t.problems = append(t.problems, Problem{File: b.path, Message: oneLine(err)})
	}
	found := append(slices.Clone(t.problems), b.problems...)
	if f.Handoff.Shadow != "" {
		found = append(found, b.placed(t, []Problem{{Key: shadowKey, Message: shadowOfShadow, Mend: "remove it: a shadow has no shadow"}})...)
	}
	for _, p := range b.placed(t, rows("handoff", f.Handoff.Problems())) {
		if !toldOf(p, t.problems) && !toldOf(p, b.problems) {
			found = append(found, p)
		}
	}
	return &f.Handoff, tidy(found), t
}

// onlyHandoff reads the section handoff of a document into the tree.
func (b *build) onlyHandoff(t *tree, data []byte) bool {
	b.note(b.path, data)
	r := &reader{tree: t, src: newSource(b.path, data), anchors: nodes{}}
	file, err := parser.ParseBytes(guard(data), 0, parser.AllowDuplicateMapKey())
	if err != nil {
		t.problems = append(t.problems, syntax(r, err))
		return false
	}
	body, ok := r.only(file, "")
	if !ok {
		return false
	}
	var entries []*ast.MappingValueNode
	if body != nil {
		entries, _ = pairs(r.resolve(body))
	}
	for _, e := range entries {
		name, at, ok := r.key(e, "")
		switch f := b.shape.field(name); {
		case !ok:
		case f == nil:
			r.unknown(at, b.shape, "", name)
		case name == "handoff" && r.first(name, at):
			if v, ok := r.value(f.shape, e.Value, name); ok {
				t.values[name] = v
			}
		}
	}
	if _, there := r.places["handoff"]; !there && len(t.problems) == 0 {
		t.problems = append(t.problems, Problem{File: b.path, Key: "handoff", Message: "the file has no section handoff, so there is no policy to try", Mend: "write the policy below handoff:, as in handoff.yaml"})
	}
	return len(t.problems) == 0 || t.values["handoff"] != nil
}
