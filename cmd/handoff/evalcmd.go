package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/handoff-bot/handoff/config"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/escalation/eval"
)

// evaluation is what one run of the command was asked for.
type evaluation struct {
	config, topics, level, detector string
	require, decisions              string
	json                            bool
}

func evalCommand() *cobra.Command {
	var e evaluation
	cmd := &cobra.Command{
		Use:   "eval FILE.jsonl...",
		Short: "judge labelled utterances by a policy",
		Long: "Judges labelled utterances, one JSON object a line, by the policy and without a model, and prints precision, recall, F1\n" +
			"and false alarms per 1,000 for each detector, by source, language, kind and topic. A folder stands for all .jsonl files\n" +
			"in it. What is required stands in lines of the files (\"require\") or in a file of its own; when it is not met the\n" +
			"command exits with 1. docs/judgement.md has the fields. Nothing is started.",
		Example: `  handoff eval utterances.jsonl
  handoff eval --require gate.jsonl --json labelled/ > report.json`,
		Args: args(cobra.MinimumNArgs(1), "files of labelled utterances"),
		RunE: func(cmd *cobra.Command, files []string) error { return e.run(cmd, files) },
	}
	fileFlag(cmd, &e.config)
	f := cmd.Flags()
	f.StringVar(&e.topics, "topics", "", "judge by the restricted topics of this YAML file instead of the policy's")
	f.StringVar(&e.level, "level", "", "judge by this level instead of the policy's")
	f.StringVar(&e.detector, "detector", "", "whose labels they are, when the lines do not say: "+strings.Join(eval.Detectors(), ", "))
	f.StringVar(&e.require, "require", "", "a file of JSON lines that says what has to be reached")
	f.StringVar(&e.decisions, "decisions", "", "also write what was decided to this file, one JSON object an utterance")
	f.BoolVar(&e.json, "json", false, "print the report as JSON")
	for _, later := range evalLater() {
		f.String(later, "", "not in this version")
	}
	return cmd
}

// evalLater lists the flags of the contract that this version refuses.
func evalLater() []string { return []string{"against", "near", "shadow", "html"} }

func (e *evaluation) run(cmd *cobra.Command, files []string) error {
	if err := e.refused(cmd); err != nil {
		return err
	}
	utterances, required, err := e.read(files)
	if err != nil {
		return err
	}
	policy, source, err := e.policy(cmd)
	if err != nil {
		return err
	}
	outcomes := eval.Run(policy, e.level, utterances)
	report := eval.NewReport(policy, outcomes)
	if err := e.print(cmd.OutOrStdout(), report, source); err != nil {
		return err
	}
	if err := e.write(outcomes); err != nil {
		return err
	}
	missed := report.Missed(required)
	for _, m := range missed {
		fmt.Fprintln(cmd.ErrOrStderr(), "not reached:", m)
	}
	if len(missed) > 0 {
		return errSilent
	}
	return nil
}

// refused names what the contract has and this version has not.
func (e *evaluation) refused(cmd *cobra.Command) error {
	for _, later := range evalLater() {
		if cmd.Flags().Changed(later) {
			return fmt.Errorf("eval --%s is not in this version", later)
		}
	}
	if names := levels(); e.level != "" && !slices.Contains(names, e.level) {
		return misused(cmd, fmt.Errorf("--level is one of %s, not %q", strings.Join(names, ", "), e.level))
	}
	if names := eval.Detectors(); e.detector != "" && !slices.Contains(names, e.detector) {
		return misused(cmd, fmt.Errorf("--detector is one of %s, not %q", strings.Join(names, ", "), e.detector))
	}
	return nil
}

// read reads all files and what they require.
func (e *evaluation) read(paths []string) (utterances []eval.Utterance, required []eval.Requirement, err error) {
	var files []string
	for _, path := range paths {
		found, err := labelled(path)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, found...)
	}
	if e.require != "" {
		files = append(files, e.require)
	}
	for _, name := range files {
		u, r, err := e.readFile(name)
		if err != nil {
			return nil, nil, err
		}
		utterances, required = append(utterances, u...), append(required, r...)
	}
	if len(utterances) == 0 {
		return nil, nil, fmt.Errorf("there is no utterance in %s: docs/judgement.md says what a line looks like", strings.Join(paths, ", "))
	}
	return utterances, required, nil
}

func (e *evaluation) readFile(name string) ([]eval.Utterance, []eval.Requirement, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, fmt.Errorf("read the utterances: %w", err)
	}
	defer f.Close()
	return eval.Read(name, e.detector, f)
}

// labelled lists the files that a path stands for: itself, or the .jsonl files
// of a folder and its folders.
func labelled(path string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("read the utterances: %w", err)
		}
		if !d.IsDir() && (name == path || filepath.Ext(name) == ".jsonl") {
			files = append(files, name)
		}
		return nil
	})
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("there is no .jsonl file in %s", path)
	}
	return files, err
}

// policy compiles the policy, with other topics when they were asked for.
func (e *evaluation) policy(cmd *cobra.Command) (*escalation.Policy, string, error) {
	if e.topics == "" {
		return policyFrom(cmd, e.config)
	}
	f, err := fileOrSample(cmd, e.config)
	if err != nil {
		return nil, "", err
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
	p, problems := escalation.Compile(c)
	if len(problems) > 0 {
		return nil, "", fmt.Errorf("handoff.%s: %s", problems[0].Key, problems[0].Message)
	}
	return p, f.Path + ", restricted topics of " + e.topics, nil
}

func (e *evaluation) print(w io.Writer, r eval.Report, source string) error {
	if e.json {
		return r.PrintJSON(w)
	}
	if _, err := fmt.Fprintf(w, "by %s\n", source); err != nil {
		return err
	}
	return r.Print(w)
}

// write writes what was decided, in the order of the files.
func (e *evaluation) write(outcomes []eval.Outcome) (err error) {
	if e.decisions == "" {
		return nil
	}
	f, err := os.Create(e.decisions)
	if err != nil {
		return fmt.Errorf("write the decisions: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	to := json.NewEncoder(f)
	for _, o := range outcomes {
		if err := to.Encode(o.Decision()); err != nil {
			return fmt.Errorf("write the decisions: %w", err)
		}
	}
	return nil
}
