package config

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"
)

// lookAgain is how often the file is read without having been told of a change,
// for file systems that tell nothing.
const lookAgain = 30 * time.Second

// Change is what became of a changed file. Err is set when the file was refused
// and the old one stays in force. Restart names the changed keys that take
// effect only after a restart. Shadow says that it is about the file of the
// shadow policy alone: refused, the last good one goes on; without Err, it loads
// again.
type Change struct {
	File    *File
	Restart []string
	Err     error
	Shadow  bool
}

// Watcher keeps the configuration in force and replaces it, as a whole, when the
// file changes to one that loads. Current may be called from any goroutine.
type Watcher struct {
	env     Lookup
	log     *slog.Logger
	report  func(Change)
	current atomic.Pointer[File]
	pending string // the hash of changed texts that have been read once
	refused string // the last refusal, so that it is told once
	shadow  string // that of the shadow policy
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
// new configuration, before Current returns it; the calls do not overlap. With an
// error the old one stays in force, and the new one is tried again later.
func (w *Watcher) Run(ctx context.Context, apply func(*File) error) error {
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
		case e, ok := <-fs.Events:
			if !ok {
				return nil
			}
			if w.ours(e.Name) {
				timer.Reset(settle)
			}
		case err := <-fs.Errors:
			w.log.Warn("watching the configuration stumbled", "error", err)
		case <-timer.C:
			next := lookAgain
			if w.reload(apply) {
				next = settle
			}
			if err := w.follow(fs); err != nil {
				w.log.Warn("an included file is not watched", "error", err)
			}
			timer.Reset(next)
		}
	}
}

// ours says that a change in a watched folder may be one of our files: the
// database often stands beside them, and is written to all the time. Names that
// begin with two dots are how orchestrators swap a mounted folder.
func (w *Watcher) ours(name string) bool {
	f := w.Current()
	return strings.HasPrefix(filepath.Base(name), "..") ||
		slices.ContainsFunc(append([]string{f.Path}, f.Includes...), func(path string) bool { return filepath.Clean(path) == filepath.Clean(name) })
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

// reload reads the file and swaps it in when it is new, whole and loads. It says
// whether the file has to be looked at again soon.
func (w *Watcher) reload(apply func(*File) error) (soon bool) {
	old := w.Current()
	g := &glance{before: old.texts, found: texts{}}
	next, err := load(old.Path, w.env, g.read)
	if g.writing {
		return true
	}
	if hash := g.hash(); hash != w.pending {
		w.pending = hash
		return true
	}
	shadow := ""
	if err == nil {
		if shadow = next.shadowPath; g.isCut(shadow) {
			next.shadowErr = cutError(shadow, g.found[shadow])
		}
	}
	if cut := g.cut(shadow); cut != nil {
		err = cut
	}
	if err != nil {
		w.refuse(old, err)
		return false
	}
	w.keepShadow(old, next)
	switch {
	case next.Hash != old.Hash:
		w.swap(old, next, apply)
	case w.refused != "":
		w.refused = ""
		w.report(Change{File: old}) // what is in force is in the file again
	}
	return false
}

// refuse tells of a file that is not taken, once.
func (w *Watcher) refuse(old *File, err error) {
	if err.Error() == w.refused {
		return
	}
	w.refused = err.Error()
	w.log.Error("the changed configuration was refused; the old one stays in force", "file", old.Path, "error", err)
	w.report(Change{File: old, Err: err})
}

// swap takes the next file into use.
func (w *Watcher) swap(old, next *File, apply func(*File) error) {
	if err := apply(next); err != nil {
		w.refuse(old, fmt.Errorf("the changed configuration could not be applied: %w", err))
		return
	}
	w.refused = ""
	restart := needRestart(changed(old, next))
	w.current.Store(next)
	w.log.Info("the configuration was loaded again", "file", next.Path, "needs_restart", restart)
	w.report(Change{File: next, Restart: restart})
}

// keepShadow gives the next file the last good shadow policy when its own does
// not load: a slip in what is only tried out does not hold up what is in force.
func (w *Watcher) keepShadow(old, next *File) {
	err := next.shadowErr
	switch {
	case err == nil && w.shadow != "":
		w.shadow = ""
		w.report(Change{File: next, Shadow: true})
	case err != nil:
		next.Shadow, next.shadowHash, next.shadowErr = old.Shadow, old.shadowHash, nil
		next.Hash = next.liveHash + next.shadowHash
		next.texts[next.shadowPath] = old.texts[next.shadowPath]
		if err.Error() != w.shadow {
			w.shadow = err.Error()
			w.log.Error("the changed shadow policy was refused; the last good one stays", "file", err.File, "error", err)
			w.report(Change{File: old, Err: err, Shadow: true})
		}
	}
}

// live lists what takes effect without a restart. The texts in the folders of
// the section "knowledge" are watched by their room; another list of folders
// needs a restart.
func live() []string {
	return []string{"widget", "limits", "handoff", "replies", "learn.mode", "ai.instructions", "ai.budget"}
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
