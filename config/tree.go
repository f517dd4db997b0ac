package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// exact is a table whose keys keep their case: viper folds the keys of plain
// maps, and a locale or a topic's name is not ours to fold.
type exact map[string]any

// tree is what a file says, checked against the shape of the Config types.
type tree struct {
	env      Lookup
	set      func(path string) bool // an environment twin overrides the key
	include  func(at place, key, name string, into *shape) (any, bool)
	values   map[string]any
	places   map[string]place
	problems []Problem
}

// nodes are the anchored values of a document.
type nodes = map[string]ast.Node

// reader walks one document.
type reader struct {
	*tree
	src     *source
	anchors nodes
}

func (r *reader) at(tk *token.Token) place {
	if tk == nil || tk.Position == nil {
		return place{src: r.src, line: 1, col: 1}
	}
	return place{src: r.src, line: tk.Position.Line, col: tk.Position.Column}
}

func (t *tree) refuse(at place, key, message, mend string) {
	t.problems = append(t.problems, at.problem(key, message, mend))
}

// value reads a node as the shape wants it. False means that there is nothing
// usable; the reason has been noted.
func (r *reader) value(s *shape, n ast.Node, path string) (any, bool) {
	n = r.resolve(n)
	switch s.kind {
	case section:
		return r.section(s, n, path)
	case list:
		return r.list(s, n, path)
	case table:
		return r.table(s, n, path)
	case words:
		if _, isMap := n.(ast.MapNode); isMap {
			return r.table(&shape{kind: table, typ: s.typ, elem: &shape{kind: text, typ: s.typ.Elem()}}, n, path)
		}
		return r.scalar(&shape{kind: text, typ: reflect.TypeFor[string]()}, n, path)
	case choice:
		return r.choice(s, n, path)
	case anything:
		return r.anything(n, path)
	default:
		return r.scalar(s, n, path)
	}
}

// resolve follows anchors, aliases and tags to the node that holds the value.
func (r *reader) resolve(n ast.Node) ast.Node {
	for range 16 {
		switch v := n.(type) {
		case *ast.AnchorNode:
			r.anchors[v.Name.String()] = v.Value
			n = v.Value
		case *ast.AliasNode:
			n = r.anchors[v.Value.String()]
		case *ast.TagNode:
			n = v.Value
		default:
			return n
		}
	}
	return n
}

// pairs returns the entries of a mapping.
func pairs(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch v := n.(type) {
	case *ast.MappingNode:
		return v.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{v}, true
	}
	return nil, false
}

func (r *reader) section(s *shape, n ast.Node, path string) (any, bool) {
	if isEmpty(n) {
		return map[string]any{}, true
	}
	entries, ok := pairs(n)
	if !ok {
		return nil, r.wrongKind(s, n, path)
	}
	out := make(map[string]any)
	for _, e := range entries {
		name, at, ok := r.key(e, path)
		if !ok {
			continue
		}
		p := join(path, name)
		f := s.field(name)
		if f == nil {
			r.unknown(at, s, path, name)
			continue
		}
		if !r.first(p, at) {
			continue
		}
		if f.secret {
			r.hideBelow(e.Value)
		}
		if v, ok := r.value(f.shape, e.Value, p); ok {
			out[name] = v
		}
	}
	return out, true
}

// key returns a mapping entry's name.
func (r *reader) key(e *ast.MappingValueNode, path string) (string, place, bool) {
	tk := e.Key.GetToken()
	at := r.at(tk)
	if _, merge := e.Key.(*ast.MergeKeyNode); merge {
		r.refuse(at, path, "has a merge key (<<), which is not read here", "write the keys out")
		return "", at, false
	}
	if s, ok := e.Key.(*ast.StringNode); ok {
		return s.Value, at, true
	}
	return strings.TrimSpace(tk.Value), at, true
}

// first notes where a key stands and refuses its second appearance.
func (r *reader) first(path string, at place) bool {
	if was, again := r.places[path]; again && was.line > 0 {
		r.refuse(at, path, fmt.Sprintf("stands here a second time; the first is in line %d", was.line), "keep one of the two")
		return false
	}
	r.places[path] = at
	return true
}

func (r *reader) unknown(at place, s *shape, path, name string) {
	where := "at the top of the file"
	if path != "" {
		where = "in " + path
	}
	mend := "known keys: " + strings.Join(s.names(), ", ")
	if near := nearest(name, s.names()); near != "" {
		mend = "did you mean " + near + "?"
	}
	r.refuse(at, join(path, name), fmt.Sprintf("there is no key %q %s", name, where), mend)
}

func (r *reader) list(s *shape, n ast.Node, path string) (any, bool) {
	if isEmpty(n) {
		return []any{}, true
	}
	if name, at, ok := r.fileOf(s, n, path); ok {
		return r.include(at, path, name, s)
	}
	if isShort(s, n) {
		return r.scalar(&shape{kind: text, typ: reflect.TypeFor[string]()}, n, path)
	}
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		return nil, r.wrongKind(s, n, path)
	}
	out := make([]any, 0, len(seq.Values))
	for i, item := range seq.Values {
		p := fmt.Sprintf("%s[%d]", path, i)
		if item == nil {
			r.refuse(r.at(seq.Start), p, "has no value", "remove the line or give it one")
			continue
		}
		r.places[p] = r.at(item.GetToken())
		if entries, ok := pairs(r.resolve(item)); ok && len(entries) > 0 {
			r.places[p] = r.at(entries[0].Key.GetToken())
		}
		if v, ok := r.value(s.elem, item, p); ok {
			out = append(out, v)
		}
	}
	return out, true
}

// isShort says that a list type of a room's own (times of day, say) is written
// as one text, which the room takes apart.
func isShort(s *shape, n ast.Node) bool {
	_, isText := n.(*ast.StringNode)
	return isText && s.typ.Name() != "" && s.elem.kind == text
}

// fileOf reads "file: NAME" in the place of a list of sections.
func (r *reader) fileOf(s *shape, n ast.Node, path string) (string, place, bool) {
	entries, ok := pairs(n)
	if !ok || len(entries) != 1 || s.elem.kind != section || r.include == nil {
		return "", place{}, false
	}
	name, at, _ := r.key(entries[0], path)
	value, isText := r.resolve(entries[0].Value).(*ast.StringNode)
	if name != "file" || !isText {
		return "", place{}, false
	}
	return value.Value, at, true
}

func (r *reader) table(s *shape, n ast.Node, path string) (any, bool) {
	if isEmpty(n) {
		return exact{}, true
	}
	entries, ok := pairs(n)
	if !ok {
		return nil, r.wrongKind(s, n, path)
	}
	out := make(exact)
	for _, e := range entries {
		name, at, ok := r.key(e, path)
		if !ok || !r.first(join(path, name), at) {
			continue
		}
		if v, ok := r.value(s.elem, e.Value, join(path, name)); ok {
			out[name] = v
		}
	}
	return out, true
}

// anything reads a node whose shape the room does not fix.
func (r *reader) anything(n ast.Node, path string) (any, bool) {
	free := &shape{kind: anything, typ: reflect.TypeFor[any]()}
	if _, ok := pairs(n); ok {
		return r.table(&shape{kind: table, typ: reflect.TypeFor[exact](), elem: free}, n, path)
	}
	if _, ok := n.(*ast.SequenceNode); ok {
		return r.list(&shape{kind: list, typ: reflect.TypeFor[[]any](), elem: free}, n, path)
	}
	switch v := n.(type) {
	case *ast.BoolNode:
		return v.Value, true
	case *ast.IntegerNode, *ast.FloatNode:
		return r.scalar(&shape{kind: number, typ: reflect.TypeFor[float64]()}, n, path)
	}
	return r.scalar(&shape{kind: text, typ: reflect.TypeFor[string]()}, n, path)
}

func isEmpty(n ast.Node) bool {
	_, null := n.(*ast.NullNode)
	return n == nil || null
}

// scalar reads text, a flag, a number or a duration.
func (r *reader) scalar(s *shape, n ast.Node, path string) (any, bool) {
	if isEmpty(n) {
		r.refuse(r.places[path], path, "has no value", "remove the line or give it one")
		return nil, false
	}
	at := r.at(n.GetToken())
	raw, plain, ok := r.rawText(n, path)
	if !ok {
		return nil, r.wrongKind(s, n, path)
	}
	if s.kind == text && plain {
		r.refuse(at, path, "wants text, and this is "+describe(n), "put it in quotes")
		return nil, false
	}
	if s.kind != text && !plain && raw == n.GetToken().Value && !isQuotable(s) {
		return nil, r.wrongKind(s, n, path)
	}
	v, err := convert(s, raw)
	if err != nil {
		r.refuse(at, path, "wants "+string(s.kind)+", and this is "+describe(n), "")
		return nil, false
	}
	return v, true
}

// isQuotable says that YAML writes the value as text.
func isQuotable(s *shape) bool { return s.kind == duration }

// rawText returns a scalar's text with its variables replaced. plain is true for
// numbers and flags.
func (r *reader) rawText(n ast.Node, path string) (raw string, plain, ok bool) {
	switch v := n.(type) {
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode:
		return n.GetToken().Value, true, true
	case *ast.StringNode:
		return r.expanded(v.Value, r.at(v.GetToken()), path), false, true
	case *ast.LiteralNode:
		return r.expanded(v.Value.Value, r.at(v.GetToken()), path), false, true
	}
	return "", false, false
}

func (r *reader) expanded(s string, at place, path string) string {
	out, _, missing := expand(s, r.env)
	if r.set != nil && r.set(path) {
		return out
	}
	for _, name := range missing {
		r.refuse(at, path, fmt.Sprintf("the environment variable %s is not set", name), "set it, or set "+EnvName(path)+" instead")
	}
	return out
}

func (r *reader) wrongKind(s *shape, n ast.Node, path string) bool {
	at := r.places[path]
	if n != nil {
		at = r.at(n.GetToken())
		if entries, ok := pairs(n); ok && len(entries) > 0 {
			at = r.at(entries[0].Key.GetToken())
		}
	}
	mend := ""
	if s.kind == list && !isEmpty(n) {
		mend = "write [one, two], or one line per entry that begins with a dash"
	}
	r.refuse(at, path, "wants "+string(s.kind)+", and this is "+describe(n), mend)
	return false
}

func describe(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a section"
	case *ast.SequenceNode:
		return "a list"
	case *ast.BoolNode:
		return "true or false"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	case *ast.StringNode, *ast.LiteralNode:
		return "text"
	}
	return "nothing"
}

// hideBelow keeps the lines of a secret value out of excerpts.
func (r *reader) hideBelow(n ast.Node) {
	switch v := r.resolve(n).(type) {
	case *ast.SequenceNode:
		for _, item := range v.Values {
			r.hideBelow(item)
		}
	case *ast.StringNode:
		if !strings.Contains(v.Value, "$"+opening) {
			at := r.at(v.GetToken())
			r.src.secret[at.line] = at.col
		}
	}
}

// convert reads a scalar from text, as the environment and expanded variables
// give it.
func convert(s *shape, raw string) (any, error) {
	switch s.kind {
	case text, words, choice:
		return raw, nil
	case flag:
		return strconv.ParseBool(raw)
	case integer:
		return strconv.ParseInt(strings.ReplaceAll(raw, "_", ""), 0, 64)
	case number:
		return strconv.ParseFloat(raw, 64)
	case duration:
		if raw == "0" {
			return time.Duration(0), nil
		}
		return time.ParseDuration(raw)
	default:
		return nil, fmt.Errorf("cannot be read from text")
	}
}
