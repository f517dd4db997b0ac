package bench

import (
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
	script, _ := widget.Loader()
	loader, _ := widget.Packed("", "gzip")
	panel, ok := widget.Packed(panelPath.FindString(string(script)), "gzip")
	if !ok {
		return nil, errors.New("the loader names no panel")
	}
	small, large := int64(len(loader)), int64(len(panel))
	return []Row{{
		Name: "widget, gzip: loader + panel", Figure: fmt.Sprintf("%s + %s", bytesOf(small), bytesOf(large)),
		Values: map[string]float64{"loader_bytes": float64(small), "panel_bytes": float64(large)},
	}}, nil
}
