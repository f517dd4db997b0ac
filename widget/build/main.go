// Command build bundles the visitor's widget from widget/src into widget/dist.
// Run it from the repository's root after a change to the source:
//
//	go run ./widget/build
//
// The result is committed, so that building the server needs no Node. A test
// rebuilds it in memory and fails when the committed files are stale.
package main

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
)

func main() {
	dir := flag.String("dir", "widget", "folder of the widget's source")
	entry := flag.String("profile", "", "source to profile, such as src/panel.ts, instead of building")
	flag.Parse()
	act := func() error { return run(*dir) }
	if *entry != "" {
		act = func() error { return profile(os.Stdout, *dir, *entry) }
	}
	if err := act(); err != nil {
		fmt.Fprintln(os.Stderr, "widget build:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	files, err := bundle(dir)
	if err != nil {
		return err
	}
	dist := filepath.Join(dir, "dist")
	if err := os.RemoveAll(dist); err != nil {
		return fmt.Errorf("clearing dist: %w", err)
	}
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return fmt.Errorf("making dist: %w", err)
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dist, name), files[name], 0o644); err != nil {
			return fmt.Errorf("writing dist: %w", err)
		}
		fmt.Printf("%-24s %6d bytes, %5d gzip\n", name, len(files[name]), zipped(files[name]))
	}
	return nil
}

// zipped is the size of b as a server would send it, in bytes.
func zipped(b []byte) int {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return 0
	}
	if _, err := w.Write(b); err != nil {
		return 0
	}
	if err := w.Close(); err != nil {
		return 0
	}
	return out.Len()
}
