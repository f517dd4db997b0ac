package bench

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/handoff-bot/handoff/widget"
)

// panelPath is how the loader names the panel, which its page fetches next.
var panelPath = regexp.MustCompile(`[0-9a-f]{12}/panel\.js`)

// widget measures what a page loads.
func (j *job) widget(context.Context) ([]Row, error) {
	loader, _ := widget.Loader()
	panel, _, ok := widget.Asset(panelPath.FindString(string(loader)))
	if !ok {
		return nil, errors.New("the loader names no panel")
	}
	small, large := zipped(loader), zipped(panel)
	return []Row{{
		Name: "widget, gzip: loader + panel", Figure: fmt.Sprintf("%s + %s", bytesOf(small), bytesOf(large)),
		Values: map[string]float64{"loader_bytes": float64(small), "panel_bytes": float64(large)},
	}}, nil
}

func zipped(b []byte) int64 {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(b)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return 0 // a buffer takes every write
	}
	return int64(out.Len())
}
