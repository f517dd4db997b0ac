package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/handoff-bot/handoff/cmd/handoff/app"
	"github.com/handoff-bot/handoff/config"
)

// TestMain is also the program that the measures start: `serve FILE`.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "serve" {
		if err := serve(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	// The search library keeps its workers for the life of the process.
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/blevesearch/bleve_index_api.AnalysisWorker"))
}

func serve(path string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	file, err := config.Load(path, func(string) (string, bool) { return "", false })
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, file, app.Options{Version: "test", Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		return err
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", file.Server.Addr)
	if err == nil {
		err = a.Run(ctx, ln, nil)
	}
	return errors.Join(err, a.Close())
}

// TestShortRun runs every measure with small counts. It asserts counts, and that
// times were taken, not how long anything took.
func TestShortRun(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	var order []string
	report, err := Run(t.Context(), Options{
		Version: "test", Short: true, Kills: 1, Program: []string{os.Args[0], "serve"},
		Progress: func(name string) { order = append(order, name) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(order, " "), strings.Join(Names(), " "); got != want {
		t.Errorf("measured %s, want %s", got, want)
	}
	never := map[string][]string{
		"relay": {"lost", "twice", "misplaced"}, "reply": {"lost", "twice", "misplaced"}, "outage": {"lost", "twice", "misplaced"},
		"kills": {"lost", "twice", "misplaced"}, "claims": {"count"}, "talkover": {"count"},
	}
	rows := map[string]int{}
	for _, row := range report.Rows {
		rows[row.Measure]++
		for _, name := range never[row.Measure] {
			if n := row.Values[name]; n != 0 {
				t.Errorf("%s: %v %s", row.Name, n, name)
			}
		}
		for name, v := range row.Values {
			timed := strings.HasSuffix(name, "_ms") || strings.HasSuffix(name, "_per_s") || strings.HasSuffix(name, "_bytes")
			if timed && v <= 0 {
				t.Errorf("%s: %s is %v, want it measured", row.Name, name, v)
			}
		}
	}
	want := map[string]int{"relay": 3, "reply": 2, "post": 3, "answer": 3, "claims": 1, "talkover": 3, "outage": 2, "widget": 1, "footprint": 3, "kills": 2}
	for name, n := range want {
		if rows[name] != n {
			t.Errorf("%s has %d rows, want %d", name, rows[name], n)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	if _, err := json.Marshal(report); err != nil {
		t.Error(err)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []Options{{Only: []string{"speed"}}, {Storage: "sqlite://here.db"}} {
		if report, err := Run(t.Context(), o); err == nil || len(report.Rows) > 0 {
			t.Errorf("%+v is taken: %v", o, report.Rows)
		}
	}
}

// A measure that cannot be taken says so in its row, and the others still run.
func TestFailedMeasureLeavesARow(t *testing.T) {
	report, err := Run(t.Context(), Options{Short: true, Only: []string{"widget", "footprint"}})
	if err == nil || !strings.Contains(err.Error(), "footprint: there is no program to start") {
		t.Errorf("got error %v, want the measure named", err)
	}
	if len(report.Rows) != 2 || report.Rows[0].Measure != "widget" || !strings.HasPrefix(report.Rows[1].Figure, "not measured") {
		t.Errorf("got rows %+v", report.Rows)
	}
}

func TestEndedContextEndsTheRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, Options{Short: true, Only: []string{"relay"}}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's end", err)
	}
}

func TestPrintAlignsFigures(t *testing.T) {
	var out bytes.Buffer
	r := Report{Version: "1", System: "linux/amd64", Cores: 2, Go: "go1", Storage: "sqlite", Rows: []Row{{Name: "a", Figure: "1"}, {Name: "longer", Figure: "2"}}}
	if err := r.Print(&out); err != nil {
		t.Fatal(err)
	}
	want := "handoff 1, linux/amd64, 2 cores, go1, sqlite\n\na        1\nlonger   2\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}
