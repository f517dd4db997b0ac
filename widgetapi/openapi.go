package widgetapi

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
)

// object is a piece of the document.
type object = map[string]any

// openapiDocument makes the OpenAPI 3.0 document of the route table.
func openapiDocument(table []route) ([]byte, error) {
	schemas := schemaSet{}
	paths := object{}
	for _, rt := range table {
		path, ok := paths[rt.pattern].(object)
		if !ok {
			path = object{}
			paths[rt.pattern] = path
		}
		path[strings.ToLower(rt.method)] = schemas.operation(rt)
	}
	return json.Marshal(object{
		"openapi": "3.0.3",
		"info": object{
			"title": "Handoff visitor API", "version": "1",
			"description": "What the chat widget speaks. seq is the visitor's own numbering: 1, 2, 3, … over the events she may see, without holes.",
		},
		"paths": paths,
		"components": object{
			"schemas":         schemas,
			"securitySchemes": object{"session": object{"type": "http", "scheme": "bearer"}},
		},
	})
}

var pathParameter = regexp.MustCompile(`\{(\w+)\}`)

func (s schemaSet) operation(rt route) object {
	op := object{"operationId": rt.name, "summary": rt.summary}
	var parameters []object
	for _, m := range pathParameter.FindAllStringSubmatch(rt.pattern, -1) {
		parameters = append(parameters, object{"name": m[1], "in": "path", "required": true, "schema": object{"type": "string"}})
	}
	for _, q := range rt.queries {
		parameters = append(parameters, object{"name": q.name, "in": "query", "description": q.doc, "schema": object{"type": q.kind}})
	}
	if parameters != nil {
		op["parameters"] = parameters
	}
	if rt.who.session {
		op["security"] = []object{{"session": []string{}}}
	}
	if rt.handler.newBody != nil {
		body := reflect.TypeOf(rt.handler.newBody()).Elem()
		op["requestBody"] = object{"required": body.NumField() > 0, "content": object{"application/json": object{"schema": s.body(body)}}}
	}
	if rt.handler.form {
		op["requestBody"] = object{"required": true, "content": object{"multipart/form-data": object{"schema": object{
			"type": "object", "required": []string{"file"}, "properties": object{"file": object{"type": "string", "format": "binary"}},
		}}}}
	}
	op["responses"] = s.responses(rt)
	return op
}

func (s schemaSet) responses(rt route) object {
	failed := object{"description": "What went wrong", "content": object{"application/json": object{"schema": s.of(reflect.TypeFor[ErrorReply]())}}}
	out := object{"default": failed}
	if rt.gives.notYet {
		out[strconv.Itoa(http.StatusNotImplemented)] = failed
		return out
	}
	content := object{}
	if rt.gives.body != nil {
		content["application/json"] = object{"schema": s.of(reflect.TypeOf(rt.gives.body))}
	}
	if rt.gives.media != "" {
		content[rt.gives.media] = object{"schema": object{"type": "string"}}
	}
	done := object{"description": http.StatusText(rt.gives.status)}
	if len(content) > 0 {
		done["content"] = content
	}
	out[strconv.Itoa(rt.gives.status)] = done
	switch rt.name {
	case "say":
		out["200"] = done // the same client_id again
	case "unsubscribe":
		out["404"] = object{"description": "No link holds this code", "content": content}
	case "loader":
		out["304"] = object{"description": "Not modified"}
	}
	return out
}

// schemaSet collects the schemas of named types.
type schemaSet object

// enums are the types with few values.
var enums = map[reflect.Type][]string{
	reflect.TypeFor[conversation.Role]():        {"visitor", "bot", "agent", "system"},
	reflect.TypeFor[conversation.Phase]():       {"bot", "waiting", "agent", "offline", "closed"},
	reflect.TypeFor[conversation.CloseReason](): {"agent", "visitor", "idle", "blocked"},
}

// of is the schema of a type in replies: what has no omitempty is always there.
func (s schemaSet) of(t reflect.Type) object {
	if values, ok := enums[t]; ok {
		return object{"type": "string", "enum": values}
	}
	switch t {
	case reflect.TypeFor[markup.Tree]():
		return s.named("Tree", treeSchema)
	case reflect.TypeFor[Event]():
		return s.named("Event", func() object { return s.event() })
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Struct:
		return s.named(t.Name(), func() object { return s.structure(t, true) })
	case reflect.Slice:
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Float64:
		return object{"type": "number"}
	}
	return object{}
}

// body is the schema of a type in requests: every field may be left out, and no
// other may be there.
func (s schemaSet) body(t reflect.Type) object {
	return s.named(t.Name(), func() object { return s.structure(t, false) })
}

func (s schemaSet) structure(t reflect.Type, reply bool) object {
	properties, required := object{}, []string{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Type.Kind() == reflect.Struct && !reply {
			properties[name] = s.body(f.Type)
		} else {
			properties[name] = s.of(f.Type)
		}
		if reply && !strings.Contains(opts, "omit") {
			required = append(required, name)
		}
	}
	out := object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// event is one of the five kinds, told apart by type.
func (s schemaSet) event() object {
	var kinds []object
	for _, k := range []struct {
		name string
		data reflect.Type
	}{
		{"message", reflect.TypeFor[Message]()},
		{"edited", reflect.TypeFor[Edited]()},
		{"retracted", reflect.TypeFor[Retracted]()},
		{"state", reflect.TypeFor[State]()},
		{"rated", reflect.TypeFor[Rated]()},
	} {
		kinds = append(kinds, object{
			"type": "object", "required": []string{"type", "data"}, "additionalProperties": false,
			"properties": object{"type": object{"type": "string", "enum": []string{k.name}}, "data": s.of(k.data)},
		})
	}
	return object{"oneOf": kinds}
}

// named puts a schema under its name, once, and refers to it.
func (s schemaSet) named(name string, build func() object) object {
	if _, known := s[name]; !known {
		s[name] = object{} // a type may contain itself
		s[name] = build()
	}
	return object{"$ref": "#/components/schemas/" + name}
}

// treeSchema describes a message's content as markup writes it.
func treeSchema() object {
	text, truth := object{"type": "string"}, object{"type": "boolean"}
	block := object{
		"type": "object", "required": []string{"type"}, "additionalProperties": false,
		"properties": object{
			"type":     object{"type": "string", "enum": []string{"paragraph", "list", "code", "quote", "text", "link", "break"}},
			"children": object{"$ref": "#/components/schemas/Tree"},
			"items":    object{"type": "array", "items": object{"$ref": "#/components/schemas/Tree"}},
			"ordered":  truth, "start": object{"type": "integer"},
			"text": text, "lang": text, "url": text, "host": text,
			"bold": truth, "italic": truth, "code": truth, "strike": truth,
		},
	}
	return object{"type": "array", "items": block}
}
