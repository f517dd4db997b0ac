package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Text writes the sheet as a table of plain text, no wider than 80 columns.
func (s Sheet) Text(w io.Writer) error {
	out := bufio.NewWriter(w)
	span := Span{s.Now.From, s.Now.To}
	fmt.Fprintf(out, "%s (%s)%s\n", span, s.Now.From.Location(), s.soFar())
	if s.Now.Empty() {
		fmt.Fprintln(out, "\nNothing happened in these days.")
		return out.Flush()
	}
	fmt.Fprintf(out, "%62s %17s\n", "", "the "+many(span.Days(), "day")+" before")
	for _, section := range s.Sections() {
		if len(section.Rows) == 0 {
			continue
		}
		fmt.Fprintf(out, "\n%s\n", section.Title)
		for _, r := range section.Rows {
			label := "  " + r.Label
			if r.Part {
				label = "  " + label
			}
			row := pad(label, 44) + right(r.Now, 12) + right(r.Share, 6) + right(r.Before, 12) + right(r.BeforeShare, 6)
			fmt.Fprintln(out, strings.TrimRight(row, " "))
		}
	}
	s.textHours(out)
	s.textAgents(out)
	fmt.Fprintln(out, "\nWhat each number means: docs/report.md")
	return out.Flush()
}

// soFar says up to when a span counts that is not over.
func (s Sheet) soFar() string {
	if s.Now.AsOf.Before(s.Now.To) {
		return ", so far: up to " + s.Now.AsOf.Format("2 January, 15:04")
	}
	return ""
}

func pad(text string, width int) string {
	if runes := []rune(text); len(runes) > width {
		text = string(runes[:width-1]) + "…"
	}
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

func right(text string, width int) string {
	return strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text))) + text
}

// textHours draws the hours of the week: a darker cell is a busier hour.
func (s Sheet) textHours(out io.Writer) {
	day, hour, most := s.Now.Busiest()
	if most == 0 {
		return
	}
	fmt.Fprintf(out, "\nBusiest hours (visitors' lines; most on %s from %02d:00: %d)\n", Weekday(day), hour, most)
	fmt.Fprintf(out, "  %-4s%s\n", "", "00    03    06    09    12    15    18    21")
	shades := []rune(" ·░▒▓█")
	for d, hours := range s.Now.Hours {
		var b strings.Builder
		for _, n := range hours {
			shade := shades[(n*(len(shades)-1)+most-1)/most]
			b.WriteRune(shade)
			b.WriteRune(shade)
		}
		fmt.Fprintf(out, "  %-4s%s\n", Weekday(d), strings.TrimRight(b.String(), " "))
	}
}

func (s Sheet) textAgents(out io.Writer) {
	if len(s.Now.Agents) == 0 {
		return
	}
	fmt.Fprintf(out, "\n%s %s %s\n", pad("Agents", 44), right("claims", 17), right("replies", 17))
	for _, a := range s.Now.Agents {
		fmt.Fprintf(out, "%s %17d %17d\n", pad("  "+a.called(), 44), a.Claims, a.Replies)
	}
}

// called is the agent's name, or her id when the log knows none.
func (a Agent) called() string {
	name := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, a.Name)
	if name == "" {
		return a.ID
	}
	return name
}
