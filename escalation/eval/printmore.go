package eval

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

func (rec *Recorded) print(b *strings.Builder) {
	if rec == nil {
		return
	}
	fmt.Fprintf(b, "\nrecorded: %s of %s\n", counted(rec.Decisions, "decision"), counted(rec.Conversations, "conversation"))
	fmt.Fprintf(b, "  made by this very policy %s, of which %s come out the same when replayed\n", thousands(rec.Own), thousands(rec.Replayed))
	for _, c := range rec.Unlike {
		c.print(b, "logged", "replayed")
	}
	rec.Since.list(b, "the policy as it is now decides", "then", "now")
	if len(rec.Said) == 0 && rec.Unmatched == 0 {
		return
	}
	agrees := 0
	for _, o := range rec.Said {
		if o.Agrees {
			agrees++
		}
	}
	fmt.Fprintf(b, "\nagents say of %s that they were wrong; the policy as it is now agrees in %s\n", counted(len(rec.Said), "decision"), thousands(agrees))
	for i, x := range rec.Blamed {
		if i == 0 {
			fmt.Fprintf(b, "  %7s %9s %9s  people were asked in vain because of\n", "wrong", "escalated", "precision")
		}
		fmt.Fprintf(b, "  %7s %9s %9s  %s\n", thousands(x.Wrong), thousands(x.Escalated), figure(x.Precision), x.because())
	}
	for _, o := range rec.Said {
		fmt.Fprintf(b, "  %s: “%s”\n    %s%s%s\n    then  %s\n    now   %s\n", oneLine(o.Name), oneLine(o.Text), o.Says, o.missing(), note(o.Note), o.Was, o.Now)
	}
	if rec.Unmatched > 0 {
		fmt.Fprintf(b, "  %s of agents fit no recorded decision\n", counted(rec.Unmatched, "word"))
	}
}

// missing is what an agent says should have been seen, and in which words.
func (o Opinion) missing() string {
	if o.Saw == "" {
		return ""
	}
	out := ", " + oneLine(o.Saw)
	if o.Topic != "" {
		out += " " + oneLine(o.Topic)
	}
	if o.Phrase != "" {
		out += " in “" + oneLine(o.Phrase) + "”"
	}
	return out
}

// because is the rule with the words it saw.
func (b Blame) because() string {
	if b.Phrase == "" {
		return oneLine(b.Rule)
	}
	return oneLine(b.Rule) + ": “" + oneLine(b.Phrase) + "”"
}

func note(text string) string {
	if text == "" {
		return ""
	}
	return ": “" + oneLine(text) + "”"
}

func (c *Changes) print(b *strings.Builder) {
	if c == nil {
		return
	}
	c.list(b, oneLine(c.By)+", policy "+c.Policy+", decides", "was", "becomes")
}

// list prints how often each change occurs, and then each.
func (c *Changes) list(b *strings.Builder, who, before, after string) {
	fmt.Fprintf(b, "\n%s %s of %s differently\n", who, thousands(c.Changed), counted(c.Lines, "line"))
	for _, g := range c.Groups {
		fmt.Fprintf(b, "  %6s  %s\n", thousands(g.Count), oneLine(g.Change))
	}
	for _, g := range c.Groups {
		fmt.Fprintf(b, "\n%s\n", oneLine(g.Change))
		for _, one := range g.Cases {
			one.print(b, before, after)
		}
	}
}

func (c Change) print(b *strings.Builder, before, after string) {
	fmt.Fprintf(b, "  %s: “%s”\n    %-8s %s\n    %-8s %s\n", oneLine(c.Name), oneLine(c.Text), before, c.Was, after, c.Becomes)
}

// String is the ruling in one line.
func (r Ruling) String() string {
	out := oneLine(r.Act) + " – " + oneLine(r.Why)
	for _, f := range [][2]string{{"channel", r.Channel}, {"priority", r.Priority}} {
		if f[1] != "" {
			out += ", " + f[0] + " " + oneLine(f[1])
		}
	}
	return out
}

func (n *NearMisses) print(b *strings.Builder) {
	if n == nil {
		return
	}
	fmt.Fprintf(b, "\n%s of %s would be answered by the AI with a signal at most %.2f below its threshold\n", thousands(len(n.Cases)), counted(n.Lines, "line"), n.Margin)
	for _, t := range n.Of() {
		fmt.Fprintf(b, "  %6s  %s\n", thousands(t.Count), t.Name)
	}
	for _, c := range n.Cases {
		fmt.Fprintf(b, "  %s %.2f of %.2f  %s: “%s”\n", c.Signal, c.Value, c.Threshold, oneLine(c.Name), oneLine(c.Text))
	}
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return thousands(n) + " " + what
}

// shownRunes is how much of a line a report for people quotes.
const shownRunes = 200

// oneLine makes one line of a text from outside, without what a terminal would
// obey: control characters, and marks that turn the direction.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r) && r != zeroWidthJoiner, r == utf8.RuneError:
			return -1
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > shownRunes {
		text = string([]rune(text)[:shownRunes-1]) + "…"
	}
	return text
}

// zeroWidthJoiner holds emoji and some scripts together.
const zeroWidthJoiner = '\u200d'

// lower is a phrase as it is counted.
func lower(text string) string { return strings.ToLower(oneLine(text)) }
