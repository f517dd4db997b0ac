package escalation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Policy is a compiled [Config]. It never changes and is safe for concurrent
// use.
type Policy struct {
	config    Config
	text      string
	hash      string
	hours     schedule
	topics    map[string]topicHours
	rules     []rule
	detectors []Detector
	languages []*language
	levels    []row // the table, made once
}

type topicHours struct {
	Topic
	hours schedule
	own   bool // the topic has hours of its own
}

// Compile checks the section and makes a policy of it; with problems there is
// no policy.
func Compile(c Config) (*Policy, []Problem) {
	if p := c.Problems(); len(p) > 0 {
		return nil, p
	}
	text, err := json.Marshal(c)
	if err != nil {
		return nil, []Problem{{Message: "encode the policy: " + err.Error(), Mend: "report this"}}
	}
	sum := sha256.Sum256(text)
	p := &Policy{config: c, text: string(text), hash: hex.EncodeToString(sum[:])[:12], topics: map[string]topicHours{}, levels: levels()}
	p.hours, _ = c.Hours.compile("hours")
	for _, t := range c.RestrictedTopics {
		th := topicHours{Topic: t, own: t.Hours != nil}
		if th.own {
			th.hours, _ = t.Hours.compile("hours")
		}
		p.topics[t.Name] = th
	}
	for _, r := range c.Rules {
		compiled, err := compileRule(r)
		if err != nil {
			return nil, []Problem{{Key: "rules", Message: err.Error(), Mend: "mend the rule"}}
		}
		p.rules = append(p.rules, compiled)
	}
	p.languages = load()
	p.detectors = detectors(c, p.languages)
	return p, nil
}

// Parse makes a policy of a text that [Policy.Text] returned, also of an earlier
// version: what it did not know yet has its default.
func Parse(text string) (*Policy, error) {
	c := Defaults()
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return nil, fmt.Errorf("read a stored policy: %w", err)
	}
	p, wrong := Compile(c)
	if len(wrong) > 0 {
		return nil, fmt.Errorf("compile a stored policy: %s: %s", wrong[0].Key, wrong[0].Message)
	}
	return p, nil
}

// Hash names the policy: the first 12 hex digits of the SHA-256 of Text.
func (p *Policy) Hash() string { return p.hash }

// Text is the policy as canonical JSON: equal policies have equal texts.
func (p *Policy) Text() string { return p.text }

// Config returns what the policy was made of. It must not be changed.
func (p *Policy) Config() Config { return p.config }

// Open says whether the office is open at now, and when that changes: the end
// of the hours while open, the next opening while closed. next is zero when it
// never changes. Without hours it is always open.
func (p *Policy) Open(now time.Time) (open bool, next time.Time) { return p.hours.at(now) }

// OpenFor is [Policy.Open] for a topic, which may have hours of its own.
func (p *Policy) OpenFor(topic string, now time.Time) (open bool, next time.Time) {
	if t, ok := p.topics[topic]; ok && t.own {
		return t.hours.at(now)
	}
	return p.hours.at(now)
}

// Zone is the time zone of the office, and of a topic with its own hours.
func (p *Policy) Zone(topic string) *time.Location {
	if t, ok := p.topics[topic]; ok && t.own {
		return t.hours.zone
	}
	return p.hours.zone
}

// Topic returns the restricted topic of that name.
func (p *Policy) Topic(name string) (Topic, bool) {
	t, ok := p.topics[name]
	return t.Topic, ok
}

// Channel is where an escalation goes: the channel its verdict asked for, else
// the topic's, else "" for the default one.
func (p *Policy) Channel(topic, wants string) string {
	if wants != "" {
		return wants
	}
	return p.topics[topic].Channel
}

// ReopenWithin is how long a visitor may reopen a closed conversation.
func (p *Policy) ReopenWithin() time.Duration { return p.config.ReopenWithin }

// IdleClose is after how long a quiet conversation is closed; 0 means never.
func (p *Policy) IdleClose() time.Duration { return p.config.IdleClose }

// Level is the level that holds for a widget key: its own, or the policy's when
// it has none or names one that is not known.
func (p *Policy) Level(widget string) string {
	if slices.Contains(levelNames, widget) {
		return widget
	}
	return p.config.Level
}
