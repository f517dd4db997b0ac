package escalation

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// world is what is known of the variables: the ranges of numbers, the names of
// the restricted topics, and the signals that are never seen.
type world struct {
	topics []string
	unseen []string // variables that are always 0
}

// reach is where a variable's numbers lie.
func (w world) reach(variable string) numbers {
	root, _, _ := strings.Cut(variable, ".")
	switch {
	case slices.Contains(w.unseen, variable):
		return numbers{}
	case root == "signals":
		return numbers{high: 1}
	case root == "conversation":
		return numbers{high: math.Inf(1)}
	}
	return numbers{low: math.Inf(-1), high: math.Inf(1)}
}

// never says why a condition never holds, "" when it may.
func (w world) never(c condition) string {
	why := ""
	for _, row := range c {
		if why = w.contradiction(row); why == "" {
			return ""
		}
	}
	return why
}

// contradiction says why the atoms never hold together, "" when they may.
func (w world) contradiction(row []atom) string {
	for i, a := range row {
		switch a.kind {
		case isFalse:
			return a.text + " is false"
		case isNamed:
			if !slices.Contains(w.topics, a.words[0]) {
				return fmt.Sprintf("there is no restricted topic %q", a.words[0])
			}
		case isWithin:
			if a.within.and(w.reach(a.variable)).empty() {
				return a.text + ": " + w.told(a.variable)
			}
		default: // the others may hold
		}
		for _, b := range row[:i] {
			if a.excludes(b) {
				return b.text + " and " + a.text + " never hold together"
			}
		}
	}
	return ""
}

// told says in words where a variable lies.
func (w world) told(variable string) string {
	switch r := w.reach(variable); {
	case r == numbers{}:
		return variable + " is never seen at level " + HumanOnly + ", where no model is asked"
	case r.high == 1:
		return variable + " is a number from 0 to 1"
	}
	return variable + " is never negative"
}

// excludes says that two atoms never hold together.
func (a atom) excludes(b atom) bool {
	if a.variable != b.variable || a.variable == "" {
		return false
	}
	switch {
	case a.kind == isWithin && b.kind == isWithin:
		return a.within.and(b.within).empty()
	case a.kind == isOneOf && b.kind == isOneOf:
		return !slices.ContainsFunc(a.words, func(x string) bool { return slices.Contains(b.words, x) })
	case a.kind == isOneOf && b.kind == isNoneOf:
		return contains(b.words, a.words)
	case a.kind == isNoneOf && b.kind == isOneOf:
		return contains(a.words, b.words)
	}
	return false
}

// contains says that every part is in all.
func contains(all, part []string) bool {
	return !slices.ContainsFunc(part, func(x string) bool { return !slices.Contains(all, x) })
}

// implies says that b holds whenever a does. Of b's alternatives only the first
// is looked at, and the others after those that cannot fail: a condition that
// fails does not hold.
func (w world) implies(a, b condition) bool {
	for _, row := range a {
		if !w.rowImplies(row, b) {
			return false
		}
	}
	return len(a) > 0
}

func (w world) rowImplies(row []atom, b condition) bool {
	for _, wanted := range b {
		if !slices.ContainsFunc(wanted, func(x atom) bool { return !w.follows(row, x) }) {
			return true
		}
		if slices.ContainsFunc(wanted, func(x atom) bool { return !x.sure() }) {
			return false
		}
	}
	return false
}

// follows says that an atom holds when all of a row do.
func (w world) follows(row []atom, x atom) bool {
	if x.kind == isTrue {
		return true
	}
	if x.kind == isWithin && x.sure() {
		r := w.reach(x.variable)
		for _, a := range row {
			if a.kind == isWithin && a.variable == x.variable {
				r = r.and(a.within)
			}
		}
		return r.inside(x.within)
	}
	return slices.ContainsFunc(row, func(a atom) bool { return a.implies(x) })
}

func (a atom) implies(x atom) bool {
	if a.text == x.text {
		return true
	}
	if a.variable != x.variable || a.variable == "" {
		return false
	}
	switch {
	case a.kind == isWithin && x.kind == isWithin:
		return a.within.inside(x.within)
	case a.kind == isOneOf && x.kind == isOneOf:
		return contains(x.words, a.words)
	case a.kind == isOneOf && x.kind == isNoneOf:
		return !slices.ContainsFunc(a.words, func(w string) bool { return slices.Contains(x.words, w) })
	case a.kind == isNamed && x.kind == isNamed:
		return a.words[0] == x.words[0] && !strings.Contains(x.text, "[0]")
	case a.kind == begins && x.kind == begins:
		return strings.HasPrefix(a.words[0], x.words[0])
	}
	return false
}
