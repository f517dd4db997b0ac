package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/handoff-bot/handoff/cmd/handoff/console"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/report"
)

// reporting is what one run of the command was asked for.
type reporting struct {
	config, week, from, to, html string
	json                         bool
}

func reportCommand(log *slog.Logger) *cobra.Command {
	var r reporting
	cmd := &cobra.Command{
		Use:   "report",
		Short: "the numbers of a week: resolved by the AI, escalated and why, how long visitors waited",
		Long: "Prints the numbers of some days beside those of as many days before: how conversations ended, why people were asked\n" +
			"for, how long visitors waited for a person, ratings, the busiest hours and what is open. Without flags it is the last\n" +
			"week that is over, Monday to Sunday in the office's time zone (handoff.hours.timezone). docs/report.md says what each\n" +
			"number means. It only reads, and works beside a running server.",
		Example: `  handoff report
  handoff report --week 2026-W47 --html week.html
  handoff report --week this
  handoff report --from 2026-11-01 --to 2026-11-30 --json`,
		Args: args(cobra.NoArgs, "no words"),
		RunE: func(cmd *cobra.Command, _ []string) error { return r.run(cmd, log) },
	}
	fileFlag(cmd, &r.config)
	f := cmd.Flags()
	f.StringVar(&r.week, "week", "", "a week: last, this, or a year and a week such as 2026-W47")
	f.StringVar(&r.from, "from", "", "the first day, such as 2026-11-01")
	f.StringVar(&r.to, "to", "", "the last day; without it today")
	f.BoolVar(&r.json, "json", false, "print the numbers as JSON")
	f.StringVar(&r.html, "html", "", "also write them to this file, as a page for the browser")
	return cmd
}

func (r *reporting) run(cmd *cobra.Command, log *slog.Logger) error {
	file, err := load(cmd, r.config)
	if err != nil {
		return err
	}
	policy, problems := escalation.Compile(file.Handoff)
	if len(problems) > 0 {
		return fmt.Errorf("handoff.%s: %s", problems[0].Key, problems[0].Message)
	}
	now := time.Now().In(policy.Zone(""))
	span, err := report.ParseSpan(r.week, r.from, r.to, now)
	if err != nil {
		return misused(cmd, err)
	}
	var sheet report.Sheet
	err = operateOn(cmd.Context(), file, log, func(ctx context.Context, c console.Console) (err error) {
		sheet, err = c.Numbers(ctx, span, now)
		return err
	})
	if err != nil {
		return err
	}
	if r.html != "" {
		if err := r.page(sheet); err != nil {
			return err
		}
	}
	if r.json {
		e := json.NewEncoder(cmd.OutOrStdout())
		e.SetIndent("", "  ")
		return e.Encode(sheet)
	}
	return sheet.Text(cmd.OutOrStdout())
}

// page writes the page for the browser.
func (r *reporting) page(sheet report.Sheet) error {
	f, err := os.Create(r.html)
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	err = sheet.HTML(f)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("write the page %s: %w", r.html, err)
	}
	return nil
}
