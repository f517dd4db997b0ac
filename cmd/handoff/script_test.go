package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"

	yaml "github.com/goccy/go-yaml"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge"
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
		"try": "config level as", "eval": "config topics level detector require decisions json against near recorded html shadow", "report": "config week from to json html", "explain": "config json", "resume": "config", "export": "later", "erase": "later",
		"backup": "later", "bench": "only short kills storage json cpuprofile verbose", "version": "",
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

// The workspace of the tests grants and sends exactly what the manifest asks
// for, so that a missing scope or event fails here rather than at a customer's.
func TestManifestIsWhatTheTestsRunWith(t *testing.T) {
	text, err := slackbridge.Manifest(slackbridge.ModeSocket, "", slackbridge.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		OAuth struct {
			Scopes struct{ Bot []string }
		} `yaml:"oauth_config"`
		Settings struct {
			Events struct {
				Bot []string `yaml:"bot_events"`
			} `yaml:"event_subscriptions"`
		}
	}
	if err := yaml.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	if got, want := m.OAuth.Scopes.Bot, fakeslack.ManifestScopes(); !slices.Equal(got, want) {
		t.Errorf("scopes = %v, want %v", got, want)
	}
	if got, want := m.Settings.Events.Bot, fakeslack.ManifestEvents(); !slices.Equal(got, want) {
		t.Errorf("events = %v, want %v", got, want)
	}
}
