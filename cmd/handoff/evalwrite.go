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
