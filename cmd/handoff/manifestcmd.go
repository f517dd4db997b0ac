package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/handoff-bot/handoff/slackbridge"
)

func manifestCommand() *cobra.Command {
	var mode, url string
	c := slackbridge.Defaults()
	cmd := &cobra.Command{
		Use:   "manifest",
		Short: "print the Slack app manifest",
		Long: "Prints the manifest from which you create the Slack app: api.slack.com/apps, Create New App, From a manifest.\n" +
			"In mode socket (the default) Slack needs no way to your server; in mode http it calls --url.",
		Args: args(cobra.NoArgs, "no words"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if mode != slackbridge.ModeSocket && mode != slackbridge.ModeHTTP {
				return misused(cmd, fmt.Errorf("--mode is socket or http, not %q", mode))
			}
			text, err := slackbridge.Manifest(mode, url, c)
			if err != nil {
				return fmt.Errorf("%w (--url)", err)
			}
			_, err = cmd.OutOrStdout().Write(text)
			return err
		},
	}
	cmd.Flags().StringVar(&mode, "mode", slackbridge.ModeSocket, "socket or http")
	cmd.Flags().StringVar(&url, "url", "", "the public address of the server, with --mode http")
	cmd.Flags().BoolVar(&c.VisitorNames, "visitor-names", true, "ask for the right to post under the visitor's name")
	return cmd
}
