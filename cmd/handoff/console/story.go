package console

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/handoff-bot/handoff/conversation"
)

// story renders a conversation for the operator: what was decided on which
// words, and what was done.
func story(st conversation.State, events []conversation.Event) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", st.Reference, st.ID)
	fmt.Fprintf(&b, "opened %s, now %s", stamp(st.Opened.At), st.Phase())
	if st.Owner.ID != "" {
		fmt.Fprintf(&b, " with %s", nameOr(st.Owner.Name, st.Owner.ID))
	}
	b.WriteString("\n\n")
	texts := make(map[conversation.Seq]string)
	for _, e := range events {
		if m, ok := e.Body.(conversation.Message); ok {
			texts[e.Seq] = m.Text
		}
		lines := describe(e, texts)
		for i, line := range lines {
			if i == 0 {
				fmt.Fprintf(&b, "%4d  %s  %s\n", e.Seq, e.At.UTC().Format("15:04:05"), line)
				continue
			}
			fmt.Fprintf(&b, "%4s  %8s    %s\n", "", "", line)
		}
	}
	return b.String()
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

func nameOr(name, id string) string {
	if name != "" {
		return name
	}
	return id
}

// decision describes a verdict with its evidence. The evidence is a place in a
// line, not a copy; a line that was erased has nothing to quote.
func decision(d conversation.Decided, texts map[conversation.Seq]string) []string {
	out := []string{fmt.Sprintf("decided on %d: %s – %s", d.On, d.Act, d.Explain)}
	if d.On == 0 {
		out[0] = fmt.Sprintf("decided on the button: %s – %s", d.Act, d.Explain)
	}
	add := func(name, value string) {
		if value != "" {
			out = append(out, name+" "+value)
		}
	}
	add("rule", d.Rule)
	add("reason", d.Reason)
	add("topic", d.Topic)
	add("priority", d.Priority)
	add("channel", d.Channel)
	add("agents", strings.Join(d.Agents, ", "))
	add("tags", strings.Join(d.Tags, ", "))
	if d.Notify {
		out = append(out, "notify: one line in Slack")
	}
	for _, s := range d.Signals {
		out = append(out, fmt.Sprintf("signal %s %.2f%s%s", s.Name, s.Value, seenBy(s), evidence(s, d, texts)))
	}
	add("looked at", strings.Join(d.Tried, ", "))
	add("level", d.Level+", policy "+d.Policy+", detectors "+d.Detectors)
	return append(out, beside(d, texts)...)
}

// beside describes what the shadow policy would have done, when that differs.
func beside(d conversation.Decided, texts map[conversation.Seq]string) []string {
	v := d.Shadow
	if !v.Differs() {
		return nil
	}
	out := []string{fmt.Sprintf("shadow policy %s would: %s – %s", v.Policy, v.Act, d.ShadowExplain)}
	for _, part := range [][2]string{
		{"rule", v.Rule}, {"topic", v.Topic}, {"level", v.Level}, {"priority", v.Priority}, {"channel", v.Channel},
		{"agents", strings.Join(v.Agents, ", ")}, {"tags", strings.Join(v.Tags, ", ")},
	} {
		if part[1] != "" {
			out = append(out, "shadow "+part[0]+" "+part[1])
		}
	}
	if v.Notify != d.Notify {
		out = append(out, fmt.Sprintf("shadow notify: %v", v.Notify))
	}
	for _, s := range v.Signals {
		out = append(out, fmt.Sprintf("shadow signal %s %.2f%s%s", s.Name, s.Value, seenBy(s), evidence(s, d, texts)))
	}
	return out
}

// seenBy names who saw something, when it is not the policy itself.
func seenBy(s conversation.Signal) string {
	if s.By == "" {
		return ""
	}
	return " (by the triage " + s.By + ")"
}

func evidence(s conversation.Signal, d conversation.Decided, texts map[conversation.Seq]string) string {
	text, where := texts[s.Seq], fmt.Sprintf(" in line %d", s.Seq)
	if s.Seq == 0 {
		text, where = d.Draft, " in the withheld draft"
	}
	if s.From < 0 || s.To > len(text) || s.From >= s.To {
		return ""
	}
	return where + ": “" + brief(text[s.From:s.To]) + "”"
}

// brief cuts a text to a line.
func brief(text string) string {
	const most = 100
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}
