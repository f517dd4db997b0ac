package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"

	"github.com/handoff-bot/handoff/widget/build/deflate"
)

// pack puts beside each script the forms in which it is sent: name.gz and name.br.
func pack(files map[string][]byte) error {
	for _, name := range slices.Collect(maps.Keys(files)) {
		if !strings.HasSuffix(name, ".js") {
			continue
		}
		files[name+".gz"] = deflate.Gzip(files[name])
		var out bytes.Buffer
		w := brotli.NewWriterLevel(&out, brotli.BestCompression)
		if _, err := w.Write(files[name]); err != nil {
			return fmt.Errorf("packing %s: %w", name, err)
		}
		if err := w.Close(); err != nil {
			return fmt.Errorf("packing %s: %w", name, err)
		}
		files[name+".br"] = out.Bytes()
	}
	return nil
}
