// Package bench is the built-in load driver. It starts the whole product on
// loopback, with a Slack ([fakeslack.Server]) and a model server of its own that
// answer at once, lets visitors and agents act in it as from outside, and reports
// what it measured.
//
// The one idea: a [measure] brings its own fresh installation, so that none sees
// what another left behind, and each can be run alone. Measures run one after the
// other; every one is bounded in count and in time. Nothing leaves this machine,
// and everything that was written is gone at the end.
//
// [Run] runs the measures and returns a [Report]; [Report.Print] prints it as a
// table. Figures are computed from what was measured and nothing else; what could
// not be measured says so in its row.
package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Options says what to measure. The zero value is a full run on SQLite without
// kills.
type Options struct {
	// Version is the product's, for the report.
	Version string
	// Storage is the URL of a PostgreSQL on which schemas may be created; each
	// installation gets one of its own, which is dropped at the end. Empty means
	// SQLite in a temporary folder.
	Storage string
	// Only names the measures to run; empty means all. See [Names].
	Only []string
	// Short takes small counts: a few seconds in all, to see that it works.
	Short bool
	// Kills is how often the product is killed in the measure "kills"; 0 leaves
	// the measure out.
	Kills int
	// Program is the command that serves a file, whose name is appended. The
	// measures that need a process of its own start it.
	Program []string
	// Logger gets the product's own log; nil is silent.
	Logger *slog.Logger
	// Progress is told the name of each measure before it runs; nil is silent.
	Progress func(measure string)
}

// Report is what a run has found.
type Report struct {
	Version string    `json:"version"`
	At      time.Time `json:"at"`
	System  string    `json:"system"` // operating system and architecture
	Cores   int       `json:"cores"`
	Go      string    `json:"go"`
	Storage string    `json:"storage"` // sqlite or postgres
	Short   bool      `json:"short,omitempty"`
	Rows    []Row     `json:"rows"`
}

// Row is one figure, for people, with the numbers behind it. Units are in the
// names of the values: _ms, _s, _per_s, _bytes; the others are counts.
type Row struct {
	Measure string             `json:"measure"`
	Name    string             `json:"name"`
	Figure  string             `json:"figure"`
	Values  map[string]float64 `json:"values,omitempty"`
}

// measure is one piece of work that gives one row or several.
type measure struct {
	name string
	run  func(*job, context.Context) ([]Row, error)
}

// job is what a measure works with.
type job struct {
	Options
	size size
}

func measures() []measure {
	return []measure{
		{"relay", (*job).relay},
		{"reply", (*job).reply},
		{"post", (*job).post},
		{"answer", (*job).answer},
		{"claims", (*job).claims},
		{"talkover", (*job).talkover},
		{"outage", (*job).outage},
		{"widget", (*job).widget},
		{"footprint", (*job).footprint},
		{"kills", (*job).kills},
	}
}

// Names lists the measures in the order they run.
func Names() []string {
	var out []string
	for _, m := range measures() {
		out = append(out, m.name)
	}
	return out
}

// longest bounds one measure; the slowest, with its 20 kills, takes a minute.
const longest = 5 * time.Minute

// Run runs the measures. A measure that fails leaves a row that says so, and the
// others still run; the error then names it. When ctx ends, Run stops and returns
// what it has.
func Run(ctx context.Context, o Options) (Report, error) {
	report := Report{
		Version: o.Version, At: time.Now().UTC().Truncate(time.Second), System: runtime.GOOS + "/" + runtime.GOARCH,
		Cores: runtime.NumCPU(), Go: runtime.Version(), Storage: "sqlite", Short: o.Short,
	}
	if o.Storage != "" {
		report.Storage = "postgres"
	}
	if err := o.check(); err != nil {
		return report, err
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	j := &job{Options: o, size: sizeOf(o.Short)}
	var failed []error
	for _, m := range j.chosen() {
		if o.Progress != nil {
			o.Progress(m.name)
		}
		rows, err := j.measure(ctx, m)
		report.Rows = append(report.Rows, rows...)
		if ctx.Err() != nil {
			return report, ctx.Err()
		}
		if err != nil {
			report.Rows = append(report.Rows, Row{Measure: m.name, Name: m.name, Figure: "not measured: " + err.Error()})
			failed = append(failed, fmt.Errorf("%s: %w", m.name, err))
		}
	}
	return report, errors.Join(failed...)
}

func (j *job) measure(ctx context.Context, m measure) ([]Row, error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	rows, err := m.run(j, ctx)
	for i := range rows {
		rows[i].Measure = m.name
	}
	return rows, err
}

func (o Options) check() error {
	for _, name := range o.Only {
		if !slices.Contains(Names(), name) {
			return fmt.Errorf("there is no measure %q; there are %s", name, strings.Join(Names(), ", "))
		}
	}
	if o.Storage != "" && !strings.HasPrefix(o.Storage, "postgres://") && !strings.HasPrefix(o.Storage, "postgresql://") {
		return fmt.Errorf("storage %q is not a postgres:// URL; without one, the benchmark uses SQLite in a temporary folder", o.Storage)
	}
	return nil
}

// chosen lists the measures to run. Kills are left out unless they were asked
// for, by number or by name.
func (j *job) chosen() []measure {
	if slices.Contains(j.Only, "kills") && j.Kills == 0 {
		j.Kills = j.size.kills
	}
	return slices.DeleteFunc(measures(), func(m measure) bool {
		if m.name == "kills" && j.Kills > 0 {
			return false
		}
		return m.name == "kills" || len(j.Only) > 0 && !slices.Contains(j.Only, m.name)
	})
}

// size is how much work the measures do.
type size struct {
	lines   int           // lines, one at a time
	burst   int           // lines at once
	rate    time.Duration // how long a rate is measured
	clients []int         // how many write at once
	turns   int           // answers, one at a time
	races   int           // two claims at once
	claimed int           // claims of a conversation the bot answers in
	replied int           // replies without a claim
	waiting int           // lines while waiting
	outage  time.Duration // how long Slack answers 500
	chats   int           // conversations that go on meanwhile
	starts  int           // starts of the process
	idle    time.Duration // how long the process rests before its memory is read
	streams int           // open visitor streams
	kills   int           // when they are asked for by name only
	each    int           // lines each way while being killed
}

func sizeOf(short bool) size {
	if short {
		return size{
			lines: 10, burst: 10, rate: 200 * time.Millisecond, clients: []int{1, 4}, turns: 5, races: 2, claimed: 3, replied: 2, waiting: 2,
			outage: time.Second, chats: 1, starts: 1, idle: 200 * time.Millisecond, streams: 20, kills: 2, each: 20,
		}
	}
	return size{
		lines: 200, burst: 50, rate: 5 * time.Second, clients: []int{1, 16, 64}, turns: 100, races: 20, claimed: 40, replied: 20, waiting: 30,
		outage: 20 * time.Second, chats: 3, starts: 5, idle: 3 * time.Second, streams: 1000, kills: 20, each: 200,
	}
}
