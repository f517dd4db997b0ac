package llm

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

// OfflineURL as the base URL selects the built-in model.
const OfflineURL = "offline://"

// Config is the `ai` section of handoff.yaml.
type Config struct {
	BaseURL        string        `yaml:"base_url" mapstructure:"base_url" doc:"Address of any OpenAI-compatible server, up to and including /v1. offline:// is the built-in model, which quotes the knowledge and needs no key."`
	APIKey         string        `yaml:"api_key" mapstructure:"api_key" doc:"Key for that server. Not needed with offline://."`
	Model          string        `yaml:"model" mapstructure:"model" doc:"Name of the model that answers visitors."`
	TriageModel    string        `yaml:"triage_model" mapstructure:"triage_model" doc:"Name of a small model on the same server that reads each new line besides the policy's own detectors (two seconds at most, charged to the budget at the same prices). It can add to what they see and take nothing away. Empty: none is asked."`
	EmbeddingModel string        `yaml:"embedding_model" mapstructure:"embedding_model" doc:"Not in this version; leave it empty."`
	Timeout        time.Duration `yaml:"timeout" mapstructure:"timeout" doc:"Longest time one answer may take, from the request to its last word."`
	Budget         Budget        `yaml:"budget" mapstructure:"budget" doc:"What answers may cost. Above it the AI rests and visitors are offered a person."`
	Instructions   string        `yaml:"instructions" mapstructure:"instructions" doc:"What the model should know about your company and how it should answer. Visitors can make the model repeat it: put no secrets here."`

	// FirstChunk is how long to wait for the first chunk, Idle for each further one. Zero means the defaults.
	FirstChunk time.Duration `yaml:"-" mapstructure:"-"`
	Idle       time.Duration `yaml:"-" mapstructure:"-"`
}

// Budget limits what the model may cost, in Currency. Zero means no limit.
type Budget struct {
	Day        float64 `yaml:"day" mapstructure:"day" doc:"Most that all answers of a day (UTC) may cost. 80 and 100 % are announced. 0 means no limit."`
	VisitorDay float64 `yaml:"visitor_day" mapstructure:"visitor_day" doc:"Most that one visitor's answers of a day may cost. 0 means no limit."`
	Currency   string  `yaml:"currency" mapstructure:"currency" doc:"Currency of the budget and the prices; it is only shown."`
	Price      Price   `yaml:"price" mapstructure:"price" doc:"What the model costs."`
}

// Price is per million tokens.
type Price struct {
	In  float64 `yaml:"in" mapstructure:"in" doc:"Price of a million tokens that the model reads."`
	Out float64 `yaml:"out" mapstructure:"out" doc:"Price of a million tokens that the model writes."`
}

// Cost is what the given usage costs.
func (p Price) Cost(u Usage) float64 {
	return (p.In*float64(u.In) + p.Out*float64(u.Out)) / 1e6
}

// Problem is something wrong in the configuration.
type Problem struct {
	Key     string // path in handoff.yaml, such as ai.base_url
	Message string // what is wrong, as a sentence that names the key
	Mend    string // what to do about it
}

// Defaults is the configuration when the file says nothing.
func Defaults() Config {
	return Config{
		BaseURL: "https://api.openai.com/v1",
		Model:   "gpt-5-mini",
		Timeout: 45 * time.Second,
		Budget:  Budget{Day: 20, VisitorDay: 0.5, Currency: "USD", Price: Price{In: 0.25, Out: 2}},
	}
}

// IsOffline is true when the built-in model is selected.
func (c Config) IsOffline() bool { return strings.HasPrefix(c.BaseURL, OfflineURL) }

// ForTriage is the configuration of a client for TriageModel, which has only so
// long for an answer.
func (c Config) ForTriage(timeout time.Duration) Config {
	c.Model, c.Timeout = c.TriageModel, min(c.Timeout, timeout)
	return c
}

// Validate returns what is wrong with the configuration, or nil.
func (c Config) Validate() []Problem {
	var found []Problem
	add := func(key, message, mend string) {
		found = append(found, Problem{Key: "ai." + key, Message: "ai." + key + " " + message, Mend: mend})
	}
	if !c.IsOffline() {
		if err := checkBaseURL(c.BaseURL); err != nil {
			add("base_url", err.Error(), "set it to an address such as https://api.openai.com/v1, or to "+OfflineURL+" for the built-in model")
		}
		if strings.TrimSpace(c.APIKey) == "" {
			add("api_key", "is missing", "set it, or HANDOFF_AI_API_KEY in the environment, or ai.base_url to "+OfflineURL)
		}
		if strings.TrimSpace(c.Model) == "" {
			add("model", "is missing", "set it to a model that the server offers")
		}
	}
	const later, mend = "is not in this version", "remove it, or leave it empty"
	if c.TriageModel != "" && c.IsOffline() {
		add("triage_model", "needs a model server, and the built-in model is none", "remove it, or set ai.base_url to a server")
	}
	if c.EmbeddingModel != "" {
		add("embedding_model", later, mend)
	}
	if c.Timeout < time.Second || c.Timeout > 10*time.Minute {
		add("timeout", fmt.Sprintf("is %v", c.Timeout), "set it between 1s and 10m")
	}
	return append(found, c.Budget.problems()...)
}

func checkBaseURL(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return fmt.Errorf("is not an address")
	case u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("has the scheme %q", u.Scheme)
	case u.User != nil:
		return fmt.Errorf("contains a user name")
	case u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("contains a query or a fragment")
	}
	return nil
}

func (b Budget) problems() []Problem {
	var found []Problem
	for _, n := range []struct {
		key   string
		value float64
	}{{"day", b.Day}, {"visitor_day", b.VisitorDay}, {"price.in", b.Price.In}, {"price.out", b.Price.Out}} {
		if !(n.value >= 0 && n.value < 1e9) {
			key := "ai.budget." + n.key
			found = append(found, Problem{Key: key, Message: fmt.Sprintf("%s is %v", key, n.value), Mend: "set it to zero (no limit) or an amount"})
		}
	}
	return found
}
