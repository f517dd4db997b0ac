package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/escalation"
)

// policy compiles the policy, with other topics when they were asked for.
func (e *evaluation) policy(cmd *cobra.Command) (*escalation.Policy, string, error) {
	f, err := fileOrSample(cmd, e.config)
	if err != nil {
		return nil, "", err
	}
	e.file = f
	if e.topics == "" {
		p, err := compile(f.Handoff)
		return p, f.Path, err
	}
	path, err := filepath.Abs(e.topics)
	if err != nil {
		return nil, "", fmt.Errorf("find the topics: %w", err)
	}
	text := "widget: {keys: [{key: pk_eval, origins: [http://localhost]}]}\nai: {base_url: \"offline://\"}\n" +
		"handoff: {restricted_topics: {file: " + strconv.Quote(path) + "}}\n"
	none := func(string) (string, bool) { return "", false }
	other, err := config.Parse("--topics", []byte(text), none)
	if err != nil {
		return nil, "", err
	}
	c := f.Handoff
	c.RestrictedTopics = other.Handoff.RestrictedTopics
	c.Routing.Skills = nil // they name the policy's own topics
	p, err := compile(c)
	return p, f.Path + ", restricted topics of " + e.topics, err
}

func compile(c escalation.Config) (*escalation.Policy, error) {
	p, problems := escalation.Compile(c)
	if len(problems) > 0 {
		return nil, fmt.Errorf("handoff.%s: %s", problems[0].Key, problems[0].Message)
	}
	return p, nil
}

// other compiles the policy to compare with, nil when none was named: that of a
// whole configuration, or of a file with nothing but the section handoff.
func (e *evaluation) other() (*escalation.Policy, error) {
	if e.against == "" {
		return nil, nil
	}
	c, err := config.LoadPolicy(e.against, os.LookupEnv)
	if err != nil {
		return nil, err
	}
	return compile(*c)
}
