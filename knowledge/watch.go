package knowledge

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// settle is how long a folder must be quiet before it is read again; an editor writes a file in several steps.
	settle = 250 * time.Millisecond
	// tick is how often the folders are compared when no change was announced. Network file systems announce none.
	tick = time.Minute
)

// Run watches the sources and swaps the index when they change, until ctx ends. A change that cannot be read is
// logged and the index stays as it was. It returns nil when ctx ends, and an error when watching cannot start.
func (l *Library) Run(ctx context.Context) error {
	if len(l.config.Sources) == 0 {
		<-ctx.Done()
		return nil
	}
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watching the knowledge: %w", err)
	}
	defer watcher.Close() //nolint:errcheck // nothing is written
	l.watchAll(watcher)
	l.reloadIfChanged(ctx) // what changed between Open and now

	quiet := time.NewTimer(settle)
	quiet.Stop()
	defer quiet.Stop()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case event := <-watcher.Events:
			if event.Op != fsnotify.Chmod && l.concerns(event.Name) {
				quiet.Reset(settle)
			}
		case err := <-watcher.Errors: // events were lost; look for ourselves
			l.logger.Warn("watching the knowledge", slog.Any("error", err))
			quiet.Reset(settle)
		case <-quiet.C:
			l.watchAll(watcher)
			l.tryReload(ctx)
		case <-ticker.C:
			l.watchAll(watcher)
			l.reloadIfChanged(ctx)
		}
	}
}

// concerns says whether a change is one of a source: of a single file the whole
// folder is watched, in which other things may change all the time.
func (l *Library) concerns(name string) bool {
	for _, s := range l.config.Sources {
		path := filepath.Clean(s.Path)
		if filepath.Clean(name) == path || strings.HasPrefix(filepath.Clean(name), path+string(filepath.Separator)) || path == "." {
			return true
		}
	}
	return false
}

func (l *Library) tryReload(ctx context.Context) {
	if err := l.reload(ctx); err != nil && ctx.Err() == nil {
		l.logger.Error("knowledge not reloaded, the last good one stays", slog.Any("error", err))
	}
}

// reloadIfChanged reads the sources and swaps the index only when a document's name, size or time is another.
func (l *Library) reloadIfChanged(ctx context.Context) {
	found, err := loadSources(ctx, l.config.Sources)
	if err != nil {
		if ctx.Err() == nil {
			l.logger.Error("knowledge not reloaded, the last good one stays", slog.Any("error", err))
		}
		return
	}
	l.mu.RLock()
	same := l.now != nil && slices.Equal(l.now.load.seen, found.seen)
	l.mu.RUnlock()
	if same {
		return
	}
	if err := l.swap(found); err != nil {
		l.logger.Error("knowledge not reloaded, the last good one stays", slog.Any("error", err))
	}
}

// watchAll watches every folder of the sources; a single file through its folder, because editors replace files.
// Adding a folder again does nothing. What cannot be watched is left to the tick.
func (l *Library) watchAll(watcher *fsnotify.Watcher) {
	for _, s := range l.config.Sources {
		info, err := os.Stat(s.Path)
		if err == nil && !info.IsDir() || s.Own != "" {
			err = watcher.Add(filepath.Dir(s.Path))
		} else if err == nil {
			err = filepath.WalkDir(s.Path, func(p string, entry fs.DirEntry, err error) error {
				if err != nil || !entry.IsDir() {
					return nil //nolint:nilerr // an unreadable folder is reported when it is read
				}
				if p != s.Path && strings.HasPrefix(entry.Name(), ".") {
					return fs.SkipDir
				}
				return watcher.Add(p)
			})
		}
		if err != nil {
			l.logger.Warn("folder not watched, changes show within a minute", slog.String("path", s.Path), slog.Any("error", err))
		}
	}
}
