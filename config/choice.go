package config

import (
	"reflect"

	"github.com/goccy/go-yaml/ast"
	"github.com/invopop/jsonschema"

	"github.com/handoff-bot/handoff/escalation"
)

// A choice is a key that is written as a name or, for one of the names, as a
// section that says more: `away: contact`, `away: {suggest: Call us.}`.

func isChoice(t reflect.Type) bool { return t == reflect.TypeFor[escalation.Away]() }

func choiceOf(t reflect.Type) (*shape, error) {
	s, err := sectionOf(t)
	if err != nil {
		return nil, err
	}
	s.kind = choice
	return s, nil
}

// choice reads either form. The section is a leaf for viper: it replaces the
// default as a whole.
func (r *reader) choice(s *shape, n ast.Node, path string) (any, bool) {
	if _, ok := pairs(n); !ok {
		return r.scalar(&shape{kind: text, typ: reflect.TypeFor[string]()}, n, path)
	}
	v, ok := r.section(s, n, path)
	if m, isMap := v.(map[string]any); isMap {
		return exact(m), ok
	}
	return v, ok
}

// written is a default as the file would write it.
func written(s *shape, v reflect.Value) any {
	if a, ok := v.Interface().(escalation.Away); ok && s.kind == choice {
		return a.String()
	}
	return v.Interface()
}

func choiceSchema() *jsonschema.Schema {
	more := jsonschema.NewProperties()
	more.Set(escalation.AwaySuggest, schemaOf(reflect.TypeFor[escalation.Text]()))
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{
		{Type: "string", Enum: []any{escalation.AwayContact, escalation.AwayContinues}},
		{Type: "object", Properties: more, Required: []string{escalation.AwaySuggest}, AdditionalProperties: jsonschema.FalseSchema},
	}}
}
