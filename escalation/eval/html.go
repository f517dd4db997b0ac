package eval

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"

	"github.com/handoff-bot/handoff/escalation"
)

//go:embed report.html
var pageText string

// PrintHTML writes the report as one page that needs nothing beside itself: no
// script, no font, no picture. source says in words what was judged by. All words
// from outside are escaped; the page itself may load nothing.
func (r Report) PrintHTML(w io.Writer, source string) error {
	page, err := template.New("report").Funcs(pageFuncs()).Parse(pageText)
	if err != nil {
		return fmt.Errorf("read the page's template: %w", err)
	}
	if err := page.Execute(w, struct {
		Report
		Source string
	}{r, source}); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return nil
}

func pageFuncs() template.FuncMap {
	return template.FuncMap{
		"one": oneLine, "thousands": thousands, "counted": counted, "share": share, "figure": figure, "columns": columns, "plot": newPlot,
		"figure2": func(f float64) string { return fmt.Sprintf("%.2f", f) },
		"amount":  amount,
		"percent": func(f float64) string { return fmt.Sprintf("%.1f", 100*min(1, max(0, f))) },
		"pad":     func() template.HTML { return `<span class="bar" style="visibility: hidden"></span>` },
		"quiet":   func(c Count) int { return c.Lines - c.Positive() - c.FalseAlarm },
		"missed":  func(c []Check) int { return len(notReached(c)) },
		"about":   func(detector string) string { return abouts()[detector] },
		"word":    func(column string) string { return cmp.Or(map[string]string{ByLang: "language"}[column], column) },
		"column":  columnOf, "means": means, "wrong": wrongLists, "changeGroups": changeLists, "nearGroups": nearLists,
	}
}

// amount is what is bounded: a share, or at most so many.
func amount(f float64, most bool) string {
	switch {
	case !most:
		return figure(f)
	case f == float64(int(f)):
		return thousands(int(f))
	}
	return fmt.Sprintf("%.2f", f)
}

func notReached(list []Check) []Check {
	return slices.DeleteFunc(slices.Clone(list), func(c Check) bool { return c.Missed == "" })
}

// abouts says in a few words what each detector is about.
func abouts() map[string]string {
	return map[string]string{
		escalation.SignalAsks:       "asks for a person",
		escalation.SignalTopic:      "touches what the AI never answers",
		escalation.SignalRepeated:   "asks the same again",
		escalation.SignalFrustrated: "is angry",
		escalation.SignalPromise:    "promises what staff must decide, in the draft",
		Escalations:                 "people were asked; by what agents say of it",
	}
}

// Graded says that a threshold might be moved; recorded escalations have none.
func (s Section) Graded() bool { return s.Detector != Escalations }

// columnOf is the column whose groups these are.
func columnOf(s Section, groups []Group) string {
	for _, c := range columns() {
		if by := s.By[c]; len(by) > 0 && len(groups) > 0 && &by[0] == &groups[0] {
			return c
		}
	}
	return ""
}

type meanAndWorst struct{ Mean, Worst Figures }

// means is nil where they say nothing.
func means(s Section, column string) *meanAndWorst {
	mean, worst, ok := s.Mean(column)
	if !ok || len(s.By[column]) < 2 || !compared(column) {
		return nil
	}
	return &meanAndWorst{mean, worst}
}

// listed is a list of the page, cut where nobody reads on; More is how many
// are left out.
type listed[T any] struct {
	Title string
	Count int
	Cases []T
	More  int
}

// mostListed is how many lines one list of the page holds.
const mostListed = 300

func cutList[T any](title string, cases []T) listed[T] {
	n := min(len(cases), mostListed)
	return listed[T]{title, len(cases), cases[:n], len(cases) - n}
}

// wrongLists are the false alarms and the missed lines of a section.
func wrongLists(s Section) []listed[Mistake] {
	var seen, unseen []Mistake
	for _, m := range s.Wrong {
		if m.Seen {
			seen = append(seen, m)
		} else {
			unseen = append(unseen, m)
		}
	}
	var out []listed[Mistake]
	if len(seen) > 0 {
		out = append(out, cutList("False alarms", seen))
	}
	if len(unseen) > 0 {
		out = append(out, cutList("Missed", unseen))
	}
	return out
}

func changeLists(c *Changes) []listed[Change] {
	var out []listed[Change]
	for _, g := range c.Groups {
		out = append(out, cutList(g.Change, g.Cases))
	}
	return out
}

func nearLists(n *NearMisses) []listed[NearMiss] {
	var out []listed[NearMiss]
	for _, t := range n.Of() {
		own := slices.DeleteFunc(slices.Clone(n.Cases), func(c NearMiss) bool { return c.Signal != t.Name })
		out = append(out, cutList(t.Name, own))
	}
	return out
}
