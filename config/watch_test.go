package config

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// The search library starts its workers when it is imported.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/blevesearch/bleve_index_api.AnalysisWorker"))
}

// watched runs a Watcher over a file and hands out its reports.
func watched(t *testing.T, text string) (path string, w *Watcher, reports <-chan Change, applied <-chan *File) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "handoff.yaml")
	write(t, path, text)
	w, reports, applied = follow(t, path)
	return path, w, reports, applied
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// follow is watched for a file that is there.
func follow(t *testing.T, path string) (w *Watcher, reports <-chan Change, applied <-chan *File) {
	t.Helper()
	f, err := Load(path, with())
	if err != nil {
		t.Fatal(err)
	}
	changes, files := make(chan Change, 8), make(chan *File, 8)
	w = NewWatcher(f, with(), quiet(), func(c Change) { changes <- c })
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx, func(f *File) error { files <- f; return nil }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return w, changes, files
}

// next rewrites the file until the watcher reports: a write may come before the
// watch stands.
func next(t *testing.T, reports <-chan Change, change func()) Change {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		change()
		select {
		case c := <-reports:
			return c
		case <-time.After(doubt + 10*settle):
		case <-deadline:
			t.Fatal("the watcher reports nothing")
		}
	}
}

func TestReloadSwapsTheWholeFile(t *testing.T) {
	path, w, reports, applied := watched(t, minimal)
	c := next(t, reports, func() { write(t, path, minimal+"handoff: {level: quick}\n") })
	if c.Err != nil || len(c.Restart) != 0 {
		t.Errorf("change = %+v, want a clean one", c)
	}
	if got := (<-applied).Handoff.Level; got != "quick" || w.Current().Handoff.Level != "quick" {
		t.Errorf("level = %q and %q, want quick", got, w.Current().Handoff.Level)
	}
}

func TestBadFileChangesNothing(t *testing.T) {
	path, w, reports, applied := watched(t, minimal)
	before := w.Current()
	c := next(t, reports, func() { write(t, path, minimal+"handoff: {level: loud}\n") })
	if c.Err == nil || !strings.Contains(c.Err.Error(), "handoff.level") || c.File != before {
		t.Errorf("change = %+v, want the refusal and the old file", c)
	}
	if w.Current() != before {
		t.Error("the bad file is in force")
	}
	c = next(t, reports, func() { write(t, path, minimal+"handoff: {level: quick}\n") })
	if c.Err != nil || w.Current().Handoff.Level != "quick" {
		t.Errorf("change = %+v, want the mended file in force", c)
	}
	if len(applied) != 1 {
		t.Errorf("applied %d times, want once", len(applied))
	}
}

func TestKeysThatNeedARestartAreNamed(t *testing.T) {
	path, _, reports, _ := watched(t, minimal)
	c := next(t, reports, func() {
		write(t, path, minimal+"server: {addr: \":9999\"}\nstorage: {url: \"sqlite://other.db\"}\nhandoff: {level: quick}\n")
	})
	if want := []string{"server.addr", "storage.url"}; !slices.Equal(c.Restart, want) {
		t.Errorf("restart = %v, want %v", c.Restart, want)
	}
}

// Editors and orchestrators write another file and rename it over the old one.
func TestReloadFollowsARename(t *testing.T) {
	path, w, reports, _ := watched(t, minimal)
	c := next(t, reports, func() {
		write(t, path+".new", minimal+"handoff: {level: ai_first}\n")
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
	})
	if c.Err != nil || w.Current().Handoff.Level != "ai_first" {
		t.Errorf("change = %+v", c)
	}
}

func TestReloadFollowsIncludedFiles(t *testing.T) {
	dir := t.TempDir()
	topics := filepath.Join(dir, "topics.yaml")
	write(t, topics, "- {name: A, phrases: [a b]}\n")
	path, w, reports, _ := watched(t, minimal+"handoff: {restricted_topics: {file: "+topics+"}}\n")
	_ = path
	next(t, reports, func() { write(t, topics, "- {name: B, phrases: [b c]}\n") })
	if got := w.Current().Handoff.RestrictedTopics[0].Name; got != "B" {
		t.Errorf("topic = %q, want B", got)
	}
}
