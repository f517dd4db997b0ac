package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/handoff-bot/handoff/cmd/handoff/console"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/escalation/eval"
)

// recordings judges recorded decisions again.
func (e *evaluation) recordings(cmd *cobra.Command, files []string) (r eval.Report, required []eval.Requirement, source string, err error) {
	policy, source, err := e.policy(cmd)
	if err != nil {
		return r, nil, "", err
	}
	next, err := e.other()
	if err != nil {
		return r, nil, "", err
	}
	var other *eval.Side
	if next != nil {
		other = e.side(next, e.against)
	}
	if required, err = e.requirements(); err != nil {
		return r, nil, "", err
	}
	list, err := e.recall(cmd, files)
	if err != nil {
		return r, nil, "", err
	}
	r = eval.NewReport(policy, nil)
	r.Near = e.nearMisses()
	done := 0
	r.Recall(list, *e.side(policy, source), other, func() {
		done++
		e.progress.show(done, len(list), "conversations")
	})
	e.progress.clear()
	return r, required, source, e.writeCases(r.Recorded.Labelled)
}

// side is a policy with the levels of the widget keys in the file of the command.
func (e *evaluation) side(p *escalation.Policy, by string) *eval.Side {
	return &eval.Side{Policy: p, By: by, Level: func(widget string) string {
		for _, k := range e.file.Widget.Keys {
			if e.level == "" && k.Key == widget {
				return k.Level
			}
		}
		return e.level
	}}
}

// requirements reads the file of them.
func (e *evaluation) requirements() ([]eval.Requirement, error) {
	if e.require == "" {
		return nil, nil
	}
	utterances, required, err := e.readFile(e.require)
	if err == nil && len(utterances) > 0 {
		err = fmt.Errorf("%s has utterances: with --recorded only requirements are read", e.require)
	}
	return required, err
}

// recall reads the recordings: of the files, or of the database.
func (e *evaluation) recall(cmd *cobra.Command, paths []string) ([]eval.Recording, error) {
	if len(paths) == 0 {
		var b bytes.Buffer
		err := operate(cmd, e.config, e.log, func(ctx context.Context, c console.Console) error {
			return c.Events(ctx, "", &b)
		})
		if err != nil {
			return nil, err
		}
		return some(eval.ReadRecordings("the database", &b))
	}
	var list []eval.Recording
	for _, path := range paths {
		files, err := labelled(path)
		if err != nil {
			return nil, err
		}
		for _, name := range files {
			found, err := readRecordings(name)
			if err != nil {
				return nil, err
			}
			list = append(list, found...)
		}
	}
	return some(list, nil)
}

// some refuses to judge nothing: a gate would pass.
func some(list []eval.Recording, err error) ([]eval.Recording, error) {
	if err == nil && len(list) == 0 {
		err = errors.New("there is no recorded conversation: has anybody chatted yet?")
	}
	return list, err
}

func readRecordings(name string) ([]eval.Recording, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read the recorded conversations: %w", err)
	}
	defer f.Close()
	return eval.ReadRecordings(name, f)
}
