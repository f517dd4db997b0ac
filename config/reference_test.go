package config

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

func TestReferenceIsFresh(t *testing.T) {
	want, err := Reference()
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "../docs/configuration.md", want)
}

func TestSchemaIsFresh(t *testing.T) {
	want, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "../docs/handoff.schema.json", string(want))
}

func compare(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is stale: go run ./config/gen", path)
	}
}

func TestSchemaKnowsEveryKey(t *testing.T) {
	data, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	var top struct {
		Properties map[string]struct {
			Description string `json:"description"`
		} `json:"properties"`
		AdditionalProperties *bool `json:"additionalProperties"`
	}
	if err := json.Unmarshal(data, &top); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"server", "storage", "widget", "ai", "knowledge", "slack", "handoff", "limits"} {
		if top.Properties[name].Description == "" {
			t.Errorf("%s has no description", name)
		}
	}
	if top.AdditionalProperties == nil || *top.AdditionalProperties {
		t.Error("unknown keys are allowed")
	}
	for _, key := range []string{`"bot_token"`, `"restricted_topics"`, `"escalation_cooldown"`} {
		if !strings.Contains(string(data), key) {
			t.Errorf("%s is not in the schema", key)
		}
	}
}
