package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/handoff-bot/handoff/escalation/eval"
)

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
func (e *evaluation) write(outcomes []eval.Outcome) error {
	decisions := make([]any, len(outcomes))
	for i, o := range outcomes {
		decisions[i] = o.Decision()
	}
	return writeLines(e.decisions, "the decisions", decisions)
}

// writeCases writes what agents say of single detectors, as utterances that this
// command reads.
func (e *evaluation) writeCases(labelled []eval.Utterance) error {
	lines := make([]any, len(labelled))
	for i, u := range labelled {
		lines[i] = u
	}
	return writeLines(e.cases, "the labelled utterances", lines)
}

// writeLines writes one JSON object a line; without a name it writes nothing.
func writeLines(name, what string, lines []any) (err error) {
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) // it may quote visitors
	if err != nil {
		return fmt.Errorf("write %s: %w", what, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	to := json.NewEncoder(f)
	for _, line := range lines {
		if err := to.Encode(line); err != nil {
			return fmt.Errorf("write %s: %w", what, err)
		}
	}
	return nil
}

// page writes the report as a page for the browser.
func (e *evaluation) page(r eval.Report, source string) (err error) {
	if e.html == "" {
		return nil
	}
	f, err := os.OpenFile(e.html, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) // it quotes visitors
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return r.PrintHTML(f, source)
}
