package main

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/escalation/eval"
)

// evaluation is what one run of the command was asked for.
type evaluation struct {
	config, topics, level, detector string
	against                         string
	near                            float64
	recorded, shadow                bool
	require, decisions, cases, html string
	json                            bool

	log      *slog.Logger
	file     *config.File // that of config
	progress progress
}

func evalCommand(log *slog.Logger) *cobra.Command {
	e := evaluation{log: log}
	cmd := &cobra.Command{
		Use:   "eval FILE.jsonl...",
		Short: "judge labelled utterances and recorded conversations by a policy",
		Long: "Judges labelled utterances, one JSON object a line, by the policy and without a model, and prints precision, recall, F1\n" +
			"and false alarms per 1,000 for each detector, by source, language, kind and topic. A folder stands for all .jsonl files\n" +
			"in it. With --recorded it judges the decisions of recorded conversations again: those of the database, or of the files\n" +
			"that handoff explain --json wrote. What is required stands in lines of the files (\"require\") or in a file of its own;\n" +
			"when it is not met the command exits with 1. docs/judgement.md has the fields. Nothing is started.",
		Example: `  handoff eval utterances.jsonl
  handoff eval --require gate.jsonl --json labelled/ > report.json
  handoff eval --against next.yaml --near 0.1 --html report.html labelled/
  handoff eval --recorded --against next.yaml
  handoff eval --shadow`,
		RunE: func(cmd *cobra.Command, files []string) error { return e.run(cmd, files) },
	}
	cmd.Args = func(cmd *cobra.Command, files []string) error {
		if e.recorded || e.shadow {
			return nil
		}
		return args(cobra.MinimumNArgs(1), "files of labelled utterances")(cmd, files)
	}
	fileFlag(cmd, &e.config)
	f := cmd.Flags()
	f.StringVar(&e.against, "against", "", "also list what this policy file would decide differently")
	f.Float64Var(&e.near, "near", 0, "also list what the AI would answer with a signal this little below its threshold, such as 0.1")
	f.BoolVar(&e.recorded, "recorded", false, "judge recorded conversations instead: those of the database, or of files by handoff explain --json")
	f.StringVar(&e.topics, "topics", "", "judge by the restricted topics of this YAML file instead of the policy's")
	f.StringVar(&e.level, "level", "", "judge by this level instead of the policy's")
	f.StringVar(&e.detector, "detector", "", "whose labels they are, when the lines do not say: "+strings.Join(eval.Detectors(), ", "))
	f.StringVar(&e.require, "require", "", "a file of JSON lines that says what has to be reached")
	f.StringVar(&e.decisions, "decisions", "", "also write what was decided to this file, one JSON object an utterance")
	f.StringVar(&e.cases, "cases", "", "with --recorded: also write what agents say of single detectors to this file, as labelled utterances")
	f.BoolVar(&e.json, "json", false, "print the report as JSON")
	f.StringVar(&e.html, "html", "", "also write the report to this file, as a page for the browser")
	f.BoolVar(&e.shadow, "shadow", false, "sum up instead what the policy of handoff.shadow would have decided otherwise, as it was recorded")
	return cmd
}

func (e *evaluation) run(cmd *cobra.Command, files []string) error {
	if err := e.refused(cmd); err != nil {
		return err
	}
	e.progress = newProgress(cmd.ErrOrStderr())
	if e.shadow {
		return e.shadowed(cmd, files)
	}
	judge := e.utterances
	if e.recorded {
		judge = e.recordings
	}
	report, required, source, err := judge(cmd, files)
	if err != nil {
		return err
	}
	report.Checks = report.Check(required)
	if err := e.print(cmd.OutOrStdout(), report, source); err != nil {
		return err
	}
	if err := e.page(report, source); err != nil {
		return err
	}
	missed := false
	for _, c := range report.Checks {
		if c.Missed != "" {
			missed = true
			fmt.Fprintln(cmd.ErrOrStderr(), "not reached:", c.Missed)
		}
	}
	if missed {
		return errSilent
	}
	return nil
}

// utterances judges labelled utterances.
func (e *evaluation) utterances(cmd *cobra.Command, files []string) (r eval.Report, required []eval.Requirement, source string, err error) {
	lines, required, err := e.read(files)
	if err != nil {
		return r, nil, "", err
	}
	policy, source, err := e.policy(cmd)
	if err != nil {
		return r, nil, "", err
	}
	near, changes := e.nearMisses(), (*eval.Changes)(nil)
	other, err := e.other()
	if err != nil {
		return r, nil, "", err
	}
	if other != nil {
		changes = eval.NewChanges(other, e.against)
	}
	outcomes := make([]eval.Outcome, 0, len(lines))
	for i, u := range lines {
		o := eval.Judge(policy, e.level, u)
		outcomes = append(outcomes, o)
		if changes != nil {
			changes.Compare(other, e.level, o)
		}
		if near != nil {
			near.Look(o)
		}
		e.progress.show(i+1, len(lines), "lines")
	}
	e.progress.clear()
	r = eval.NewReport(policy, outcomes)
	r.Changes, r.Near = changes.Sorted(), near.Sorted()
	return r, required, source, e.write(outcomes)
}

func (e *evaluation) nearMisses() *eval.NearMisses {
	if e.near == 0 {
		return nil
	}
	return eval.NewNearMisses(e.near)
}

// refused names what makes no sense.
func (e *evaluation) refused(cmd *cobra.Command) error {
	if e.shadow {
		for _, other := range []string{"recorded", "against", "near", "topics", "level", "detector", "require", "decisions", "cases", "html"} {
			if cmd.Flags().Changed(other) {
				return misused(cmd, fmt.Errorf("--shadow goes with --config and --json alone, not with --%s", other))
			}
		}
	}
	if names := levels(); e.level != "" && !slices.Contains(names, e.level) {
		return misused(cmd, fmt.Errorf("--level is one of %s, not %q", strings.Join(names, ", "), e.level))
	}
	if names := eval.Detectors(); e.detector != "" && !slices.Contains(names, e.detector) {
		return misused(cmd, fmt.Errorf("--detector is one of %s, not %q", strings.Join(names, ", "), e.detector))
	}
	if cmd.Flags().Changed("near") && (e.near <= 0 || e.near > 1) {
		return misused(cmd, errors.New("--near is a number between 0 and 1, such as 0.1"))
	}
	if e.cases != "" && !e.recorded {
		return misused(cmd, errors.New("--cases goes with --recorded: it writes what agents say of recorded decisions"))
	}
	for _, flag := range []string{"detector", "decisions"} {
		if e.recorded && cmd.Flags().Changed(flag) {
			return misused(cmd, fmt.Errorf("--%s is for labelled utterances, not for recorded conversations", flag))
		}
	}
	return nil
}
