package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

func openFile(t *testing.T, path string, o Options, pragmas ...string) *Store {
	t.Helper()
	s, err := open(context.Background(), "sqlite://"+path, o, pragmas...)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func file(t *testing.T) string { return filepath.Join(t.TempDir(), "handoff.db") }

var ada = conversation.Author{Role: conversation.Visitor, ID: "vis_1", Name: "Ada"}

func create(t *testing.T, s *Store) conversation.ID {
	t.Helper()
	state, err := s.Create(context.Background(), ada, conversation.Opened{Visitor: "vis_1", Widget: "web"})
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	return state.ID
}

func says(text string) conversation.Decider {
	return conversation.Append(conversation.Draft{Author: ada, Source: conversation.FromWidget, Body: conversation.Message{Text: text}})
}

// sqlExec runs a statement behind the store's back.
func sqlExec(t *testing.T, s *Store, text string, args ...any) {
	t.Helper()
	f := func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, text, args...)
		return err
	}
	err := s.transactOrAlone(f)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

func (s *Store) transactOrAlone(f operation) error {
	if s.writer != nil {
		return s.writer.alone(context.Background(), f)
	}
	return s.transact(context.Background(), f)
}

// TestDollarIsANumber: mattn binds $N in order of appearance; the dialect must
// turn it into a number.
func TestDollarIsANumber(t *testing.T) {
	s := openFile(t, file(t), Options{})
	got, err := one(context.Background(), s.read, value[int], `select $2 - $1`, 1, 5)
	if err != nil || got != 4 {
		t.Errorf("select $2 - $1 with 1 and 5 = %d, %v, want 4", got, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, c := range []struct{ url, want string }{
		{"", `sqlite://PATH or postgres://`},
		{"handoff.db", `sqlite://PATH or postgres://`},
		{"mysql://localhost/x", `begins with "mysql"`},
		{"sqlite://", "names no file"},
		{"sqlite://a.db?mode=ro", "nothing may follow the path"},
		{"sqlite://:memory:", "in memory"},
		{"sqlite://" + filepath.Join(t.TempDir(), "no", "such", "a.db"), "create it, or name another"},
		{"postgres://127.0.0.1:1/x?connect_timeout=1", "reach PostgreSQL at 127.0.0.1:1"},
		{"postgres://%zz", "storage.url"},
	} {
		s, err := Open(context.Background(), c.url, Options{})
		if err == nil {
			_ = s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("open %q: %v, want it to say %q", c.url, err, c.want)
		}
	}
}

func TestRelativePath(t *testing.T) {
	t.Chdir(t.TempDir())
	s, err := Open(context.Background(), "sqlite://a b#%41.db", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat("a b#%41.db")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v, want it beside the working directory, for its owner only", info, err)
	}
}

func TestSecondProcess(t *testing.T) {
	path := file(t)
	first := openFile(t, path, Options{})
	_, err := Open(context.Background(), "sqlite://"+path, Options{})
	if err == nil || !strings.Contains(err.Error(), "in use by another handoff process") {
		t.Errorf("a second open: %v", err)
	}
	create(t, first)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	openFile(t, path, Options{})
}

// TestDiskFull: a full disk refuses what it cannot keep, loses nothing that was
// acknowledged, and works again when there is room.
func TestDiskFull(t *testing.T) {
	ctx := context.Background()
	s := openFile(t, file(t), Options{Consumers: []string{"bot"}}, "pragma max_page_count = 120")
	id := create(t, s)
	var mu sync.Mutex
	kept := map[string]bool{}
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 40 {
				key := fmt.Sprintf("v:%d.%d", w, i)
				_, err := s.Append(ctx, id, key, says(strings.Repeat("x", 3000)))
				switch {
				case err == nil:
					mu.Lock()
					kept[key] = true
					mu.Unlock()
				case !errors.Is(err, conversation.ErrStorageFull):
					t.Errorf("append: %v, want ErrStorageFull", err)
				}
			}
		})
	}
	wg.Wait()
	if err := s.Ping(ctx); len(kept) == 320 {
		t.Fatalf("the disk was never full (ping: %v)", err)
	}
	sqlExec(t, s, "pragma max_page_count = 100000")
	if _, err := s.Append(ctx, id, "v:after", says("room again")); err != nil {
		t.Fatalf("append with room: %v", err)
	}
	log, err := s.Events(ctx, id, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if want := len(kept) + 2; len(log) != want {
		t.Errorf("%d events, want %d: what was acknowledged and nothing else", len(log), want)
	}
	for _, e := range log[1:] {
		if e.Key != "v:after" && !kept[e.Key] {
			t.Errorf("%s was refused and is there", e.Key)
		}
	}
}

func TestReadOnly(t *testing.T) {
	s := openFile(t, file(t), Options{})
	sqlExec(t, s, "pragma query_only = 1")
	if err := s.Ping(context.Background()); !errors.Is(err, ErrReadOnly) {
		t.Errorf("ping: %v, want ErrReadOnly", err)
	}
	sqlExec(t, s, "pragma query_only = 0")
	if err := s.Ping(context.Background()); err != nil {
		t.Errorf("ping: %v", err)
	}
}

// TestLostConnection: the writer's connection is replaced.
func TestLostConnection(t *testing.T) {
	s := openFile(t, file(t), Options{})
	id := create(t, s)
	err := s.writer.alone(context.Background(), func(context.Context, *tx) error {
		return s.writer.conn.Raw(func(any) error { return driver.ErrBadConn })
	})
	if !errors.Is(err, driver.ErrBadConn) {
		t.Fatalf("losing the connection: %v", err)
	}
	if _, err := s.Append(context.Background(), id, "", says("still here")); err != nil {
		t.Errorf("append: %v", err)
	}
}

// TestGroup: what waits together is committed together and woken once.
func TestGroup(t *testing.T) {
	var mu sync.Mutex
	var calls [][]conversation.ID
	s := openFile(t, file(t), Options{Committed: func(ids []conversation.ID) {
		mu.Lock()
		defer mu.Unlock()
		calls = append(calls, ids)
	}})
	ctx := context.Background()
	a, b := create(t, s), create(t, s)
	inside, gate := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_, _ = s.Append(ctx, a, "", func(conversation.State) ([]conversation.Draft, error) {
			close(inside)
			<-gate
			return nil, nil
		})
	})
	<-inside
	for i := range 20 {
		wg.Go(func() {
			id := []conversation.ID{a, b}[i%2]
			if _, err := s.Append(ctx, id, "", says("x")); err != nil {
				t.Errorf("append: %v", err)
			}
		})
	}
	for len(s.writer.queue) < 20 {
		runtime.Gosched() // they are on their way into the queue
	}
	close(gate)
	wg.Wait()
	mu.Lock()
	defer mu.Unlock()
	if last := calls[2:]; len(last) != 1 || len(last[0]) != 2 {
		t.Errorf("woken %v, want once, for both conversations", last)
	}
}

// TestErasedFile: nothing of an erased conversation is left in the files.
func TestErasedFile(t *testing.T) {
	ctx := context.Background()
	path := file(t)
	s := openFile(t, path, Options{Consumers: []string{"bot"}})
	id, other := create(t, s), create(t, s)
	for i := range 50 {
		if _, err := s.Append(ctx, id, fmt.Sprintf("key-marzipan-%d", i), says("secret marzipan")); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Append(ctx, other, "", says("public nougat")); err != nil {
			t.Fatal(err)
		}
	}
	if !inFiles(t, path, "marzipan") {
		t.Fatal("the text is not in the files to begin with: the test sees nothing")
	}
	if _, err := s.Append(ctx, other, "", says("one line of pistachio")); err != nil {
		t.Fatal(err)
	}
	if err := s.Redact(ctx, other, 52); err != nil {
		t.Fatal(err)
	}
	if inFiles(t, path, "pistachio") {
		t.Error("a redacted line is still in the files")
	}
	if err := s.Erase(ctx, id); err != nil {
		t.Fatal(err)
	}
	if inFiles(t, path, "marzipan") {
		t.Error("erased text is still in the files")
	}
	if !inFiles(t, path, "nougat") {
		t.Error("the other conversation is gone too")
	}
}

func inFiles(t *testing.T, path, text string) bool {
	t.Helper()
	names, err := filepath.Glob(path + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), text) {
			return true
		}
	}
	return false
}
