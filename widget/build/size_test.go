package main

import (
	"strings"
	"testing"
)

// The loader is what every page pays for: its budget is firm. The rest is fetched
// when somebody shows interest. The aim for everything is 20 KB; the ceiling keeps
// the bundle from growing away from it, and is moved only with a reason.
const (
	loaderBudget = 4 << 10
	totalCeiling = 31 << 10
	// The script of the page for mailed links is no part of any site.
	resumeBudget = 2 << 10
)

func TestSizeStaysInBudget(t *testing.T) {
	files := build(t)
	total := 0
	for name, body := range files {
		switch {
		case strings.HasPrefix(name, "resume-"):
			if got := zipped(body); got > resumeBudget {
				t.Errorf("%s: got %d bytes gzip, want at most %d", name, got, resumeBudget)
			}
		case strings.HasSuffix(name, ".js"):
			total += zipped(body)
		}
	}
	if got := zipped(files["widget.js"]); got > loaderBudget {
		t.Errorf("loader: got %d bytes gzip, want at most %d", got, loaderBudget)
	}
	if total > totalCeiling {
		t.Errorf("everything: got %d bytes gzip, want at most %d", total, totalCeiling)
	}
}
