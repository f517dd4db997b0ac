package mail

import (
	"cmp"
	"html"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
)

// letter is a mail before it is a mail: a subject and paragraphs. It becomes
// plain text and the smallest HTML that shows the same.
type letter struct {
	subject string
	parts   []part
}

// part is a paragraph: words of ours, words of a conversation under the name of
// who said them, a link, a code, or small print.
type part struct {
	kind partKind
	head string // of words: who and when; of a link: its label
	text string
}

type partKind int

const (
	ours partKind = iota
	theirs
	link
	code
	small
	wayOut
)

func (l *letter) say(text string)              { l.parts = append(l.parts, part{kind: ours, text: text}) }
func (l *letter) foot(text string)             { l.parts = append(l.parts, part{kind: small, text: text}) }
func (l *letter) quote(head, text string)      { l.parts = append(l.parts, part{theirs, head, text}) }
func (l *letter) showCode(text string)         { l.parts = append(l.parts, part{kind: code, text: text}) }
func (l *letter) showLink(label, where string) { l.parts = append(l.parts, part{link, label, where}) }
func (l *letter) way(label, where string)      { l.parts = append(l.parts, part{wayOut, label, where}) }

// plain is the letter as text.
func (l *letter) plain() string {
	var out []string
	for _, p := range l.parts {
		switch p.kind {
		case ours, code:
			out = append(out, p.text)
		case theirs:
			out = append(out, p.head+":\n"+indented(p.text))
		case link, wayOut:
			out = append(out, p.head+":\n"+p.text)
		case small:
			out = append(out, "-- \n"+p.text) // RFC 3676, 4.3: what follows is a signature
		}
	}
	return strings.Join(out, "\n\n") + "\n"
}

func indented(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight("  "+line, " ")
	}
	return strings.Join(lines, "\n")
}

// html is the letter as HTML: no pictures, no styles from elsewhere, nothing
// that is fetched. Every word is escaped. What was said in the chat runs in its own
// direction.
func (l *letter) html(in conversation.Speech) string {
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang="` + in.Language() + `" dir="` + in.Direction() + `"><body style="font:16px/1.5 sans-serif;color:#1d1c1d;max-width:36em">`)
	for _, p := range l.parts {
		text := strings.ReplaceAll(html.EscapeString(p.text), "\n", "<br>\n")
		switch p.kind {
		case ours:
			b.WriteString("\n<p>" + text + "</p>")
		case code:
			b.WriteString("\n" + `<p style="font-size:28px;letter-spacing:4px">` + text + "</p>")
		case theirs:
			b.WriteString("\n" + `<p dir="auto"><b dir="` + in.Direction() + `">` + html.EscapeString(p.head) + "</b><br>\n" + text + "</p>")
		case link:
			b.WriteString("\n" + `<p><a href="` + html.EscapeString(p.text) + `">` + html.EscapeString(p.head) + "</a></p>")
		case small:
			b.WriteString("\n" + `<p style="font-size:13px;color:#616061">` + text + "</p>")
		case wayOut:
			b.WriteString("\n" + `<p style="font-size:13px"><a style="color:#616061" href="` + html.EscapeString(p.text) + `">` + html.EscapeString(p.head) + "</a></p>")
		}
	}
	b.WriteString("\n</body></html>\n")
	return b.String()
}

// headline makes a text fit for a mail's head: one line, nothing hidden, not long.
func headline(text string) string {
	const longest = 120
	one := strings.Join(strings.FieldsFunc(markup.Clean(text), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if r := []rune(one); len(r) > longest {
		one = string(r[:longest-1]) + "…"
	}
	return one
}

// reasons says the policy's codes in words.
var reasons = map[string]string{
	"asked": "the visitor asked for a person", "button": "the visitor asked for a person", "offer": "the visitor accepted the offer of a person",
	"topic": "a restricted topic", "frustration": "the visitor sounds frustrated", "unknown": "the assistant could not answer",
	"repeated": "the same question again", "bot_challenge": "the visitor doubts that the assistant can help", "rule": "a rule of yours",
	"model_down": "the assistant could not be reached", "over_budget": "the day's budget is spent", "human_only": "every conversation goes to a person",
	"ai_only": "the assistant may not answer this", "reopened": "the visitor wrote again after the end",
}

func reason(code string) string { return cmp.Or(reasons[code], code) }

// howLong says a wait in words.
func howLong(d time.Duration) string {
	plural := func(n int, one string) string {
		if n == 1 {
			return "1 " + one
		}
		return strconv.Itoa(n) + " " + one + "s"
	}
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < 2*time.Hour:
		return plural(int(d/time.Minute), "minute")
	case d < 48*time.Hour:
		return plural(int(d/time.Hour), "hour")
	}
	return plural(int(d/(24*time.Hour)), "day")
}
