// Command gen writes docs/configuration.md and docs/handoff.schema.json from the
// Config types. Run it from the repository's root after a change to one:
//
//	go run ./config/gen
package main

import (
	"fmt"
	"os"

	"github.com/handoff-bot/handoff/config"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run() error {
	text, err := config.Reference()
	if err != nil {
		return err
	}
	schema, err := config.Schema()
	if err != nil {
		return err
	}
	if err := os.WriteFile("docs/configuration.md", []byte(text), 0o644); err != nil {
		return fmt.Errorf("write the reference: %w", err)
	}
	if err := os.WriteFile("docs/handoff.schema.json", schema, 0o644); err != nil {
		return fmt.Errorf("write the schema: %w", err)
	}
	return nil
}
