package llm_test

import (
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/llm"
)

func TestValidate(t *testing.T) {
	good := llm.Defaults()
	good.APIKey = "k"
	tests := []struct {
		name   string
		change func(*llm.Config)
		keys   []string
	}{
		{"defaults with a key", func(*llm.Config) {}, nil},
		{"loopback", func(c *llm.Config) { c.BaseURL = "http://127.0.0.1:11434/v1" }, nil},
		{"built-in model needs nothing", func(c *llm.Config) { c.BaseURL, c.APIKey, c.Model = "offline://", "", "" }, nil},
		{"no key", func(c *llm.Config) { c.APIKey = " " }, []string{"ai.api_key"}},
		{"no model", func(c *llm.Config) { c.Model = "" }, []string{"ai.model"}},
		{"no address", func(c *llm.Config) { c.BaseURL = "api.openai.com" }, []string{"ai.base_url"}},
		{"other scheme", func(c *llm.Config) { c.BaseURL = "ftp://x/v1" }, []string{"ai.base_url"}},
		{"key in the address", func(c *llm.Config) { c.BaseURL = "https://u:p@x/v1" }, []string{"ai.base_url"}},
		{"triage model", func(c *llm.Config) { c.TriageModel = "small" }, nil},
		{"triage with the built-in model", func(c *llm.Config) { c.BaseURL, c.TriageModel = "offline://", "small" }, []string{"ai.triage_model"}},
		{"embedding model", func(c *llm.Config) { c.EmbeddingModel = "e" }, []string{"ai.embedding_model"}},
		{"timeout without a unit", func(c *llm.Config) { c.Timeout = 45 * time.Nanosecond }, []string{"ai.timeout"}},
		{"negative budget", func(c *llm.Config) { c.Budget.Day, c.Budget.Price.Out = -1, math.NaN() }, []string{"ai.budget.day", "ai.budget.price.out"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := good
			tt.change(&cfg)
			var keys []string
			for _, p := range cfg.Validate() {
				keys = append(keys, p.Key)
				if p.Message == "" || p.Mend == "" {
					t.Errorf("%+v does not say what and how", p)
				}
			}
			if !slices.Equal(keys, tt.keys) {
				t.Errorf("got %v, want %v", keys, tt.keys)
			}
		})
	}
	good.EmbeddingModel = "small"
	if got := good.Validate()[0].Message; got != "ai.embedding_model is not in this version" {
		t.Errorf("got %q", got)
	}
}

func TestEverySettingIsDocumented(t *testing.T) {
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		for f := range typ.Fields() {
			if f.Tag.Get("yaml") == "-" {
				continue
			}
			if f.Tag.Get("yaml") == "" || f.Tag.Get("mapstructure") != f.Tag.Get("yaml") || f.Tag.Get("doc") == "" {
				t.Errorf("%s.%s: tags %s", typ, f.Name, f.Tag)
			}
			if f.Type.Kind() == reflect.Struct {
				walk(f.Type)
			}
		}
	}
	walk(reflect.TypeFor[llm.Config]())
}

func TestPrice(t *testing.T) {
	if got := (llm.Price{In: 0.25, Out: 2}).Cost(llm.Usage{In: 1_000_000, Out: 500_000}); got != 1.25 {
		t.Errorf("got %v, want 1.25", got)
	}
}
