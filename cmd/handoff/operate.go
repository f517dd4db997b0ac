package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/handoff-bot/handoff/cmd/handoff/console"
	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/store"
)

func explainCommand(log *slog.Logger) *cobra.Command {
	var path string
	var events bool
	cmd := &cobra.Command{
		Use:   "explain ID",
		Short: "the decisions and acts of one conversation, with evidence",
		Long: "Prints what happened in a conversation and why, by its id (cnv_…) or its reference (H-4F2K). It shows visitors' words.\n" +
			"With --json it writes the events instead, one JSON object a line, for handoff eval --recorded; without ID those of all\n" +
			"conversations. They hold visitors' words and what the site said of them: keep such files as you keep the database.",
		Args: func(cmd *cobra.Command, words []string) error {
			if events && len(words) == 0 {
				return nil
			}
			return args(cobra.ExactArgs(1), "the id or the reference of a conversation")(cmd, words)
		},
		RunE: func(cmd *cobra.Command, words []string) error {
			return operate(cmd, path, log, func(ctx context.Context, c console.Console) error {
				write, name := c.Explain, strings.Join(words, "")
				if events {
					write = c.Events
				}
				err := write(ctx, name, cmd.OutOrStdout())
				if errors.Is(err, conversation.ErrNotFound) {
					return fmt.Errorf("there is no conversation %s", name)
				}
				return err
			})
		},
	}
	fileFlag(cmd, &path)
	cmd.Flags().BoolVar(&events, "json", false, "write the events, one JSON object a line; without ID those of all conversations")
	return cmd
}

func resumeCommand(log *slog.Logger) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "resume [CONSUMER] [ID]",
		Short: "resume parked readers",
		Long: "A reader (bot, brief, queue, slack, mail or webhook) that failed again and again on a conversation is parked; handoff doctor lists them.\n" +
			"This makes them ready again: all of them, those of one consumer, or the one of a consumer and a conversation.",
		Args: args(cobra.MaximumNArgs(2), "at most a consumer and a conversation"),
		RunE: func(cmd *cobra.Command, words []string) error {
			words = append(words, "", "")
			return operate(cmd, path, log, func(ctx context.Context, c console.Console) error {
				n, err := c.Resume(ctx, words[0], words[1])
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "resumed %d parked reader%s\n", n, plural(n))
				return nil
			})
		},
	}
	fileFlag(cmd, &path)
	return cmd
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// operate calls do with the running server, or with the database itself when
// none runs.
func operate(cmd *cobra.Command, path string, log *slog.Logger, do func(context.Context, console.Console) error) error {
	f, err := load(cmd, path)
	if err != nil {
		return err
	}
	return operateOn(cmd.Context(), f, log, do)
}

// operateOn is operate with a file that was loaded.
func operateOn(ctx context.Context, f *config.File, log *slog.Logger, do func(context.Context, console.Console) error) error {
	if r := remote(f); r.Listening(ctx) {
		return do(ctx, r)
	}
	s, err := openStore(ctx, f, log)
	if err != nil {
		return err
	}
	return errors.Join(do(ctx, console.Direct{Desk: s}), s.Close())
}

// operatorTimeout is how long a question to the running server may take.
const operatorTimeout = 30 * time.Second

func remote(f *config.File) console.Remote {
	return console.Remote{Addr: f.Server.AdminAddr, Client: &http.Client{Timeout: operatorTimeout}}
}

// openStore opens the database without becoming a reader of it.
func openStore(ctx context.Context, f *config.File, log *slog.Logger) (*store.Store, error) {
	return store.Open(ctx, f.Storage.URL, store.Options{Logger: log, Version: version})
}
