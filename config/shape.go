package config

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// kind is what a key's value looks like in the file.
type kind string

const (
	text     kind = "text"
	flag     kind = "true or false"
	integer  kind = "a whole number"
	number   kind = "a number"
	duration kind = "a time such as 30s, 5m or 72h"
	words    kind = "text, or texts by locale"
	choice   kind = "a name, or a section"
	list     kind = "a list"
	section  kind = "a section"
	table    kind = "a table of names and values"
	anything kind = "anything"
)

// shape is a Config type as the file sees it.
type shape struct {
	kind   kind
	typ    reflect.Type
	fields []field // of a section
	elem   *shape  // of a list or a table
}

// field is one key of a section.
type field struct {
	name   string
	doc    string
	secret bool
	index  int // of the struct field
	shape  *shape
}

// shapeOf reads the tags of a Config type. The types are the program's own, so
// a type that cannot be written in YAML is a programming error and is returned
// as one.
func shapeOf(t reflect.Type) (*shape, error) {
	switch {
	case t.Kind() == reflect.Pointer:
		return shapeOf(t.Elem())
	case t == reflect.TypeFor[time.Duration]():
		return &shape{kind: duration, typ: t}, nil
	case t == reflect.TypeFor[Later]():
		return &shape{kind: anything, typ: t}, nil
	case isWords(t):
		return &shape{kind: words, typ: t}, nil
	case isChoice(t):
		return choiceOf(t)
	}
	switch t.Kind() {
	case reflect.String:
		return &shape{kind: text, typ: t}, nil
	case reflect.Bool:
		return &shape{kind: flag, typ: t}, nil
	case reflect.Int, reflect.Int64, reflect.Int32:
		return &shape{kind: integer, typ: t}, nil
	case reflect.Float64:
		return &shape{kind: number, typ: t}, nil
	case reflect.Interface:
		return &shape{kind: anything, typ: t}, nil
	case reflect.Slice, reflect.Map:
		return nested(t)
	case reflect.Struct:
		return sectionOf(t)
	default:
		return nil, fmt.Errorf("%v has no form in YAML", t)
	}
}

// isWords says that a value of the type is a text or a map of texts by locale:
// the rooms call such a type Text.
func isWords(t reflect.Type) bool {
	return t.Kind() == reflect.Map && t.Name() == "Text" && t.Elem().Kind() == reflect.String
}

func nested(t reflect.Type) (*shape, error) {
	elem, err := shapeOf(t.Elem())
	if err != nil {
		return nil, err
	}
	k := list
	if t.Kind() == reflect.Map {
		k = table
	}
	return &shape{kind: k, typ: t, elem: elem}, nil
}

func sectionOf(t reflect.Type) (*shape, error) {
	s := &shape{kind: section, typ: t}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "-" || name == "" {
			continue
		}
		inner, err := shapeOf(f.Type)
		if err != nil {
			return nil, fmt.Errorf("%v.%s: %w", t, f.Name, err)
		}
		s.fields = append(s.fields, field{name: name, doc: f.Tag.Get("doc"), secret: isSecret(name), index: i, shape: inner})
	}
	return s, nil
}

// isSecret says by its name that a key's value must not be shown.
func isSecret(name string) bool {
	for _, end := range []string{"_token", "_secret", "api_key"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return name == "secret" || name == "smtp"
}

// field returns the field called name, or nil.
func (s *shape) field(name string) *field {
	for i := range s.fields {
		if s.fields[i].name == name {
			return &s.fields[i]
		}
	}
	return nil
}

// names lists the keys of a section.
func (s *shape) names() []string {
	out := make([]string, 0, len(s.fields))
	for _, f := range s.fields {
		out = append(out, f.name)
	}
	return out
}

// leaf is a key that holds a value rather than further keys. Lists and tables
// are leaves: they are replaced as a whole.
type leaf struct {
	path   string
	doc    string
	secret bool
	shape  *shape
}

// leaves lists the keys below s with their paths.
func (s *shape) leaves(path string) []leaf {
	var out []leaf
	for _, f := range s.fields {
		p := join(path, f.name)
		if f.shape.typ == reflect.TypeFor[Later]() {
			continue
		}
		if f.shape.kind == section {
			out = append(out, f.shape.leaves(p)...)
			continue
		}
		out = append(out, leaf{path: p, doc: f.doc, secret: f.secret, shape: f.shape})
	}
	return out
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
