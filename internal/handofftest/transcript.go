package handofftest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Line is a line of the chat as the visitor reads it: edits and retractions
// applied, a run of agent lines in the order of their keys.
type Line struct {
	Seq        int
	Role, Name string
	Order      string
	Text       string
	Edited     bool
	Removed    bool
	Gone       bool // taken back before she saw it: without trace
}

// Lines renders events the way the widget does.
func Lines(items []Item) []Line {
	var lines []Line
	at := map[int]int{}
	for _, it := range items {
		switch it.Type {
		case "message":
			at[it.Seq] = len(lines)
			lines = append(lines, Line{Seq: it.Seq, Role: it.From.Role, Name: it.From.Name, Order: it.Order, Text: it.Text})
		case "edited":
			if i, ok := at[it.Of]; ok {
				lines[i].Text, lines[i].Edited = it.Text, true
			}
		case "retracted":
			if i, ok := at[it.Of]; ok {
				lines[i].Text, lines[i].Removed, lines[i].Gone = "", true, it.Unseen
			}
		}
	}
	return sortRuns(slices.DeleteFunc(lines, func(l Line) bool { return l.Gone }))
}

// sortRuns orders each run of agent lines, with no other author between, by the
// platform's key. A line without one, which was moved here, ends the run.
func sortRuns(lines []Line) []Line {
	for from := 0; from < len(lines); {
		to := from
		for to < len(lines) && lines[to].Role == "agent" && lines[to].Order != "" {
			to++
		}
		slices.SortStableFunc(lines[from:to], func(a, b Line) int { return cmp.Compare(a.Order, b.Order) })
		from = max(to, from+1)
	}
	return lines
}

// Transcript is the chat as text, a line each: "who: text".
func (v *Visitor) Transcript() string {
	var b strings.Builder
	for _, l := range Lines(v.Items()) {
		who := l.Role
		if l.Role == "agent" {
			who = l.Name
		}
		b.WriteString(who + ": ")
		switch {
		case l.Removed:
			b.WriteString("(removed)")
		case l.Edited:
			b.WriteString(l.Text + " (edited)")
		default:
			b.WriteString(l.Text)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Log is the conversation's whole log as the server has it now, at most 500 events.
func (v *Visitor) Log() []Item {
	v.tb.Helper()
	var page struct {
		Events []struct {
			Type string
			Data json.RawMessage
		}
	}
	v.must("GET", fmt.Sprintf("/v1/conversations/%s/events?before=%d&limit=500&wait=0", v.Conversation, 1<<30), nil, &page)
	items := make([]Item, 0, len(page.Events))
	for _, e := range page.Events {
		item := Item{Type: e.Type}
		if err := json.Unmarshal(e.Data, &item); err != nil {
			v.tb.Fatal(err)
		}
		items = append(items, item)
	}
	return items
}
