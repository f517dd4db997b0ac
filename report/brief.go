package report

import (
	"fmt"
	"strings"
)

// Brief says a sheet in a few sentences, for a post: what it is about, and a line
// for each thing worth knowing; one line when nothing happened. Agents are not in
// it.
func (s Sheet) Brief() (title string, lines []string) {
	n := s.Now
	title = "The week in numbers, " + Span{n.From, n.To}.String()
	if n.Empty() {
		return title, []string{"Nobody wrote in the chat in this week, and nothing is open."}
	}
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	o, e := n.Outcomes, n.Escalations
	add("%s%s: %d resolved by the AI%s, %d escalated%s%s.", many(n.Conversations, "conversation"), paren(change(n.Conversations, s.Before.Conversations)),
		o.Resolved, shares(o.Resolved, n.Conversations, s.Before.Outcomes.Resolved, s.Before.Conversations),
		o.Escalated, shares(o.Escalated, n.Conversations, s.Before.Outcomes.Escalated, s.Before.Conversations),
		some(part{o.TakenOver, "taken over"}, part{o.Left, "left without help"}, part{o.Open, "still with the AI"}))
	if e.Count > 0 {
		add("%s: %d claimed%s.", many(e.Count, "escalation"), e.Claimed, some(part{e.Abandoned, "abandoned"}, part{e.Nobody, "to which nobody came"}, part{e.Waiting, "still waiting"}))
		add("Most often: %s.", s.oftenest(3))
	}
	if n.ToClaim.Count > 0 {
		add("Median %s to claim%s, %s to the first human word%s.", n.ToClaim.median(), onDuty(n.ToClaimOnDuty), n.ToWord.median(), onDuty(n.ToWordOnDuty))
	}
	if n.Marks != (Marks{}) {
		add("Marked by agents: %s and %s.", many(n.Marks.Wrong, "wrong escalation"), many(n.Marks.Missed, "missed one"))
	}
	if ai, people := n.AIRatings, n.PeopleRatings; ai.Count()+people.Count() > 0 {
		add("Ratings: %s.", strings.Join(rated(ai, people), ", "))
	}
	if day, hour, most := n.Busiest(); most > 0 {
		add("Busiest: %s from %02d:00 to %02d:00, %s from visitors.", Weekday(day), hour, hour+1, many(most, "line"))
	}
	if b := n.Backlog; b.Waiting+b.Owed > 0 {
		add("Open at the end: %d waiting for a person, %d with an agent whose visitor wrote last.", b.Waiting, b.Owed)
	}
	return title, lines
}

type part struct {
	n    int
	what string
}

// some lists the parts that are not zero, each with a comma before it.
func some(parts ...part) string {
	var b strings.Builder
	for _, p := range parts {
		if p.n > 0 {
			fmt.Fprintf(&b, ", %d %s", p.n, p.what)
		}
	}
	return b.String()
}

func paren(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

// shares is the part in percent, with that of the span before.
func shares(n, of, before, ofBefore int) string {
	text := share(n, of)
	if was := share(before, ofBefore); text != "" && was != "" {
		text += ", before " + was
	}
	return paren(text)
}

func onDuty(s Spread) string {
	if s.Count == 0 {
		return ""
	}
	return " (" + s.median() + " while on duty)"
}

func rated(ai, people Ratings) (out []string) {
	if ai.Count() > 0 {
		out = append(out, fmt.Sprintf("%.1f of 5 for the AI alone (%d)", ai.Average(), ai.Count()))
	}
	if people.Count() > 0 {
		out = append(out, fmt.Sprintf("%.1f of 5 with a person (%d)", people.Average(), people.Count()))
	}
	return out
}

func (s Sheet) oftenest(n int) string {
	var out []string
	for _, c := range s.Now.Escalations.Causes {
		if c.Count > 0 && len(out) < n {
			out = append(out, fmt.Sprintf("%s %d", c.Words(), c.Count))
		}
	}
	return strings.Join(out, ", ")
}
