package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/parser"
)

// Lookup finds an environment variable, like os.LookupEnv.
type Lookup func(name string) (value string, ok bool)

// envPrefix leads the environment twins of all keys.
const envPrefix = "HANDOFF_"

var (
	indexed = regexp.MustCompile(`\[(\d+)\]`)
	entryOf = regexp.MustCompile(`\[\d+\]$`)
)

// EnvName returns the environment twin of a key: HANDOFF_SLACK_BOT_TOKEN for
// slack.bot_token, HANDOFF_WIDGET_KEYS_0_KEY for widget.keys[0].key. An entry of
// a list of texts has the list's.
func EnvName(path string) string {
	path = entryOf.ReplaceAllString(path, "")
	path = indexed.ReplaceAllString(path, "_$1")
	return envPrefix + strings.ToUpper(strings.ReplaceAll(path, ".", "_"))
}

// environ is the environment as a layer of configuration. An empty variable
// counts as not set.
type environ struct {
	env      Lookup
	warnings []string
	problems []Problem
}

// twin returns the value of a key's environment twin, or of the file that
// NAME_FILE names when the key is a secret.
func (e *environ) twin(path string, secret bool) (string, bool) {
	name := EnvName(path)
	if v, ok := e.env(name); ok && v != "" {
		return v, true
	}
	if !secret {
		return "", false
	}
	file, ok := e.env(name + "_FILE")
	if !ok || file == "" {
		return "", false
	}
	return e.secretFile(name+"_FILE", path, file)
}

func (e *environ) secretFile(name, path, file string) (string, bool) {
	data, err := os.ReadFile(file)
	if err != nil {
		e.problems = append(e.problems, Problem{Key: path, Message: fmt.Sprintf("%s names %s, which cannot be read: %v", name, file, cause(err)), Mend: "check the path and who may read the file"})
		return "", false
	}
	if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o077 != 0 {
		e.warnings = append(e.warnings, fmt.Sprintf("%s holds %s and others may read it (mode %04o): chmod 600 %s", file, path, info.Mode().Perm(), file))
	}
	return strings.TrimSpace(string(data)), true
}

func cause(err error) error {
	var perr *fs.PathError
	if errors.As(err, &perr) {
		return perr.Err
	}
	return err
}

// read turns a twin's text into a value of the shape. A list of texts is
// written with commas; every other list or table as YAML: [{key: pk_shop}].
func (e *environ) read(s *shape, path, raw string) (any, bool) {
	name := EnvName(path)
	switch s.kind {
	case list, table, anything:
		if s.kind == list && (s.elem.kind == text || s.elem.kind == words) && !strings.HasPrefix(strings.TrimSpace(raw), "[") {
			return commas(raw), true
		}
		return e.readYAML(s, path, name, raw)
	case words, choice:
		if strings.HasPrefix(strings.TrimSpace(raw), "{") {
			return e.readYAML(s, path, name, raw)
		}
	default:
	}
	v, err := convert(s, raw)
	if err != nil {
		e.problems = append(e.problems, Problem{Key: path, Message: fmt.Sprintf("%s wants %s", name, s.kind)})
		return nil, false
	}
	return v, true
}

func commas(raw string) []any {
	out := []any{}
	for part := range strings.SplitSeq(raw, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// readYAML reads a value written in YAML. What is wrong with it is told with
// the variable's name in the place of the file's, and without the text.
func (e *environ) readYAML(s *shape, path, name, raw string) (any, bool) {
	file, err := parser.ParseBytes([]byte(raw), 0)
	if err != nil || len(file.Docs) != 1 || file.Docs[0].Body == nil {
		e.problems = append(e.problems, Problem{Key: path, Message: fmt.Sprintf("%s is not valid YAML", name), Mend: "write " + string(s.kind) + " on one line, such as [one, two]"})
		return nil, false
	}
	t := &tree{env: e.env, places: make(map[string]place)}
	r := &reader{tree: t, src: newSource(name, nil), anchors: nodes{}}
	v, ok := r.value(s, file.Docs[0].Body, path)
	for _, p := range t.problems {
		p.File, p.Line, p.Col, p.Excerpt = name, 0, 0, ""
		e.problems = append(e.problems, p)
	}
	return v, ok && len(t.problems) == 0
}

// overlay reads the twins of every key below s into out, by path. Lists of
// sections also have twins by number; those change file's own lists.
func (e *environ) overlay(s *shape, file map[string]any, out map[string]any) {
	for _, l := range s.leaves("") {
		if raw, ok := e.twin(l.path, l.secret); ok {
			if v, ok := e.read(l.shape, l.path, raw); ok {
				out[l.path] = v
			}
			continue
		}
		if l.shape.kind == list && l.shape.elem.kind == section {
			e.numbered(l, file, out)
		}
	}
}

// numbered reads HANDOFF_WIDGET_KEYS_0_KEY and its like: entries the file has,
// and new ones after them for as long as a variable is set.
func (e *environ) numbered(l leaf, file map[string]any, out map[string]any) {
	have, _ := at(file, l.path).([]any)
	list, changed := append([]any(nil), have...), false
	for i := 0; ; i++ {
		entry := make(map[string]any)
		if i < len(have) {
			old, ok := have[i].(map[string]any)
			if !ok {
				return
			}
			entry = old
		}
		set := e.entry(l.shape.elem, fmt.Sprintf("%s[%d]", l.path, i), entry)
		changed = changed || set
		if i >= len(have) {
			if !set {
				break
			}
			list = append(list, entry)
		}
	}
	if changed {
		out[l.path] = list
	}
}

// entry sets the twins of one list entry and says whether there were any.
func (e *environ) entry(s *shape, path string, into map[string]any) bool {
	set := false
	for _, l := range s.leaves("") {
		p := path + "." + l.path
		raw, ok := e.twin(p, l.secret)
		if !ok {
			continue
		}
		if v, ok := e.read(l.shape, p, raw); ok {
			put(into, l.path, v)
			set = true
		}
	}
	return set
}

// at finds a value by path in nested sections.
func at(m map[string]any, path string) any {
	name, rest, deeper := strings.Cut(path, ".")
	v := m[name]
	if !deeper {
		return v
	}
	inner, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	return at(inner, rest)
}

// put sets a value by path in nested sections.
func put(m map[string]any, path string, v any) {
	name, rest, deeper := strings.Cut(path, ".")
	if !deeper {
		m[name] = v
		return
	}
	inner, ok := m[name].(map[string]any)
	if !ok {
		inner = make(map[string]any)
		m[name] = inner
	}
	put(inner, rest, v)
}
