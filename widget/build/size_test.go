package main

import (
	"strings"
	"testing"
)

// The loader is what every page pays for: its budget is firm. The rest is fetched
// when somebody shows interest. The aim for everything is 20 KB; the ceiling keeps
// the bundle from growing away from it, and is moved only with a reason: by 2 KB for
// one stream in all tabs and for another visitor in the same browser, by 4 KB for the
// link to another device with its code for a camera, and clearing, in twelve languages.
const (
	loaderBudget = 4 << 10
	usualCeiling = 35_500 // open, ask, wait, chat, close
	allCeiling   = 49_900 // with each module that is fetched when it is used; files and the lightbox are 4 KB of it
	// One further language, loaded by those who read it.
	languageBudget = 2560
	// The script of the page for mailed links is no part of any site.
	resumeBudget = 2 << 10
	// A module that most visits never fetch.
	moduleBudget = 4736
	// The cards about other devices hold their words in all languages.
	devicesBudget = 5 << 10
)

func TestSizeStaysInBudget(t *testing.T) {
	files := build(t)
	usual, all := 0, 0
	for name, body := range files {
		switch room, _, _ := strings.Cut(name, "-"); {
		case room == "resume":
			within(t, name, zipped(body), resumeBudget)
		case room == "isolate" || room == "framed": // the other way to show it
			within(t, name, zipped(body), moduleBudget)
		case len(room) == 2:
			within(t, name, zipped(body), languageBudget)
		case name == "widget.js" || room == "panel":
			usual += zipped(body)
			all += zipped(body)
		case room == "devices":
			all += zipped(body)
			within(t, name, zipped(body), devicesBudget)
		case strings.HasSuffix(name, ".js"):
			all += zipped(body)
			within(t, name, zipped(body), moduleBudget)
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
