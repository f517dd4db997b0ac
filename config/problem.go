package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing wrong with the configuration. Line and Col count from 1
// and are 0 when the file has no place for it (an environment variable). File
// is set when the problem stands in another file than the error's. Excerpt is
// the line, with secrets left out, and a caret below the place.
type Problem struct {
	File      string
	Line, Col int
	Key       string // dotted path, such as slack.bot_token or widget.keys[0].level
	Message   string // what is wrong
	Mend      string // what to do about it
	Excerpt   string
}

// String is the problem as people read it, over several lines.
func (p Problem) String() string {
	var b strings.Builder
	switch {
	case p.Line > 0:
		fmt.Fprintf(&b, "%s:%d:%d: %s", p.File, p.Line, p.Col, p.sentence())
	case p.File != "":
		fmt.Fprintf(&b, "%s: %s", p.File, p.sentence())
	default:
		b.WriteString(p.sentence())
	}
	if p.Excerpt != "" {
		b.WriteString("\n" + p.Excerpt)
	}
	if p.Mend != "" {
		b.WriteString("\n    → " + p.Mend)
	}
	return b.String()
}

// sentence is the message, led by the whole key. Rooms name a key as they know
// it, below their own section.
func (p Problem) sentence() string {
	if p.Key == "" || strings.Contains(p.Message, p.Key) {
		return p.Message
	}
	first, rest, _ := strings.Cut(p.Message, " ")
	switch name := strings.TrimSuffix(first, ":"); {
	case strings.HasSuffix(p.Key, "."+name):
		return p.Key + strings.TrimPrefix(first, name) + " " + rest
	case first == "is", first == "has", first == "wants", first == "starts", first == "names", first == "does", first == "stands", first == "still":
		return p.Key + " " + p.Message
	}
	return p.Key + ": " + p.Message
}

// Error is a configuration that cannot be used, with everything wrong in it.
type Error struct {
	File     string
	Problems []Problem
}

// Error lists all problems, each with its place and its mend.
func (e *Error) Error() string {
	var b strings.Builder
	what := "1 problem"
	if n := len(e.Problems); n != 1 {
		what = fmt.Sprintf("%d problems", n)
	}
	fmt.Fprintf(&b, "%s has %s", e.File, what)
	for _, p := range e.Problems {
		b.WriteString("\n\n" + p.String())
	}
	return b.String()
}

// tidy sorts problems by place and drops what was said twice about one key.
func tidy(found []Problem) []Problem {
	slices.SortStableFunc(found, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	seen := make(map[[2]string]bool)
	return slices.DeleteFunc(found, func(p Problem) bool {
		at := [2]string{p.Key, p.sentence()}
		again := seen[at]
		seen[at] = true
		return again
	})
}

// nearest returns the candidate that a slip of the keyboard could have made
// into name, or "".
func nearest(name string, candidates []string) string {
	best, at := "", len([]rune(name))/3+1
	for _, c := range candidates {
		if d := distance(strings.ToLower(name), c); d <= at && d < len(c) {
			if best == "" || d < at {
				best, at = c, d
			}
		}
	}
	return best
}

// distance is how many letters must be added, dropped, changed or swapped with
// their neighbour to turn a into b.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	d := make([][]int, len(x)+1)
	for i := range d {
		d[i] = make([]int, len(y)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			step := 1
			if x[i-1] == y[j-1] {
				step = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+step)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(x)][len(y)]
}
