package main

import (
	"io"
	"log/slog"

	"github.com/spf13/cobra"
)

func serveCommand(log *slog.Logger) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "run the product",
		Long: "Serves the widget and its API to visitors, and connects to Slack. It prints one block when it is ready and runs until it is\n" +
			"told to stop. The file is read again when it changes.",
		Args: args(cobra.NoArgs, "no words"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := load(cmd, path)
			if err != nil {
				return err
			}
			return run(cmd.Context(), f, runOptions{Out: cmd.OutOrStdout(), Log: log})
		},
	}
	fileFlag(cmd, &path)
	return cmd
}

func demoCommand(log *slog.Logger) *cobra.Command {
	var o demoOptions
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "try everything, with nothing to configure",
		Long: "Runs the product with a sample shop, a Slack of its own with a staff page, sample knowledge and policy, and the built-in\n" +
			"model. It prints two addresses: the shop's page, where you are the visitor, and the staff's page, where you answer.\n" +
			"Nothing leaves this machine.",
		Args: args(cobra.NoArgs, "no words"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Out, o.Log = cmd.OutOrStdout(), log
			return runDemo(cmd.Context(), o)
		},
	}
	cmd.Flags().StringVar(&o.Addr, "addr", "127.0.0.1:8080", "where the shop's page listens; the staff's page takes the next free port")
	cmd.Flags().StringVar(&o.Data, "data", "", "a folder that keeps the chats; without it they are gone at the end")
	return cmd
}

// runOptions are what a run gets from the command line.
type runOptions struct {
	Out io.Writer // the ready block
	Log *slog.Logger
}

// demoOptions are what the demo gets from the command line. Data is empty for a
// database that is thrown away.
type demoOptions struct {
	Addr, Data string
	Out        io.Writer
	Log        *slog.Logger
}
