package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

var update = flag.Bool("update", false, "rewrite the expected output in the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"handoff": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", UpdateScripts: *update, RequireExplicitExec: true})
}

// Every command and flag of the contract stands in --help, and does something
// or is refused by name.
func TestHelpListsEveryCommand(t *testing.T) {
	root := commands(slog.New(slog.DiscardHandler))
	want := map[string]string{
		"demo": "addr data", "serve": "config", "init": "config", "manifest": "mode url", "check": "config", "doctor": "config",
		"try": "config level as", "eval": "later", "explain": "config", "resume": "config", "export": "later", "erase": "later",
		"backup": "later", "bench": "later", "version": "",
	}
	var help bytes.Buffer
	if code := execute(t.Context(), []string{"--help"}, strings.NewReader(""), &help, io.Discard); code != 0 {
		t.Fatalf("--help exits with %d", code)
	}
	for name, flags := range want {
		cmd, _, err := root.Find([]string{name})
		if err != nil || cmd.Name() != name {
			t.Errorf("there is no command %s", name)
			continue
		}
		if !strings.Contains(help.String(), "\n  "+name+" ") {
			t.Errorf("--help does not list %s", name)
		}
		if flags == "later" {
			refused(t, name)
			continue
		}
		for f := range strings.FieldsSeq(flags) {
			if cmd.Flags().Lookup(f) == nil {
				t.Errorf("%s has no flag --%s", name, f)
			}
		}
		described(t, cmd)
	}
	if got := len(root.Commands()); got != len(want) {
		t.Errorf("%d commands, want %d: add the new one to this table", got, len(want))
	}
}

func refused(t *testing.T, name string) {
	t.Helper()
	var errs bytes.Buffer
	code := execute(t.Context(), []string{name, "--anything", "x"}, strings.NewReader(""), io.Discard, &errs)
	if code != 1 || !strings.Contains(errs.String(), name+" is not in this version") {
		t.Errorf("%s: exit %d, %q; want it refused by name", name, code, errs.String())
	}
}

func described(t *testing.T, cmd *cobra.Command) {
	t.Helper()
	if cmd.Short == "" {
		t.Errorf("%s has no description", cmd.Name())
	}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Usage == "" {
			t.Errorf("%s --%s has no description", cmd.Name(), f.Name)
		}
	})
}

func TestServeStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var errs bytes.Buffer
	args := []string{"demo", "--addr", "127.0.0.1:0"}
	if code := execute(ctx, args, strings.NewReader(""), io.Discard, &errs); code != 0 && !strings.Contains(errs.String(), "context canceled") {
		t.Errorf("exit %d: %s", code, errs.String())
	}
}
