package eval

import (
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
)

// Ruling is a verdict as a report shows it: what two policies are compared by,
// and the reason in one line.
type Ruling struct {
	Act      string `json:"act"`
	Reason   string `json:"reason,omitempty"`
	Topic    string `json:"topic,omitempty"`
	Channel  string `json:"channel,omitempty"`
	Priority string `json:"priority,omitempty"`
	Why      string `json:"why"`
}

// RulingOf is what a verdict comes to.
func RulingOf(v escalation.Verdict) Ruling {
	return Ruling{string(v.Act), v.Reason, v.Topic, v.Channel, v.Priority, v.Explain}
}

// ruled is what a logged verdict came to.
func ruled(d conversation.Decided) Ruling {
	return Ruling{d.Act, d.Reason, d.Topic, d.Channel, d.Priority, d.Explain}
}

// Change is a decision that two policies make differently: about which line,
// and what each says.
type Change struct {
	Name    string `json:"name"`
	Text    string `json:"text"`
	Was     Ruling `json:"was"`
	Becomes Ruling `json:"becomes"`
}

// Changes is what another policy would decide differently, in groups of the same
// change, the most frequent first.
type Changes struct {
	Policy  string        `json:"policy"`
	By      string        `json:"by"`
	Lines   int           `json:"lines"`
	Changed int           `json:"changed"`
	Groups  []ChangeGroup `json:"groups"`
}

// ChangeGroup is the changes that are alike: what becomes of what.
type ChangeGroup struct {
	Change string   `json:"change"`
	From   string   `json:"from"` // the act that was
	To     string   `json:"to"`   // the act that becomes of it
	Count  int      `json:"count"`
	Cases  []Change `json:"cases"`
}

// NewChanges starts an empty comparison with a policy; by names its file.
func NewChanges(p *escalation.Policy, by string) *Changes {
	return &Changes{Policy: p.Hash(), By: by, Groups: []ChangeGroup{}}
}

// Add counts a line and keeps what changes.
func (c *Changes) Add(one Change) {
	c.Lines++
	title := one.title()
	if title == "" {
		return
	}
	c.Changed++
	at := slices.IndexFunc(c.Groups, func(g ChangeGroup) bool { return g.Change == title })
	if at < 0 {
		at = len(c.Groups)
		c.Groups = append(c.Groups, ChangeGroup{Change: title, From: one.Was.Act, To: one.Becomes.Act})
	}
	c.Groups[at].Count++
	c.Groups[at].Cases = append(c.Groups[at].Cases, one)
}

// Sorted puts the most frequent changes first, and returns c, which may be nil.
func (c *Changes) Sorted() *Changes {
	if c != nil {
		slices.SortStableFunc(c.Groups, func(a, b ChangeGroup) int { return b.Count - a.Count })
	}
	return c
}

// title says what kind of change it is, "" for none: another act, or the same
// with something else about it.
func (c Change) title() string {
	if c.Was.Act != c.Becomes.Act {
		return c.Was.act() + " → " + c.Becomes.act()
	}
	var parts []string
	for _, f := range [][3]string{
		{"reason", c.Was.Reason, c.Becomes.Reason}, {"topic", c.Was.Topic, c.Becomes.Topic},
		{"channel", c.Was.Channel, c.Becomes.Channel}, {"priority", c.Was.Priority, c.Becomes.Priority},
	} {
		if f[1] != f[2] {
			parts = append(parts, f[0]+" "+orNone(f[1])+" → "+orNone(f[2]))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return c.Was.Act + ", " + strings.Join(parts, ", ")
}

// act is the act with what it is about.
func (r Ruling) act() string {
	switch {
	case r.Topic != "":
		return r.Act + " (topic " + r.Topic + ")"
	case r.Reason != "":
		return r.Act + " (" + r.Reason + ")"
	}
	return r.Act
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// between counts the changes from an act to another; "" stands for any.
func (c *Changes) between(from, to string) int {
	n := 0
	for _, g := range c.Groups {
		if (from == "" || g.From == from) && (to == "" || g.To == to) {
			n += g.Count
		}
	}
	return n
}

// Compare judges the line of an outcome by another policy as well.
func (c *Changes) Compare(other *escalation.Policy, level string, o Outcome) {
	c.Add(Change{Name: o.Utterance.Name(), Text: o.Utterance.shown(), Was: RulingOf(o.Verdict), Becomes: RulingOf(other.Judge(situation(level, o.Utterance)))})
}

// shown is the utterance as a report quotes it: the visitor's words, or the
// draft when she said nothing.
func (u Utterance) shown() string {
	if u.Text == "" {
		return u.Draft
	}
	return u.Text
}
