package draw

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
)

// Brief is what the card tells of a conversation beyond its State: a fold over
// its events, in their words, each with the event it comes from. Nothing in it
// was written by a model but the summary, which says so. Visitor text is raw.
type Brief struct {
	Seq      conversation.Seq       // how far it has read
	Name     string                 // the visitor's own name, "" for none
	Verified map[string]any         // what a signed token says of the visitor
	Context  map[string]any         // what the page says, unverified
	Events   []conversation.Tracked // what she did on the site last, newest last; unverified
	Pages    []conversation.Page    // the last ones, newest last
	Referrer string                 // where the visitor came from
	Last     string                 // the last visitor line
	LastSeq  conversation.Seq
	Ask      string // the visitor line the escalation is about
	AskSeq   conversation.Seq
	Why      string           // the explanation of the escalation
	WhySeq   conversation.Seq // the line it was decided on
	Rule     string
	Tags     []string
	Fields   map[string]string
	Judged   conversation.Seq // the last line the policy has looked at
	Upset    Sign             // the strongest sign of frustration
	Unsure   Sign             // that the AI could not answer the last line
	Tried    []Tried          // what the AI answered, oldest first
	Answers  int              // how often it has; Tried holds the last ones
	Contact  string
	Reach    conversation.Seq // the line with Contact
	Summary  conversation.Summarised
	SumSeq   conversation.Seq
	Blocked  conversation.Blocked
	Reply    conversation.Seq // the last agent's line, in the visitor's numbering
	ReplyAt  time.Time        // when it was said
}

// Sign is the strength of a signal of the policy, from 0 to 1, and the line it
// was seen in.
type Sign struct {
	Value float64
	Seq   conversation.Seq
}

// Tried is one answer of the AI, shortened, with the titles of its sources and
// the visitor's thumb: 1 up, -1 down, 0 none.
type Tried struct {
	Seq     conversation.Seq
	Text    string
	Sources []string
	Thumb   int
}

const (
	maxTried  = 5 // answers on the card
	maxPages  = 5
	maxEvents = 5
)

// The signals of the policy that the card puts into words.
const (
	signalUpset  = "frustration"
	signalUnsure = "cannot_answer"
)

// Apply folds one event.
func (b Brief) Apply(e conversation.Event) Brief {
	b.Seq = e.Seq
	if e.Author.Role == conversation.Visitor && e.Author.Name != "" {
		b.Name = e.Author.Name
	}
	switch body := e.Body.(type) {
	case conversation.Opened:
		b.Referrer = body.Page.Referrer
		b = b.visited(body.Page).told(body.Context)
	case conversation.PageChanged:
		b = b.visited(body.Page).told(body.Context)
	case conversation.Identified:
		b = b.identified(e, body)
	case conversation.Tracked:
		b.Events = append(slices.Clone(b.Events), body)
		b.Events = b.Events[max(0, len(b.Events)-maxEvents):]
	case conversation.Cleared:
		b.Contact, b.Reach = "", 0
	case conversation.Message:
		b = b.line(e, body)
	case conversation.Decided:
		if body.On > 0 { // the button judges no line
			b = b.judged(body)
		}
	case conversation.Escalated:
		b.Ask, b.AskSeq, b.Why, b.WhySeq, b.Rule, b.Tags, b.Fields = b.Last, b.LastSeq, body.Explain, 0, body.Rule, body.Tags, body.Fields
		if body.Decided > 0 {
			b.WhySeq = b.Judged
		}
	case conversation.Labelled:
		b.Tags = body.Tags
	case conversation.Feedback:
		b = b.thumbed(body)
	case conversation.ContactGiven:
		if b.Name == "" {
			b.Name = body.Name
		}
		b.Contact, b.Reach = strings.Join(nonEmpty(body.Email, body.Phone), ", "), e.Seq
	case conversation.Summarised:
		b.Summary, b.SumSeq = body, e.Seq
	case conversation.Blocked:
		b.Blocked = body
	case conversation.HandedBack, conversation.Cancelled:
		b.Tried, b.Answers, b.Upset, b.Unsure = nil, 0, Sign{}, Sign{}
	}
	return b
}

// identified takes what a signed token says: its name is hers, whatever the page
// said before. What an anonymous visitor left as her address stays on the card as
// not verified only while she is the same.
func (b Brief) identified(e conversation.Event, i conversation.Identified) Brief {
	b.Verified = i.Claims()
	if i.Name != "" {
		b.Name = i.Name
	}
	if i.Taken {
		b.Contact, b.Reach = "", 0
	}
	if i.Mail && b.Contact == "" {
		b.Contact, b.Reach = i.Email, e.Seq
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

// visited keeps the last pages, each once in a row.
func (b Brief) visited(p conversation.Page) Brief {
	if p.URL == "" && p.Title == "" || len(b.Pages) > 0 && b.Pages[len(b.Pages)-1].URL == p.URL {
		return b
	}
	b.Pages = append(slices.Clone(b.Pages), p)
	b.Pages = b.Pages[max(0, len(b.Pages)-maxPages):]
	return b
}

func (b Brief) line(e conversation.Event, m conversation.Message) Brief {
	switch e.Author.Role {
	case conversation.Visitor:
		b.Last, b.LastSeq = m.Text, e.Seq
		if b.Ask == "" {
			b.Ask, b.AskSeq = m.Text, e.Seq
		}
	case conversation.Bot:
		if m.Answer {
			t := Tried{Seq: e.Seq, Text: OneLine(spoken(m), 280)}
			for _, s := range m.Sources {
				t.Sources = append(t.Sources, OneLine(s.Title, 80))
			}
			b.Tried, b.Answers = append(slices.Clone(b.Tried), t), b.Answers+1
			b.Tried = b.Tried[max(0, len(b.Tried)-maxTried):]
		}
	case conversation.Agent:
		b.Reply, b.ReplyAt = e.VSeq, e.At
	case conversation.System:
	}
	return b
}

// spoken is the text of a line as people read it, without its Markdown.
func spoken(m conversation.Message) string {
	var tree markup.Tree
	if len(m.Content) > 0 && json.Unmarshal(m.Content, &tree) == nil && len(tree) > 0 {
		return tree.Plain()
	}
	return m.Text
}

// judged keeps what the policy has seen: the strongest anger, and whether the
// last line could be answered.
func (b Brief) judged(d conversation.Decided) Brief {
	b.Judged, b.Unsure = d.On, Sign{}
	for _, s := range d.Signals {
		at := s.Seq
		if at == 0 {
			at = d.On // it was seen in a draft that nobody has read
		}
		switch {
		case s.Name == signalUpset && s.Value > b.Upset.Value:
			b.Upset = Sign{s.Value, at}
		case s.Name == signalUnsure && s.Value > b.Unsure.Value:
			b.Unsure = Sign{s.Value, at}
		}
	}
	return b
}

// thumbed notes the visitor's verdict on an answer.
func (b Brief) thumbed(f conversation.Feedback) Brief {
	b.Tried = slices.Clone(b.Tried)
	for i := range b.Tried {
		if b.Tried[i].Seq != f.Of {
			continue
		}
		b.Tried[i].Thumb = -1
		if f.Up {
			b.Tried[i].Thumb = 1
		}
	}
	return b
}

// Visitor is the name on the card: the visitor's own, or the stable handle.
func (b Brief) Visitor(s conversation.State) string {
	if name := PlainName(b.Name); name != "" {
		return name
	}
	return conversation.Handle(s.Visitor)
}

// question is the question in one line.
func (b Brief) question() string {
	if text := OneLine(b.Ask, 140); text != "" {
		return text
	}
	for _, key := range slices.Sorted(maps.Keys(b.Fields)) {
		if text := OneLine(b.Fields[key], 140); text != "" {
			return text
		}
	}
	return "no message yet"
}

// nonEmpty are those that say something.
func nonEmpty(list ...string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return strings.TrimSpace(s) == "" })
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// Cited are the events the card's facts come from.
func (b Brief) Cited() []conversation.Seq {
	out := []conversation.Seq{b.AskSeq, b.Reach, b.WhySeq, b.Upset.Seq, b.Unsure.Seq}
	for _, t := range b.Tried {
		out = append(out, t.Seq)
	}
	for _, p := range b.Summary.Points[:min(len(b.Summary.Points), maxPoints)] {
		out = append(out, p.Seq)
	}
	slices.Sort(out)
	return slices.Compact(slices.DeleteFunc(out, func(s conversation.Seq) bool { return s == 0 }))
}

// Email is the address that the visitor gave, "" when she gave another way to be
// reached.
func (b Brief) Email() string {
	for _, part := range strings.Fields(b.Contact) {
		if at := strings.IndexByte(part, '@'); at > 0 && at < len(part)-1 {
			return strings.Trim(part, ",;()<>")
		}
	}
	return ""
}
