package config

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// settle is how long a file must be quiet before it is read: editors write
	// in several steps.
	settle = 150 * time.Millisecond
	// lookAgain is how often the file is read without having been told of a
	// change, for file systems that tell nothing.
	lookAgain = 30 * time.Second
)

// Change is what became of a changed file. Err is set when the file was refused
// and the old one stays in force. Restart names the changed keys that take
// effect only after a restart.
type Change struct {
	File    *File
	Restart []string
	Err     error
}

// Watcher keeps the configuration in force and replaces it, as a whole, when the
// file changes to one that loads. Current may be called from any goroutine.
type Watcher struct {
	env     Lookup
	log     *slog.Logger
	report  func(Change)
	current atomic.Pointer[File]
	refused string // the last refusal, so that it is told once
}

// NewWatcher starts from a loaded file. report is called once for each change,
// accepted or refused; nil means that it is only logged.
func NewWatcher(f *File, env Lookup, log *slog.Logger, report func(Change)) *Watcher {
	if report == nil {
		report = func(Change) {}
	}
	w := &Watcher{env: env, log: log, report: report}
	w.current.Store(f)
	return w
}

// Current is the configuration in force. It must not be changed.
func (w *Watcher) Current() *File { return w.current.Load() }

// Run watches until ctx ends and then returns nil. apply is called with each
// new configuration, after Current returns it; the calls do not overlap.
func (w *Watcher) Run(ctx context.Context, apply func(*File)) error {
	fs, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch %s: %w", w.Current().Path, err)
	}
	defer func() { _ = fs.Close() }()
	if err := w.follow(fs); err != nil {
		return err
	}
	timer := time.NewTimer(lookAgain)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case _, ok := <-fs.Events:
			if !ok {
				return nil
			}
			timer.Reset(settle)
		case err := <-fs.Errors:
			w.log.Warn("watching the configuration stumbled", "error", err)
		case <-timer.C:
			w.reload(apply)
			if err := w.follow(fs); err != nil {
				w.log.Warn("an included file is not watched", "error", err)
			}
			timer.Reset(lookAgain)
		}
	}
}

// follow watches the folders rather than the files: editors and orchestrators
// replace a file by renaming another one over it.
func (w *Watcher) follow(fs *fsnotify.Watcher) error {
	f := w.Current()
	for _, path := range append([]string{f.Path}, f.Includes...) {
		if err := fs.Add(filepath.Dir(path)); err != nil {
			return fmt.Errorf("watch %s: %w", filepath.Dir(path), err)
		}
	}
	return nil
}

// reload reads the file and swaps it in when it is new and loads.
func (w *Watcher) reload(apply func(*File)) {
	old := w.Current()
	next, err := Load(old.Path, w.env)
	if err != nil {
		if err.Error() != w.refused {
			w.refused = err.Error()
			w.log.Error("the changed configuration was refused; the old one stays in force", "file", old.Path, "error", err)
			w.report(Change{File: old, Err: err})
		}
		return
	}
	w.refused = ""
	if next.Hash == old.Hash {
		return
	}
	restart := needRestart(changed(old, next))
	w.current.Store(next)
	apply(next)
	w.log.Info("the configuration was loaded again", "file", next.Path, "needs_restart", restart)
	w.report(Change{File: next, Restart: restart})
}

// live lists what takes effect without a restart. The texts in the folders of
// the section "knowledge" are watched by their room; another list of folders
// needs a restart.
func live() []string {
	return []string{"widget", "limits", "handoff", "ai.instructions", "ai.budget"}
}

// needRestart picks the keys that do not.
func needRestart(paths []string) []string {
	var out []string
	for _, p := range paths {
		ok := false
		for _, l := range live() {
			ok = ok || within(p, l)
		}
		if !ok {
			out = append(out, p)
		}
	}
	return out
}

// changed lists the keys whose values differ.
func changed(a, b *File) []string {
	s, err := shapeOf(reflect.TypeFor[File]())
	if err != nil {
		return nil
	}
	var out []string
	for _, l := range s.leaves("") {
		if !reflect.DeepEqual(valueAt(reflect.ValueOf(a), l.path), valueAt(reflect.ValueOf(b), l.path)) {
			out = append(out, l.path)
		}
	}
	return out
}

// valueAt finds a key's value in a Config value; nil when a section on the way
// is absent.
func valueAt(v reflect.Value, path string) any {
	for path != "" {
		for v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return nil
			}
			v = v.Elem()
		}
		var name string
		name, path, _ = strings.Cut(path, ".")
		v = fieldNamed(v, name)
		if !v.IsValid() {
			return nil
		}
	}
	return v.Interface()
}

func fieldNamed(v reflect.Value, name string) reflect.Value {
	for i := range v.NumField() {
		if tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ","); tag == name {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}
