package knowledge_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/knowledge"
)

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	full := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestBadFilesAreLeftOut(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	write(t, dir, "good.md", "# Parcels\nParcels arrive.")
	write(t, dir, "deep/er/good.txt", "Parcels depart.")
	write(t, dir, "big.md", strings.Repeat("parcel ", 1<<20))
	write(t, dir, "binary.md", "parcel\x00")
	write(t, dir, "empty.html", "<html></html>")
	write(t, dir, "parcel.png", "parcel")
	write(t, dir, ".hidden.md", "parcel")
	write(t, dir, ".git/parcel.md", "parcel")
	write(t, dir, "node_modules/parcel.md", "parcel")
	write(t, outside, "secret.md", "parcel secrets")
	for link, target := range map[string]string{"escape.md": filepath.Join(outside, "secret.md"), "folder": outside, "inside.md": "good.md", "dangling.md": "nowhere.md", "up.md": "../" + filepath.Base(outside) + "/secret.md"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	var log bytes.Buffer
	l, err := knowledge.Open(t.Context(), knowledge.Config{Sources: []knowledge.Source{{Path: dir}}, Dir: t.TempDir()}, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // nothing to lose

	var docs, skipped []string
	for _, p := range search(t, l, "parcel") {
		docs = append(docs, p.Doc)
	}
	slices.Sort(docs)
	if want := []string{"deep/er/good.txt", "good.md", "inside.md"}; !slices.Equal(docs, want) {
		t.Errorf("found in %v, want %v", docs, want)
	}
	for _, s := range l.Skipped() {
		skipped = append(skipped, filepath.Base(s.Path))
		if s.Reason == "" || !strings.Contains(log.String(), filepath.Base(s.Path)) {
			t.Errorf("%s left out without a word: %q", s.Path, s.Reason)
		}
	}
	slices.Sort(skipped)
	if want := []string{"big.md", "binary.md", "dangling.md", "empty.html", "escape.md", "up.md"}; !slices.Equal(skipped, want) {
		t.Errorf("left out %v, want %v", skipped, want)
	}
	if strings.Contains(log.String(), "secrets") {
		t.Error("the log tells what is in a document")
	}
}

func TestSources(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	write(t, one, "a.md", "parcels")
	write(t, two, "a.md", "parcels")
	write(t, two, "b.md", "parcels")
	l := open(t, knowledge.Source{Path: one}, knowledge.Source{Path: filepath.Join(two, "a.md")})
	var ids []string
	for _, p := range search(t, l, "parcel") {
		ids = append(ids, p.ID+" "+p.Path)
	}
	slices.Sort(ids)
	if want := []string{"0/a.md#1 " + filepath.Join(one, "a.md"), "1/a.md#1 " + filepath.Join(two, "a.md")}; !slices.Equal(ids, want) {
		t.Errorf("got %q, want %q", ids, want)
	}
	if _, err := knowledge.Open(t.Context(), knowledge.Config{Sources: []knowledge.Source{{Path: filepath.Join(one, "nowhere")}}}, quiet); err == nil || !strings.Contains(err.Error(), "knowledge[0].path") {
		t.Errorf("a missing source: %v", err)
	}
}

func TestNothingStaysInTheTemporaryFolder(t *testing.T) {
	dir := t.TempDir()
	l, err := knowledge.Open(t.Context(), knowledge.Config{Sources: []knowledge.Source{{Path: "testdata/shop"}}, Dir: dir}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// running starts Run and returns what stops it.
func running(t *testing.T, l *knowledge.Library) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

// eventually waits for what the file system and the watcher need to do.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("not within 10 s: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestRunFollowsChanges(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.md", "Parcels arrive on Monday.")
	l := open(t, knowledge.Source{Path: dir})
	running(t, l)
	says := func(question, text string) func() bool {
		return func() bool {
			found := search(t, l, question)
			return len(found) > 0 && strings.Contains(found[0].Text, text)
		}
	}
	write(t, dir, "a.md", "Parcels arrive on Tuesday.")
	eventually(t, "a changed file", says("parcels", "Tuesday"))
	write(t, dir, "new/folder/b.md", "Gift cards are valid for three years.")
	eventually(t, "a file in a new folder", says("gift card", "three years"))
	write(t, dir, "new/folder/b.md", "Gift cards are valid for four years.")
	eventually(t, "a change in the new folder", says("gift card", "four years"))

	write(t, dir, "a.md", "Parcels\x00")
	eventually(t, "a file that became unreadable", func() bool { return len(l.Skipped()) == 1 && len(search(t, l, "parcels")) == 0 })
	write(t, dir, "a.tmp", "Parcels arrive on Friday.")
	if err := os.Rename(filepath.Join(dir, "a.tmp"), filepath.Join(dir, "a.md")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a file replaced by a rename", says("parcels", "Friday"))
	if err := os.RemoveAll(filepath.Join(dir, "new")); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a removed folder", func() bool { return l.Stats().Docs == 1 })
}

func TestRunKeepsTheLastGoodIndex(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "docs")
	write(t, dir, "a.md", "Parcels arrive on Monday.")
	var log lockedBuffer
	l, err := knowledge.Open(t.Context(), knowledge.Config{Sources: []knowledge.Source{{Path: dir}}, Dir: t.TempDir()}, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	running(t, l)
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a report of the missing folder", func() bool { return strings.Contains(log.String(), "the last good one stays") })
	if found := search(t, l, "parcels"); len(found) != 1 {
		t.Errorf("found %v", found)
	}
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func TestSearchDuringReloads(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.md", "Parcels arrive on Monday.")
	l := open(t, knowledge.Source{Path: dir})
	running(t, l)
	stop := make(chan struct{})
	var searching sync.WaitGroup
	for range 4 {
		searching.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					if found, err := l.Search(context.Background(), "parcels", 3); err != nil || len(found) != 1 {
						t.Errorf("during a reload: %v, %v", found, err)
						return
					}
				}
			}
		})
	}
	for _, day := range []string{"Tuesday", "Friday"} {
		write(t, dir, "b.md", "Shops open on "+day+".")
		eventually(t, day, func() bool {
			found, err := l.Search(t.Context(), "shops "+day, 1)
			return err == nil && len(found) == 1 && strings.Contains(found[0].Text, day)
		})
	}
	close(stop)
	searching.Wait()
}

func TestValidate(t *testing.T) {
	cfg := knowledge.Config{Sources: []knowledge.Source{{Path: "./docs"}, {URL: "https://www.example.com/help"}, {}}}
	got := cfg.Validate()
	if len(got) != 2 || got[0].Key != "knowledge[1].url" || got[0].Message != "knowledge.url is not in this version" || got[1].Key != "knowledge[2].path" {
		t.Errorf("got %+v", got)
	}
	if got := knowledge.Defaults().Validate(); got != nil {
		t.Errorf("defaults: %+v", got)
	}
}
