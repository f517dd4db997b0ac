package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/handoff-bot/handoff/cmd/handoff/manifest"
)

func manifestCommand() *cobra.Command {
	var (
		mode string
		o    manifest.Options
	)
	cmd := &cobra.Command{
		Use:   "manifest",
		Short: "print the Slack app manifest",
		Long: "Prints the manifest from which you create the Slack app: api.slack.com/apps, Create New App, From a manifest.\n" +
			"In mode socket (the default) Slack needs no way to your server; in mode http it calls --url.",
		Args: args(cobra.NoArgs, "no words"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if mode != "socket" && mode != "http" {
				return misused(cmd, fmt.Errorf("--mode is socket or http, not %q", mode))
			}
			o.HTTP = mode == "http"
			text, err := manifest.Render(o)
			if err != nil {
				return err
			}
			fmt.Fprint(cmd.OutOrStdout(), text)
			return nil
		},
	}
	cmd.Flags().StringVar(&mode, "mode", "socket", "socket or http")
	cmd.Flags().StringVar(&o.URL, "url", "", "the public address of the server, with --mode http")
	cmd.Flags().BoolVar(&o.VisitorNames, "visitor-names", true, "ask for the right to post under the visitor's name")
	return cmd
}
