package main

import (
	"strings"
	"testing"
)

// The loader is what every page pays for: its budget is firm. The rest is fetched
// when somebody shows interest. The aim for a usual visit is 20 KB; the ceilings keep
// the bundle from growing away from it, and follow it down.
const (
	loaderBudget = 4 << 10
	usualCeiling = 29_200 // the loader, the panel with its style and one language: open, ask, read, close
	allCeiling   = 53_950 // with each module that is fetched when it is used
	// What follows when the panel has been opened and has nothing else to do.
	teamBudget = 10_600
	// One further language, loaded by those who read it.
	languageBudget = 2560
	// The script of the page for mailed links is no part of any site.
	resumeBudget = 2 << 10
	// A module that most visits never fetch.
	frameBudget  = 4352 // the badge of its button is its own
	moduleBudget = 4 << 10
	greetBudget  = 4_700 // speaks without the panel: it has the English words
)

func TestSizeStaysInBudget(t *testing.T) {
	files := build(t)
	usual, all := 0, 0
	for name, script := range files {
		if !strings.HasSuffix(name, ".js") {
			continue
		}
		body := zipped(script)
		switch room, _, _ := strings.Cut(name, "-"); {
		case room == "resume":
			within(t, name, body, resumeBudget)
		case room == "isolate" || room == "framed": // the other way to show it
			within(t, name, body, frameBudget)
		case len(room) == 2:
			within(t, name, body, languageBudget)
		case name == "widget.js" || room == "panel":
			usual += body
			all += body
		case room == "greet":
			all += body
			within(t, name, body, greetBudget)
		case room == "team":
			all += body
			within(t, name, body, teamBudget)
		default:
			all += body
			within(t, name, body, moduleBudget)
		}
	}
	within(t, "loader", zipped(files["widget.js"]), loaderBudget)
	within(t, "a usual visit", usual, usualCeiling)
	within(t, "everything", all, allCeiling)
	t.Logf("a usual visit %d bytes gzip, everything with one language %d", usual, all)
}

func within(t *testing.T, name string, got, budget int) {
	t.Helper()
	if got > budget {
		t.Errorf("%s: got %d bytes gzip, want at most %d", name, got, budget)
	}
}
