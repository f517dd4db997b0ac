package eval

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// newest is how many examples of a change are listed.
const newest = 5

// Shadowed is what shadow policies would have decided otherwise, as it was
// recorded when the decisions were made. Decisions counts all, Beside those that a
// shadow decided beside.
type Shadowed struct {
	Decisions int      `json:"decisions"`
	Beside    int      `json:"beside"`
	Shadows   []Shadow `json:"shadows"`
}

// Shadow is one shadow policy: how often it decided, how often otherwise, in
// groups of the same change, the most frequent first, each with its newest cases.
type Shadow struct {
	Policy    string        `json:"policy"`
	Since     time.Time     `json:"since"`
	Decisions int           `json:"decisions"`
	Differ    int           `json:"differ"`
	Groups    []ChangeGroup `json:"groups"`

	at []dated
}

type dated struct {
	Change
	at time.Time
}

// NewShadowed sums up recorded conversations, the shadow that began last first.
func NewShadowed(recordings []Recording) Shadowed {
	s := Shadowed{Shadows: []Shadow{}}
	for _, r := range recordings {
		name, texts := string(r.ID), map[conversation.Seq]string{}
		for _, e := range r.Events {
			switch b := e.Body.(type) {
			case conversation.Opened:
				name = cmp.Or(b.Reference, name)
			case conversation.Message:
				texts[e.Seq] = b.Text
			case conversation.Decided:
				s.add(fmt.Sprintf("%s, line %d", name, e.Seq), texts[b.On], e.At, b)
			}
		}
	}
	for i := range s.Shadows {
		s.Shadows[i].group()
	}
	slices.SortStableFunc(s.Shadows, func(a, b Shadow) int { return b.Since.Compare(a.Since) })
	return s
}

func (s *Shadowed) add(name, text string, at time.Time, d conversation.Decided) {
	s.Decisions++
	if d.Shadow == nil {
		return
	}
	s.Beside++
	i := slices.IndexFunc(s.Shadows, func(one Shadow) bool { return one.Policy == d.Shadow.Policy })
	if i < 0 {
		i, s.Shadows = len(s.Shadows), append(s.Shadows, Shadow{Policy: d.Shadow.Policy, Since: at})
	}
	one := &s.Shadows[i]
	one.Decisions++
	if at.Before(one.Since) {
		one.Since = at
	}
	if v := d.Shadow; v.Differs() {
		one.Differ++
		one.at = append(one.at, dated{Change{Name: name, Text: text, Was: ruled(d), Becomes: Ruling{v.Act, v.Reason, v.Topic, v.Channel, v.Priority, d.ShadowExplain}}, at})
	}
}

// group puts alike changes together. One that shows in nothing else is about the
// rule, the agents, the tags or the line in Slack.
func (s *Shadow) group() {
	slices.SortStableFunc(s.at, func(a, b dated) int { return b.at.Compare(a.at) })
	s.Groups = []ChangeGroup{}
	for _, one := range s.at {
		title := cmp.Or(one.title(), one.Was.Act+", another rule, agents, tags or line in Slack")
		i := slices.IndexFunc(s.Groups, func(g ChangeGroup) bool { return g.Change == title })
		if i < 0 {
			i, s.Groups = len(s.Groups), append(s.Groups, ChangeGroup{Change: title, From: one.Was.Act, To: one.Becomes.Act})
		}
		g := &s.Groups[i]
		if g.Count++; len(g.Cases) < newest {
			g.Cases = append(g.Cases, one.Change)
		}
	}
	slices.SortStableFunc(s.Groups, func(a, b ChangeGroup) int { return b.Count - a.Count })
}

// Print writes the summary for people.
func (s Shadowed) Print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s decisions, %s of them beside a shadow policy\n", thousands(s.Decisions), thousands(s.Beside))
	for _, one := range s.Shadows {
		fmt.Fprintf(&b, "\nshadow policy %s since %s: %s decisions, %s differ\n", oneLine(one.Policy), one.Since.UTC().Format("2006-01-02 15:04 UTC"), thousands(one.Decisions), thousands(one.Differ))
		for _, g := range one.Groups {
			fmt.Fprintf(&b, "\n%s × %s\n", thousands(g.Count), oneLine(g.Change))
			for _, c := range g.Cases {
				c.print(&b, "was", "would be")
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// PrintJSON writes the summary as indented JSON.
func (s Shadowed) PrintJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	return nil
}
