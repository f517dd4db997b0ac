package main

import (
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/handoff-bot/handoff/config"
)

// commands builds the command tree.
func commands(log *slog.Logger) *cobra.Command {
	root := &cobra.Command{
		Use:           "handoff",
		Short:         "A website chat that an AI answers and people in Slack take over",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		},
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SuggestionsMinimumDistance = 2
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return misused(cmd, err) })
	root.AddCommand(
		demoCommand(log), serveCommand(log), initCommand(), manifestCommand(), checkCommand(), doctorCommand(log),
		tryCommand(), evalCommand(log), reportCommand(log), explainCommand(log), resumeCommand(log), benchCommand(log), versionCommand(),
	)
	for _, c := range laterCommands() {
		root.AddCommand(c)
	}
	return root
}

// misused marks an error as wrong usage of a command.
func misused(cmd *cobra.Command, err error) error {
	name := strings.TrimPrefix(strings.TrimPrefix(cmd.CommandPath(), "handoff"), " ")
	if name != "" {
		name += " "
	}
	return &usageError{command: name, err: err}
}

func unknownCommand(cmd *cobra.Command, name string) error {
	text := fmt.Sprintf("there is no command %q", name)
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		text += ": did you mean " + strings.Join(near, " or ") + "?"
	}
	return misused(cmd, fmt.Errorf("%s", text))
}

// args checks how many words follow a command.
func args(check cobra.PositionalArgs, want string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		if err := check(cmd, given); err != nil {
			return misused(cmd, fmt.Errorf("handoff %s takes %s, and got %d words", cmd.Name(), want, len(given)))
		}
		return nil
	}
}

// laterCommands are known by name and refused by name.
func laterCommands() []*cobra.Command {
	var out []*cobra.Command
	for _, c := range [][2]string{
		{"export", "a visitor's data, out"},
		{"erase", "a visitor's data, away"},
		{"backup", "an online copy of the database"},
	} {
		name := c[0]
		out = append(out, &cobra.Command{
			Use: name, Short: c[1] + " (not in this version)", DisableFlagParsing: true,
			RunE: func(*cobra.Command, []string) error {
				return fmt.Errorf("%s is not in this version", name)
			},
		})
	}
	return out
}

// defaultFile is the configuration's name when none is given.
const defaultFile = "handoff.yaml"

// fileFlag adds -c to a command.
func fileFlag(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVarP(path, "config", "c", defaultFile, "the configuration file")
}

// load reads the configuration and tells its warnings on stderr.
func load(cmd *cobra.Command, path string) (*config.File, error) {
	f, err := config.Load(path, os.LookupEnv)
	if err != nil {
		return nil, err
	}
	for _, w := range append(f.Warnings, config.Strangers(os.Environ())...) {
		fmt.Fprintln(cmd.ErrOrStderr(), "warning:", w)
	}
	return f, nil
}
