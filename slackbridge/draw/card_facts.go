package draw

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// Earlier is an earlier conversation of the same visitor. URL is its thread, ""
// when it had none.
type Earlier struct{ Reference, URL string }

// The sizes of the card's parts; together they stay far below what Slack takes.
const (
	maxFact    = 500
	maxSummary = 1200
	maxPoints  = 8
	MaxEarlier = 3
)

// facts are labelled lines.
type facts struct {
	card  Card
	spans []Span
	size  int
}

// maxFacts bounds the text of one block of facts, in characters.
const maxFacts = 2900

// add appends a line, with a link to the message it comes from once that stands
// in the thread.
func (f *facts) add(label string, from conversation.Seq, spans ...Span) {
	size := len(label)
	for _, s := range spans {
		size += len([]rune(s.text))
	}
	if size == len(label) || f.size+size > maxFacts {
		return
	}
	f.size += size
	if len(f.spans) > 0 {
		f.spans = append(f.spans, Words("\n"))
	}
	f.spans = append(append(f.spans, Strong(label+": ")), spans...)
	f.spans = append(f.spans, f.card.from(from)...)
}

func (f *facts) text(label, text string, from conversation.Seq) {
	if text = Clip(strings.TrimSpace(text), maxFact); text != "" {
		f.add(label, from, Words(text))
	}
}

// from is the link to a message, nothing while it does not stand in the thread.
func (c Card) from(seq conversation.Seq) []Span {
	if link := c.Links[seq]; seq > 0 && link != "" {
		return []Span{Words(" ("), Link("message", link), Words(")")}
	}
	return nil
}

// facts are the labelled lines below the headline.
func (c Card) facts() slack.Block {
	f := &facts{card: c}
	b := c.Brief
	f.text("Verified", attributes(b.Verified, "name", "email", "sub"), 0)
	f.text("Who", c.who(), 0)
	f.text("Contact", b.reach(c.State), b.Reach)
	f.text("Unverified", attributes(b.Context), 0)
	f.text("Why", OneLine(cmp.Or(b.Why, reasonWords(c.State.Reason)), 400), b.WhySeq)
	f.text("Priority", priorityWords(c.State.Priority), 0)
	f.text("Topic", OneLine(c.State.Topic, 120), 0)
	f.text("Tags", OneLine(strings.Join(b.Tags, ", "), 200), 0)
	for _, field := range sortedFields(b.Fields) {
		f.text(OneLine(field[0], 60), OneLine(field[1], 300), 0)
	}
	f.text("Sentiment", b.sentiment(), b.Upset.Seq)
	f.text("Confidence", b.confidence(), b.Unsure.Seq)
	f.text("Pages", b.pages(), 0)
	f.text("Events (unverified)", b.events(), 0)
	f.text("Came from", address(b.Referrer), 0)
	f.add("Earlier chats", 0, c.earlier()...)
	if len(f.spans) == 0 {
		f.spans = []Span{Words("A person was asked for.")}
	}
	return richLine("", f.spans...)
}

// who is the name and the stable handle: a name is what somebody has typed, unless
// a signed token says it.
func (c Card) who() string {
	handle, name := conversation.Handle(c.State.Visitor), c.Brief.Visitor(c.State)
	if name == handle {
		return handle
	}
	if said, _ := c.Brief.Verified["name"].(string); said != "" && said == c.Brief.Name {
		return name + " (" + handle + ")"
	}
	return name + " (" + handle + ", not verified)"
}

func (b Brief) reach(s conversation.State) string {
	if b.Contact == "" {
		return ""
	}
	if s.HasMail && s.Verified.Seq > 0 {
		return OneLine(b.Contact, 200) + " (verified)"
	}
	return OneLine(b.Contact, 200) + " (not verified)"
}

// attributes is what is said of the visitor, by name, some of them first.
func attributes(of map[string]any, first ...string) string {
	var parts []string
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(of)), func(name string) bool { return slices.Contains(first, name) })
	for _, key := range append(first, names...) {
		switch v := of[key].(type) {
		case string, float64, bool, int, int64:
			if text := OneLine(fmt.Sprint(v), 120); text != "" {
				parts = append(parts, OneLine(key, 40)+": "+text)
			}
		}
		if len(parts) == 12 {
			break
		}
	}
	return strings.Join(parts, " · ")
}

// events are what she did on the site last, the newest last.
func (b Brief) events() string {
	var out []string
	for _, e := range b.Events {
		text := OneLine(e.Name, 64)
		if props := OneLine(attributes(e.Props), 80); props != "" {
			text += " (" + props + ")"
		}
		out = append(out, text)
	}
	return strings.Join(out, " → ")
}

func priorityWords(p string) string {
	if p = OneLine(strings.ToLower(p), 20); p == "normal" {
		return ""
	}
	return p
}

// The thresholds of frustration, as the policy has them: a clear sign, and anger;
// and from where on a line counts as unanswered.
const (
	clearSign  = 0.4
	anger      = 0.7
	unanswered = 0.64
)

// sentiment puts the policy's signal into words; nothing before the policy has
// looked at a line.
func (b Brief) sentiment() string {
	switch v := b.Upset.Value; {
	case v >= anger:
		return fmt.Sprintf("angry (%.2f)", v)
	case v >= clearSign:
		return fmt.Sprintf("frustrated (%.2f)", v)
	case v > 0:
		return fmt.Sprintf("a little annoyed (%.2f)", v)
	case b.Judged > 0:
		return "neutral"
	}
	return ""
}

// confidence says how sure the AI was of its last answer.
func (b Brief) confidence() string {
	switch {
	case b.Unsure.Value >= unanswered:
		return fmt.Sprintf("low: the AI could not answer (%.2f)", b.Unsure.Value)
	case b.Answers > 0:
		return "the AI answered from the knowledge"
	}
	return ""
}

// pages are the last ones as paths, the newest last: queries carry secrets.
func (b Brief) pages() string {
	var out []string
	for _, p := range b.Pages {
		path, title := address(p.URL), OneLine(p.Title, 80)
		switch {
		case title != "" && path != "":
			out = append(out, title+" ("+path+")")
		case title+path != "":
			out = append(out, title+path)
		}
	}
	return strings.Join(out, " → ")
}

// address is a URL without its scheme, query and fragment.
func address(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || raw == "" {
		return ""
	}
	return OneLine(u.Host+u.EscapedPath(), 200)
}

// earlier counts the visitor's earlier conversations and names the last ones.
func (c Card) earlier() []Span {
	if c.Before == 0 {
		return nil
	}
	count := fmt.Sprint(c.Before)
	if c.Before > CountEarlier {
		count = fmt.Sprintf("more than %d", CountEarlier)
	}
	out := []Span{Words(count + " (the last: ")}
	for i, e := range c.Earlier {
		if i > 0 {
			out = append(out, Words(", "))
		}
		if e.URL != "" {
			out = append(out, Link(e.Reference, e.URL))
		} else {
			out = append(out, Words(e.Reference))
		}
	}
	return append(out, Words(")"))
}

// summary is the newest one; each of its points leads to its line.
func (c Card) summary() slack.Block {
	s := c.Brief.Summary
	text := Clip(strings.TrimSpace(s.Text), maxSummary)
	if text == "" && len(s.Points) == 0 {
		return nil
	}
	title := "Summary"
	if s.By == conversation.ByModel {
		title += " (written by the AI)"
	}
	elements := []any{section(Strong(title))}
	if text != "" {
		elements = append(elements, quote(text))
	}
	var points []slack.RichTextElement
	for _, p := range s.Points[:min(len(s.Points), maxPoints)] {
		if line := OneLine(p.Text, 160); line != "" {
			points = append(points, slack.NewRichTextSection(rich(append([]Span{Words(line)}, c.from(p.Seq)...))...))
		}
	}
	if len(points) > 0 {
		elements = append(elements, slack.NewRichTextList(slack.RTEListBullet, 0, points...))
	}
	return richBlock{elements: elements}
}

// tried quotes what the AI answered, shortened, never reworded, with the
// visitor's verdict.
func (c Card) tried() slack.Block {
	if len(c.Brief.Tried) == 0 {
		return nil
	}
	title := "Already tried by the AI"
	if n := c.Brief.Answers - len(c.Brief.Tried); n > 0 {
		title += fmt.Sprintf(" (and %d answers before)", n)
	}
	elements := []any{section(Strong(title))}
	for _, t := range c.Brief.Tried {
		var about []Span
		if len(t.Sources) > 0 {
			about = append(about, Slant("Sources: "+Clip(strings.Join(t.Sources, ", "), 240)))
		}
		if verdict := map[int]string{1: "👍 helped", -1: "👎 did not help"}[t.Thumb]; verdict != "" {
			if len(about) > 0 {
				about = append(about, Words(" · "))
			}
			about = append(about, Words(verdict))
		}
		about = append(about, c.from(t.Seq)...)
		elements = append(elements, quote(Clip(t.Text, 280)))
		if len(about) > 0 {
			elements = append(elements, section(about...))
		}
	}
	return richBlock{elements: elements}
}

// CountEarlier is how far the visitor's earlier conversations are counted.
const CountEarlier = 50
