package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/handoff-bot/handoff/bot"
	"github.com/handoff-bot/handoff/cmd/handoff/app"
	"github.com/handoff-bot/handoff/cmd/handoff/console"
	"github.com/handoff-bot/handoff/cmd/handoff/doctor"
	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/files"
	"github.com/handoff-bot/handoff/llm"
	"github.com/handoff-bot/handoff/slackbridge"
)

func doctorCommand(log *slog.Logger) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "check a real installation and say what to mend",
		Long: "Calls Slack, the model and the database, and says what is wrong and what to do: token kinds, scopes against the\n" +
			"manifest, the clock, somebody else on the same Slack app, channel membership, channels shared with other companies,\n" +
			"model, store, parked readers, the place of files and the virus scanner. It changes nothing.\n" +
			"Exit code 1 when something is bad.",
		Args: args(cobra.NoArgs, "no words"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := load(cmd, path)
			if err != nil {
				return err
			}
			bridge, err := bridgeOf(f)
			if err != nil {
				return err
			}
			place, err := files.ParsePlace(f.Storage.Files)
			if err != nil {
				return err
			}
			findings := doctor.Examine(cmd.Context(), doctor.Patient{
				File: f, Model: modelOf(f, log), Triage: triageOf(f, log), Slack: bridge, Running: remote(f).Listening(cmd.Context()),
				Storage: func(ctx context.Context) ([]feed.Parked, error) { return storageOf(ctx, f, log) },
				Files:   func(ctx context.Context) error { return files.Check(ctx, place, nil) }, Scan: app.Scanner(f.Storage.Scan),
			})
			if !doctor.Print(cmd.OutOrStdout(), findings) {
				return errSilent
			}
			return nil
		},
	}
	fileFlag(cmd, &path)
	return cmd
}

// bridgeOf makes the staff's door without a database: it can ask Slack, and
// nothing else. It is nil without the section "slack".
func bridgeOf(f *config.File) (*slackbridge.Bridge, error) {
	if f.Slack == nil {
		return nil, nil
	}
	return slackbridge.New(slackbridge.Deps{Config: *f.Slack})
}

func modelOf(f *config.File, log *slog.Logger) doctor.Model {
	if f.AI.IsOffline() {
		return llm.NewOffline(0)
	}
	return llm.NewOpenAI(f.AI, nil, log)
}

// triageOf asks the triage model once; nil when none is set.
func triageOf(f *config.File, log *slog.Logger) func(context.Context) error {
	if f.AI.TriageModel == "" {
		return nil
	}
	m := llm.NewOpenAI(f.AI.ForTriage(bot.TriageTimeout), nil, log)
	return func(ctx context.Context) error { return bot.CheckTriage(ctx, m) }
}

// storageOf has the running server, or this process when none runs, write to
// the database and list the parked readers.
func storageOf(ctx context.Context, f *config.File, log *slog.Logger) ([]feed.Parked, error) {
	if r := remote(f); r.Listening(ctx) {
		return examineStore(ctx, r)
	}
	s, err := openStore(ctx, f, log)
	if err != nil {
		return nil, err
	}
	parked, err := examineStore(ctx, console.Direct{Desk: s})
	return parked, errors.Join(err, s.Close())
}

func examineStore(ctx context.Context, c console.Console) ([]feed.Parked, error) {
	if err := c.Ping(ctx); err != nil {
		return nil, err
	}
	return c.Parked(ctx)
}
