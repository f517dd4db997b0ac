package config

import (
	"fmt"
	"path/filepath"
)

// standing tells where what can decide stands in the policy's files, by the name
// that verdicts have for it: topic/NAME, rule/NAME, and level. The places are
// written file:line, without folders.
func (t *tree) standing(f *File) map[string]string {
	out := map[string]string{}
	note := func(name, key string) {
		if at := t.nearest(key); at.src != nil {
			out[name] = fmt.Sprintf("%s:%d", filepath.Base(at.src.name), at.line)
		}
	}
	for i, topic := range f.Handoff.RestrictedTopics {
		note("topic/"+topic.Name, fmt.Sprintf("handoff.restricted_topics[%d]", i))
	}
	for i, r := range f.Handoff.Rules {
		note("rule/"+r.Name, fmt.Sprintf("handoff.rules[%d]", i))
	}
	if at, there := t.places["handoff.level"]; there && at.src != nil {
		note("level", "handoff.level")
	}
	return out
}
