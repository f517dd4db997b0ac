package escalation

import (
	"encoding/json"
	"maps"
	"slices"
)

// Away is what happens when nobody can answer. In YAML it is the name of a way,
// or {suggest: TEXT}.
type Away struct {
	Way     string `yaml:"-" mapstructure:"-"`
	Suggest Text   `yaml:"suggest" mapstructure:"suggest" doc:"what the visitor reads instead: Markdown, with links to pages and tel: numbers"`
}

// The ways.
const (
	AwayContact   = "contact"      // asks for an address; the conversation keeps waiting
	AwayContinues = "ai_continues" // the bot goes on
	AwaySuggest   = "suggest"      // says Away.Suggest; the conversation keeps waiting
)

// way is the way in both of its spellings.
func (a Away) way() string {
	if len(a.Suggest) > 0 {
		return AwaySuggest
	}
	return a.Way
}

// String is the way, as the reference shows it.
func (a Away) String() string { return a.way() }

// plain is Away without its methods.
type plain struct {
	Suggest Text `yaml:"suggest" json:"suggest"`
}

// UnmarshalYAML reads a way's name or {suggest: TEXT}.
func (a *Away) UnmarshalYAML(decode func(any) error) error {
	var way string
	if err := decode(&way); err == nil {
		*a = Away{Way: way}
		return nil
	}
	var p plain
	if err := decode(&p); err != nil {
		return err
	}
	*a = Away{Suggest: p.Suggest}
	return nil
}

// UnmarshalJSON reads a way's name or {"suggest": TEXT}.
func (a *Away) UnmarshalJSON(raw []byte) error {
	return a.UnmarshalYAML(func(v any) error { return json.Unmarshal(raw, v) })
}

// MarshalJSON writes what UnmarshalJSON reads.
func (a Away) MarshalJSON() ([]byte, error) {
	if len(a.Suggest) > 0 {
		return json.Marshal(plain{a.Suggest})
	}
	return json.Marshal(a.Way)
}

// Away is what happens when nobody is on duty, out of hours, and at the ladder's
// end: one of the ways.
func (p *Policy) Away() string { return p.config.Away.way() }

// Suggestion is the text of away: suggest in the visitor's language, in English,
// or in the first language there is.
func (p *Policy) Suggestion(locale string) string {
	text := p.config.Away.Suggest
	if words := text.In(locale); words != "" {
		return words
	}
	for _, key := range slices.Sorted(maps.Keys(text)) {
		if text[key] != "" {
			return text[key]
		}
	}
	return ""
}
