package slackbridge

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
)

// Brief is what the card tells of a conversation beyond its State: a fold over
// its events, in their words. Visitor text in it is raw.
type Brief struct {
	Seq     conversation.Seq // how far it has read
	Name    string           // the visitor's own name, "" for none
	Context map[string]any   // what the site says, unverified
	Page    conversation.Page
	Last    string // the last visitor line
	Ask     string // the visitor line the escalation is about
	Why     string // the explanation of the escalation
	Rule    string
	Tags    []string
	Fields  map[string]string
	Tried   []Tried // what the AI answered, oldest first
	Contact string
}

// Tried is one answer of the AI, shortened, with the titles of its sources.
type Tried struct {
	Text    string
	Sources []string
}

// maxTried is how many answers the card shows.
const maxTried = 3

// Apply folds one event.
func (b Brief) Apply(e conversation.Event) Brief {
	b.Seq = e.Seq
	if e.Author.Role == conversation.Visitor && e.Author.Name != "" {
		b.Name = e.Author.Name
	}
	switch body := e.Body.(type) {
	case conversation.Opened:
		b.Page = body.Page
		b = b.told(body.Context)
	case conversation.PageChanged:
		if body.Page != (conversation.Page{}) {
			b.Page = body.Page
		}
		b = b.told(body.Context)
	case conversation.Message:
		b = b.line(e, body)
	case conversation.Escalated:
		b.Ask, b.Why, b.Rule, b.Tags, b.Fields = b.Last, body.Explain, body.Rule, body.Tags, body.Fields
	case conversation.ContactGiven:
		if b.Name == "" {
			b.Name = body.Name
		}
		b.Contact = strings.Join(nonEmpty(body.Email, body.Phone), ", ")
	case conversation.HandedBack, conversation.Cancelled:
		b.Tried = nil
	}
	return b
}

func (b Brief) told(context map[string]any) Brief {
	if len(context) == 0 {
		return b
	}
	merged := maps.Clone(b.Context)
	if merged == nil {
		merged = map[string]any{}
	}
	maps.Copy(merged, context)
	b.Context = merged
	if name, ok := merged["name"].(string); ok && b.Name == "" {
		b.Name = name
	}
	return b
}

func (b Brief) line(e conversation.Event, m conversation.Message) Brief {
	switch e.Author.Role {
	case conversation.Visitor:
		b.Last = m.Text
		if b.Ask == "" {
			b.Ask = m.Text
		}
	case conversation.Bot:
		if m.Answer {
			t := Tried{Text: oneLine(m.Text, 280)}
			for _, s := range m.Sources {
				t.Sources = append(t.Sources, oneLine(s.Title, 80))
			}
			b.Tried = append(slices.Clone(b.Tried), t)
			b.Tried = b.Tried[max(0, len(b.Tried)-maxTried):]
		}
	case conversation.Agent, conversation.System:
	}
	return b
}

// visitor is the name on the card: the visitor's own, or the stable handle.
func (b Brief) visitor(s conversation.State) string {
	if name := plainName(b.Name); name != "" {
		return name
	}
	return conversation.Handle(s.Visitor)
}

// ask is the question in one line.
func (b Brief) ask() string {
	if text := oneLine(b.Ask, 140); text != "" {
		return text
	}
	for _, key := range slices.Sorted(maps.Keys(b.Fields)) {
		if text := oneLine(b.Fields[key], 140); text != "" {
			return text
		}
	}
	return "no message yet"
}

// where is the page as a path: queries carry secrets, and the host is known.
func (b Brief) where() string {
	u, err := url.Parse(b.Page.URL)
	if err != nil || b.Page.URL == "" {
		return ""
	}
	path := oneLine(u.Host+u.EscapedPath(), 200)
	if title := oneLine(b.Page.Title, 120); title != "" {
		return title + " (" + path + ")"
	}
	return path
}

// who lists what the site says of the visitor.
func (b Brief) who() string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(b.Context)) {
		switch v := b.Context[key].(type) {
		case string, float64, bool, int, int64:
			if text := oneLine(fmt.Sprint(v), 120); text != "" && key != "name" {
				parts = append(parts, oneLine(key, 40)+": "+text)
			}
		}
		if len(parts) == 12 {
			break
		}
	}
	return strings.Join(nonEmpty(strings.Join(parts, " · "), b.Contact), " · ")
}

func nonEmpty(list ...string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return strings.TrimSpace(s) == "" })
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
