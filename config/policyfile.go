package config

import (
	"crypto/sha256"
	"os"
	"reflect"
	"slices"

	"github.com/handoff-bot/handoff/escalation"
)

// LoadPolicy reads the section handoff of the file at path, and nothing else of
// it: a whole handoff.yaml, or one with that section alone. A shadow that it names
// is not read. The error is an
// [*Error], as [Load]'s.
func LoadPolicy(path string, env Lookup) (*escalation.Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	s, err := shapeOf(reflect.TypeFor[File]())
	if err != nil {
		return nil, err
	}
	b := &build{path: path, shape: s, read: os.ReadFile, environ: &environ{env: env}, hash: sha256.New(), texts: texts{}}
	c, problems, _ := b.policy(data)
	problems = slices.DeleteFunc(problems, func(p Problem) bool { return p.Message == shadowOfShadow })
	if len(problems) > 0 {
		return nil, &Error{File: path, Problems: problems}
	}
	return c, nil
}
