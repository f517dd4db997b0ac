package eval

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Print writes the report as a table for people.
func (r Report) Print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "policy %s, detectors %s, no model\n", r.Policy, r.Detectors)
	if len(r.Sections) > 0 {
		fmt.Fprintln(&b, r.Trained)
	}
	for _, s := range r.Sections {
		s.print(&b)
	}
	if r.Skipped > 0 {
		fmt.Fprintf(&b, "\n%s lines have no label and are not counted\n", thousands(r.Skipped))
	}
	r.Recorded.print(&b)
	r.Changes.print(&b)
	r.Near.print(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (s Section) print(b *strings.Builder) {
	fmt.Fprintf(b, "\n%-34s %7s %8s %9s %7s %7s %9s\n", s.Detector, "lines", "positive", "precision", "recall", "F1", "false/1k")
	row(b, "all", s.All)
	for _, column := range columns() {
		groups := s.By[column]
		for _, g := range groups {
			row(b, column+" "+oneLine(g.Value), g.Count)
		}
		mean, worst, ok := s.Mean(column)
		if !ok || len(groups) < 2 || !compared(column) {
			continue
		}
		summary(b, "mean by "+column, mean)
		summary(b, "worst "+column, worst)
	}
	printRestricted(b, s.Restricted)
}

// row leaves out what cannot be said of lines with nothing to see.
func row(b *strings.Builder, name string, c Count) {
	precision, recall, f1 := "-", "-", "-"
	if c.Positive() > 0 {
		precision, recall, f1 = figure(c.Precision()), figure(c.Recall()), figure(c.F1())
	}
	alarms := "-"
	if c.Lines > c.Positive() {
		alarms = fmt.Sprintf("%.2f", c.FalseAlarms())
	}
	fmt.Fprintf(b, "  %-32s %7s %8s %9s %7s %7s %9s\n", name, thousands(c.Lines), thousands(c.Positive()), precision, recall, f1, alarms)
}

func summary(b *strings.Builder, name string, f Figures) {
	fmt.Fprintf(b, "  %-32s %7s %8s %9s %7s %7s\n", name, "", "", figure(f.Precision), figure(f.Recall), figure(f.F1))
}

func figure(f float64) string { return fmt.Sprintf("%.3f", f) }

// thousands writes 13788 as 13,788.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
