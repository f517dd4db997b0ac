package knowledge

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
)

// Library is the knowledge as it is now. Its methods may be used by many goroutines.
type Library struct {
	config Config
	logger *slog.Logger

	mu  sync.RWMutex // held for reading during a search, so that an index is closed only when nobody uses it
	now *snapshot
}

// Open reads all sources and builds the index. A document that cannot be read is logged and left out; a source that
// is not there is an error. Without sources the library is empty and answers nothing. Close it in the end.
func Open(ctx context.Context, cfg Config, logger *slog.Logger) (*Library, error) {
	l := &Library{config: cfg, logger: logger}
	if err := l.reload(ctx); err != nil {
		return nil, err
	}
	return l, nil
}

// FromFS makes a library of the documents in fsys, such as embedded samples. It does not change.
func FromFS(ctx context.Context, fsys fs.FS, logger *slog.Logger) (*Library, error) {
	l := &Library{logger: logger}
	var found load
	if err := found.walk(ctx, fsys, ".", "", func(p string) string { return p }); err != nil {
		return nil, fmt.Errorf("reading documents: %w", err)
	}
	if err := l.swap(found); err != nil {
		return nil, err
	}
	return l, nil
}

// Search returns the n passages that fit the question best, the best first. It returns fewer when fewer share a word
// with it, and does not leave out those below Floor: the caller decides what to do with them.
func (l *Library) Search(ctx context.Context, question string, n int) ([]Passage, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.now == nil {
		return nil, nil
	}
	return l.now.search(ctx, question, n)
}

// Stats counts what the library holds.
type Stats struct {
	Docs     int
	Passages int
}

// Stats counts the documents and passages that are served.
func (l *Library) Stats() Stats {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.now == nil {
		return Stats{}
	}
	return Stats{Docs: l.now.load.docs, Passages: len(l.now.load.passages)}
}

// Skipped lists the documents that were left out.
func (l *Library) Skipped() []Skip {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.now == nil {
		return nil
	}
	return append([]Skip(nil), l.now.load.skipped...)
}

// Close frees the index. Searches find nothing afterwards.
func (l *Library) Close() error {
	l.replace(nil)
	return nil
}

// reload reads the sources again and swaps the index. On an error the old one stays.
func (l *Library) reload(ctx context.Context) error {
	found, err := loadSources(ctx, l.config.Sources)
	if err != nil {
		return err
	}
	return l.swap(found)
}

func (l *Library) swap(found load) error {
	next, err := newSnapshot(found, l.config.Dir)
	if err != nil {
		return err
	}
	l.report(found)
	l.replace(next)
	return nil
}

// report logs each document that is left out, once: the same complaint at every reload would hide the new one.
func (l *Library) report(found load) {
	known := map[Skip]bool{}
	for _, s := range l.Skipped() {
		known[s] = true
	}
	for _, s := range found.skipped {
		if !known[s] {
			l.logger.Warn("document left out", slog.String("path", s.Path), slog.String("reason", s.Reason))
		}
	}
	l.logger.Info("knowledge loaded", slog.Int("docs", found.docs), slog.Int("passages", len(found.passages)), slog.Int("left_out", len(found.skipped)))
}

func (l *Library) replace(next *snapshot) {
	l.mu.Lock()
	old := l.now
	l.now = next
	l.mu.Unlock()
	old.close()
}
