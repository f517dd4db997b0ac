package config

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	yaml "github.com/goccy/go-yaml"
)

// later lists the keys of the contract's sample that this version refuses by
// name, with the sample's own values.
func later() []string {
	return []string{
		"knowledge[1].url",
		"privacy.redact", "privacy.retention_days",
	}
}

// other gives keys whose value in the sample is the default, or means "not
// set", a value that shows an effect. A value of "later" is refused by name.
func other() map[string]any {
	return map[string]any{
		"server.addr": ":9999", "server.admin_addr": "127.0.0.1:9999", "server.trusted_proxies": []any{"10.0.0.0/8"},
		"storage.url": "sqlite://other.db", "storage.files": "file://elsewhere", "limits": map[string]any{"streams": 7},
		"widget.keys[0].level": "quick", "widget.keys[0].identity_secret": []any{"0123456789abcdef0123456789abcdef"}, "widget.greeting": "Hello.", "widget.locale": "de", "widget.accent": "#112233",
		"ai.base_url": "http://127.0.0.1:1/v1", "ai.model": "other", "ai.triage_model": "x", "ai.embedding_model": "x", "ai.timeout": "30s",
		"ai.budget.day": 3, "ai.budget.visitor_day": 1.25, "ai.budget.currency": "EUR", "ai.budget.price.in": 1, "ai.budget.price.out": 3,
		"slack.mode": "http", "slack.agents": []any{"U0MAYA"}, "slack.admins": []any{"U0SAM"}, "slack.admin_channel": "C0ADMIN",
		"slack.relay": "group", "slack.note_prefixes": []any{"##"}, "slack.show_agent": "team", "slack.visitor_names": false,
		"slack.api_url": "http://127.0.0.1:1/api/", "slack.ping_interval": "10s",
		"handoff.level": "quick", "handoff.notify": "none", "handoff.ask_in_words": false,
		"handoff.human_button.after_answers": 5, "handoff.human_button.strict": true,
		"handoff.routing.duty": "manual", "handoff.routing.mode": "assign", "handoff.away": "ai_continues",
		"webhooks.on_close": "https://crm.example.com/hook", "webhooks.secret": "0123456789abcdef",
		"mail.smtp": "smtp://u:p@mail.example.com", "mail.from": "support@example.com",
		"handoff.reopen_within": "1h", "handoff.idle_close": "1h",
	}
}

// laterValues are the keys of other whose value there is refused by name.
func laterValues() []string {
	return []string{"ai.embedding_model"}
}

// Nothing of the sample is accepted and ignored: each key, alone in the
// smallest file it can stand in, arrives in the Config value or is refused by
// name.
func TestContractKeyByKey(t *testing.T) {
	keys := contractKeys(t)
	if len(keys) < 90 {
		t.Fatalf("%d keys in the sample", len(keys))
	}
	for _, k := range keys {
		t.Run(k.path, func(t *testing.T) {
			value, changed := other()[k.path]
			if !changed {
				value = k.value
			}
			text := alone(t, k.path, value)
			f, err := Parse("handoff.yaml", text, contractEnv)
			refused := slices.Contains(later(), k.path) || slices.Contains(laterValues(), k.path)
			if refused {
				section, _, _ := strings.Cut(strings.ReplaceAll(k.path, "[", "."), ".")
				if err == nil || !strings.Contains(err.Error(), "not in this version") || !strings.Contains(err.Error(), section) {
					t.Fatalf("err = %v, want it refused by name; the file:\n%s", err, text)
				}
				return
			}
			if err != nil {
				t.Fatalf("%v\n\nthe file:\n%s", err, text)
			}
			checkEffect(t, f, k.path, value)
		})
	}
}

// checkEffect compares the value in the file with the one in the Config, and
// that with the default.
func checkEffect(t *testing.T, f *File, path string, value any) {
	t.Helper()
	if path == "limits" {
		if f.Limits.Streams != 7 {
			t.Errorf("limits.streams = %d, want 7", f.Limits.Streams)
		}
		return
	}
	if s, ok := value.(string); ok && path != "knowledge[0].path" {
		value = variable.ReplaceAllStringFunc(s, func(m string) string { v, _ := contractEnv(variable.FindStringSubmatch(m)[2]); return v })
	}
	got := plain(lookup(t, reflect.ValueOf(f), path))
	if want := plain(reflect.ValueOf(value)); got != want {
		t.Errorf("%s = %s, want %s", path, got, want)
	}
	if strings.Contains(path, "[") || path == "widget.keys" || strings.HasPrefix(path, "slack.") && !hasDefault(path) {
		return
	}
	s := fileDefaults(true)
	if path == "handoff.hours.open.mon-fri" || strings.HasPrefix(path, "handoff.routing.skills.") { // empty by default
		return
	}
	if def := plain(lookup(t, reflect.ValueOf(&s), path)); def == got {
		t.Errorf("%s: %s is the default, so the test shows no effect", path, got)
	}
}

func hasDefault(path string) bool {
	_, ok := other()[path]
	return ok
}

func contractEnv(name string) (string, bool) {
	v, ok := map[string]string{
		"OPENAI_API_KEY": "sk-0123456789", "SLACK_BOT_TOKEN": "xoxb-0123456789", "SLACK_APP_TOKEN": "xapp-0123456789",
		"SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef", "HANDOFF_IDENTITY_SECRET": "0123456789abcdef0123456789abcdef",
	}[name]
	return v, ok
}

// contractKey is a key of the sample with the sample's value.
type contractKey struct {
	path  string
	value any
}

func contractKeys(t *testing.T) []contractKey {
	t.Helper()
	data, err := os.ReadFile("testdata/contract.yaml")
	if err != nil {
		t.Fatal(err)
	}
	// The parser takes no braces inside brackets without quotes; the file is
	// read as Load reads it.
	data = guard(data)
	var top yaml.MapSlice
	if err := yaml.UnmarshalWithOptions(data, &top, yaml.UseOrderedMap()); err != nil {
		t.Fatal(err)
	}
	var out []contractKey
	flatten(top, "", &out)
	return out
}

func flatten(v any, path string, out *[]contractKey) {
	switch v := v.(type) {
	case yaml.MapSlice:
		if len(v) == 0 {
			*out = append(*out, contractKey{path, map[string]any{}})
		}
		for _, item := range v {
			flatten(item.Value, join(path, fmt.Sprint(item.Key)), out)
		}
	case []any:
		if !hasSections(v) {
			*out = append(*out, contractKey{path, v})
			return
		}
		for i, item := range v {
			flatten(item, fmt.Sprintf("%s[%d]", path, i), out)
		}
	case string:
		*out = append(*out, contractKey{path, strings.NewReplacer(opening, "{", closing, "}").Replace(v)})
	default:
		*out = append(*out, contractKey{path, v})
	}
}

func hasSections(list []any) bool {
	if len(list) == 0 {
		return false
	}
	_, ok := list[0].(yaml.MapSlice)
	return ok
}

// around is what a key needs beside itself to stand in a file.
func around() map[string]map[string]any {
	return map[string]map[string]any{
		"slack": {
			"bot_token": "xoxb-0123456789", "app_token": "xapp-0123456789", "channel": "C0SUPPORT",
			"signing_secret": "0123456789abcdef0123456789abcdef",
		},
		"mail":                      {"smtp": "smtp://127.0.0.1:25", "from": "team@example.com"},
		"webhooks":                  {"on_close": "https://www.example.com/hook", "secret": "fedcba9876543210"},
		"widget.keys":               {"key": "pk_shop", "origins": []any{"https://www.example.com"}},
		"handoff.restricted_topics": {"name": "A topic", "phrases": []any{"some words"}},
		"handoff.rules":             {"name": "a rule", "when": "true", "do": "offer"},
		"handoff.hours":             {"timezone": "Europe/Berlin", "open": map[string]any{"mon-fri": "09:00-17:30"}},
		"replies":                   {"name": "Hello", "text": "Hello."},
		"handoff.when_nobody":       {"after": "1m", "do": "ping_group"},
		"handoff":                   {"restricted_topics": []any{map[string]any{"name": "Billing disputes", "phrases": []any{"refund"}}}},
	}
}

// beside is what a key needs in its own entry.
func beside() map[string]map[string]any {
	return map[string]map[string]any{
		"ai.triage_model":                {"base_url": "http://127.0.0.1:1/v1"},
		"widget.keys[0].identity":        {"identity_secret": []any{"0123456789abcdef0123456789abcdef"}},
		"widget.keys[0].identity_secret": {"identity": "required"},
		"handoff.when_nobody[1].do":      {"channel": "C0BACKUP"},
		"handoff.when_nobody[1].channel": {"do": "overflow"},
	}
}

// alone writes the smallest file that holds the key.
func alone(t *testing.T, path string, value any) []byte {
	t.Helper()
	file := map[string]any{
		"widget": map[string]any{"keys": []any{around()["widget.keys"]}},
		"ai":     map[string]any{"base_url": "offline://", "api_key": "sk-0123456789"},
	}
	for name, v := range beside()[path] {
		set(file, "", steps(path[:strings.LastIndexByte(path, '.')+1]+name), v)
	}
	set(file, "", steps(path), value)
	text, err := yaml.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func steps(path string) []string {
	var out []string
	for part := range strings.SplitSeq(path, ".") {
		name, index, isEntry := strings.Cut(part, "[")
		out = append(out, name)
		if isEntry {
			out = append(out, "["+index)
		}
	}
	return out
}

// set puts value at the steps below at; every entry of a list becomes its only
// one.
func set(at map[string]any, path string, rest []string, value any) {
	name := rest[0]
	path = join(path, name)
	if len(rest) == 1 {
		at[name] = value
		return
	}
	inner := make(map[string]any)
	switch have := at[name].(type) {
	case map[string]any:
		inner = have
	case []any:
		inner, _ = have[0].(map[string]any)
	}
	for k, v := range around()[path] {
		if _, there := inner[k]; !there {
			inner[k] = v
		}
	}
	if strings.HasPrefix(rest[1], "[") {
		set(inner, path, rest[2:], value)
		at[name] = []any{inner}
		return
	}
	set(inner, path, rest[1:], value)
	at[name] = inner
}

// lookup finds a path in a Config value; every entry is the only one.
func lookup(t *testing.T, v reflect.Value, path string) reflect.Value {
	t.Helper()
	for _, step := range steps(path) {
		for v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		switch {
		case strings.HasPrefix(step, "["):
			v = v.Index(0)
		case v.Kind() == reflect.Map:
			v = v.MapIndex(reflect.ValueOf(step))
		default:
			v = fieldNamed(v, step)
		}
		if !v.IsValid() {
			t.Fatalf("no %s on the way to %s", step, path)
		}
	}
	return v
}

// plain writes a value of either side in one form.
func plain(v reflect.Value) string {
	for v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch x := v.Interface().(type) {
	case time.Duration:
		return x.String()
	case string:
		if d, err := time.ParseDuration(x); err == nil {
			return d.String()
		}
		return strings.TrimPrefix(x, "./")
	}
	switch v.Kind() {
	case reflect.Slice:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = plain(v.Index(i))
		}
		return strings.Join(parts, ",")
	case reflect.Map:
		if en := v.MapIndex(reflect.ValueOf("en")); en.IsValid() && v.Len() == 1 {
			return plain(en)
		}
	case reflect.Int, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10)
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	}
	return fmt.Sprint(v.Interface())
}

// A key has one name, in the file and in viper, and a line for the reference.
func TestTagsAgree(t *testing.T) {
	s, err := shapeOf(reflect.TypeFor[File]())
	if err != nil {
		t.Fatal(err)
	}
	var check func(s *shape, at string)
	check = func(s *shape, at string) {
		if s.elem != nil {
			check(s.elem, at+"[]")
		}
		for _, f := range s.fields {
			tag := s.typ.Field(f.index).Tag
			if tag.Get("yaml") != tag.Get("mapstructure") || tag.Get("doc") == "" {
				t.Errorf("%s: tags %q, want yaml and mapstructure the same, and a doc", join(at, f.name), tag)
			}
			check(f.shape, join(at, f.name))
		}
	}
	check(s, "")
}
