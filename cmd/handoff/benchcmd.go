package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/pprof"
	"strings"

	"github.com/spf13/cobra"

	"github.com/handoff-bot/handoff/cmd/handoff/bench"
)

func benchCommand(log *slog.Logger) *cobra.Command {
	var (
		o       bench.Options
		to      string
		profile string
		verbose bool
	)
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "the built-in load driver",
		Long: "Starts the product on loopback, with a Slack and a model of its own that answer at once, lets visitors and agents act in it,\n" +
			"and prints what it measured. It needs no configuration and leaves nothing behind; the database is SQLite in a temporary\n" +
			"folder unless --storage names a PostgreSQL. docs/benchmarks.md says what each row means.\n\n" +
			"Measures: " + strings.Join(bench.Names(), ", "),
		Args: args(cobra.NoArgs, "no words"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			self, err := os.Executable()
			if err != nil {
				return fmt.Errorf("find this program: %w", err)
			}
			o.Version, o.Program = version, []string{self, "serve", "-c"}
			o.Progress = func(measure string) { fmt.Fprintln(cmd.ErrOrStderr(), "measuring", measure) }
			if verbose {
				o.Logger = log
			}
			return profiled(profile, func() error { return runBench(cmd, o, to) })
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.Only, "only", nil, "run these measures only, separated by commas")
	f.BoolVar(&o.Short, "short", false, "small counts, to see that it works: a few seconds")
	f.IntVar(&o.Kills, "kills", 0, "also kill the product this often while both sides write")
	f.StringVar(&o.Storage, "storage", "", "a postgres:// URL on which schemas may be created, in place of SQLite")
	f.StringVar(&to, "json", "", "also write the report to this file, as JSON")
	f.StringVar(&profile, "cpuprofile", "", "write a CPU profile of the run to this file")
	f.BoolVar(&verbose, "verbose", false, "show the product's own log")
	return cmd
}

// runBench runs the measures and prints what there is, also when some failed.
func runBench(cmd *cobra.Command, o bench.Options, to string) error {
	report, err := bench.Run(cmd.Context(), o)
	if len(report.Rows) > 0 {
		err = errors.Join(err, report.Print(cmd.OutOrStdout()))
	}
	if to == "" {
		return err
	}
	raw, jerr := json.MarshalIndent(report, "", "  ")
	if jerr == nil {
		jerr = os.WriteFile(to, append(raw, '\n'), 0o644)
	}
	return errors.Join(err, jerr)
}

// profiled runs f under the CPU profiler when a file is named.
func profiled(path string, f func() error) error {
	if path == "" {
		return f()
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("--cpuprofile: %w", err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return errors.Join(fmt.Errorf("--cpuprofile: %w", err), file.Close())
	}
	err = f()
	pprof.StopCPUProfile()
	return errors.Join(err, file.Close())
}
