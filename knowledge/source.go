package knowledge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Skip is a document that was left out, and why.
type Skip struct {
	Path   string
	Reason string
}

// load is what one pass over the sources found.
type load struct {
	docs     int
	passages []Passage
	skipped  []Skip
	seen     []string // name, size and time of every document, to notice changes
}

// loadSources reads all sources. It fails only when a source itself cannot be reached.
func loadSources(ctx context.Context, sources []Source) (load, error) {
	var l load
	named := 0
	for _, s := range sources {
		if s.Own == "" {
			named++
		}
	}
	for i, s := range sources {
		prefix := sourcePrefix(i, named)
		if s.Own != "" {
			prefix = s.Own + "/"
		}
		err := l.source(ctx, s.Path, prefix)
		if s.Own != "" && errors.Is(err, fs.ErrNotExist) {
			continue // nothing was written to it yet
		}
		if err != nil && s.Own != "" && ctx.Err() == nil {
			l.skip(s.Path, err) // the others serve
			continue
		}
		if err != nil {
			return load{}, fmt.Errorf("knowledge[%d].path: %w", i, err)
		}
	}
	return l, nil
}

// sourcePrefix keeps the document names of several sources apart.
func sourcePrefix(i, n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf("%d/", i)
}

// source reads a folder or a single file. Both go through os.Root, which refuses symbolic links that lead outside.
func (l *load) source(ctx context.Context, name, prefix string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	folder, start := name, "."
	if !info.IsDir() {
		folder, start = filepath.Dir(name), filepath.Base(name)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // opened for reading
	return l.walk(ctx, root.FS(), start, prefix, func(p string) string { return filepath.Join(folder, filepath.FromSlash(p)) })
}

// walk reads the documents at and below start. shown turns a path in fsys into the one for people.
func (l *load) walk(ctx context.Context, fsys fs.FS, start, prefix string, shown func(string) string) error {
	return fs.WalkDir(fsys, start, func(p string, entry fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		hidden := p != start && strings.HasPrefix(path.Base(p), ".")
		switch {
		case err != nil && p == start:
			return err
		case err != nil:
			l.skip(shown(p), err)
			return nil
		case entry.IsDir() && (hidden || entry.Name() == "node_modules"):
			return fs.SkipDir
		case !entry.IsDir() && !hidden && isDocument(p):
			l.file(fsys, p, prefix, shown(p))
		}
		return nil
	})
}

func (l *load) file(fsys fs.FS, p, prefix, shown string) {
	data, err := l.read(fsys, p, shown)
	if err == nil {
		var doc document
		if doc, err = parse(p, data); err == nil {
			doc.name = prefix + doc.name
			l.docs++
			l.passages = append(l.passages, doc.passages(shown)...)
			return
		}
	}
	l.skip(shown, err)
}

func (l *load) read(fsys fs.FS, p, shown string) ([]byte, error) {
	f, err := fsys.Open(p)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // opened for reading
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	l.seen = append(l.seen, fmt.Sprintf("%s %d %d", shown, info.Size(), info.ModTime().UnixNano()))
	switch {
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("not a regular file")
	case info.Size() > maxFile:
		return nil, errTooLarge
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = errTooLarge
	}
	return data, err
}

func (l *load) skip(shown string, err error) {
	l.skipped = append(l.skipped, Skip{Path: shown, Reason: err.Error()})
}
