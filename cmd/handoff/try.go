package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/handoff-bot/handoff/cmd/handoff/app"
	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/demo"
	"github.com/handoff-bot/handoff/escalation"
)

func tryCommand() *cobra.Command {
	var path, level, as string
	cmd := &cobra.Command{
		Use:   `try "words of a visitor"`,
		Short: "the verdict and its evidence for a sentence",
		Long: "Judges a sentence as the first line of a new conversation, as the policy would before any model is asked, and prints\n" +
			"the verdict with its evidence. Nothing is started. Without a configuration file the sample policy of the demo is used.",
		Example: `  handoff try "I was charged twice"
  handoff try --level quick --as visitor.json "this is useless"`,
		Args: args(cobra.MinimumNArgs(1), "the visitor's words"),
		RunE: func(cmd *cobra.Command, words []string) error {
			if names := levels(); level != "" && !slices.Contains(names, level) {
				return misused(cmd, fmt.Errorf("--level is one of %s, not %q", strings.Join(names, ", "), level))
			}
			visitor, err := visitorFrom(as)
			if err != nil {
				return err
			}
			policy, source, err := policyFrom(cmd, path)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%-10s %s\n", "by", source)
			fmt.Fprint(cmd.OutOrStdout(), app.Try(policy, level, strings.Join(words, " "), time.Now, visitor))
			return nil
		},
	}
	fileFlag(cmd, &path)
	cmd.Flags().StringVar(&level, "level", "", "judge by this level instead of the policy's")
	cmd.Flags().StringVar(&as, "as", "", "a JSON file with the visitor's attributes, such as {\"plan\": \"enterprise\"}")
	return cmd
}

func levels() []string {
	return []string{escalation.AIOnly, escalation.Quick, escalation.Balanced, escalation.AIFirst, escalation.HumanOnly}
}

// policyFrom compiles the policy of the file, or the sample's when there is no
// file and none was asked for. source names it.
func policyFrom(cmd *cobra.Command, path string) (p *escalation.Policy, source string, err error) {
	f, err := fileOrSample(cmd, path)
	if err != nil {
		return nil, "", err
	}
	p, problems := escalation.Compile(f.Handoff)
	if len(problems) > 0 {
		return nil, "", fmt.Errorf("handoff.%s: %s", problems[0].Key, problems[0].Message)
	}
	return p, f.Path, nil
}

func fileOrSample(cmd *cobra.Command, path string) (*config.File, error) {
	_, err := os.Stat(path)
	if !errors.Is(err, fs.ErrNotExist) || cmd.Flags().Changed("config") {
		return load(cmd, path)
	}
	none := func(string) (string, bool) { return "", false }
	return config.Parse("the sample policy (there is no "+path+" here)", demo.Policy(), none)
}

// visitorFrom reads a visitor's attributes; none without a file.
func visitorFrom(path string) (map[string]any, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the visitor: %w", err)
	}
	var visitor map[string]any
	if err := json.Unmarshal(data, &visitor); err != nil {
		return nil, fmt.Errorf("%s is not a JSON object of attributes: %w", path, err)
	}
	return visitor, nil
}
