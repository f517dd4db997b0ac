package main

import (
	"github.com/spf13/cobra"

	"github.com/handoff-bot/handoff/escalation/eval"
)

// shadowed sums up what the shadow policy would have decided otherwise: of the
// database, or of files by handoff explain --json.
func (e *evaluation) shadowed(cmd *cobra.Command, files []string) error {
	list, err := e.recall(cmd, files)
	if err != nil {
		return err
	}
	s := eval.NewShadowed(list)
	if e.json {
		return s.PrintJSON(cmd.OutOrStdout())
	}
	return s.Print(cmd.OutOrStdout())
}
