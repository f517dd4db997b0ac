package draw

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/markup"
)

// Span is a piece of a line of ours in Slack: text, or something Slack shows by
// its id; then text is its name, for where nobody may be called. Text is raw,
// whoever wrote it: both sinks escape it.
type Span struct {
	text                         string
	user, group, broadcast, room string // ids; broadcast is here, channel or everyone
	url                          string
	at                           time.Time // shown in the reader's own zone
	form                         clockForm // how at is shown
	bold, italic, code           bool
}

// Words is text as it is.
func Words(text string) Span { return Span{text: text} }

// Strong is bold.
func Strong(text string) Span { return Span{text: text, bold: true} }

// Slant is italic.
func Slant(text string) Span { return Span{text: text, italic: true} }

// Code is text for a machine, such as a line of a file.
func Code(text string) Span { return Span{text: text, code: true} }

// Link is text that leads somewhere.
func Link(text, url string) Span { return Span{text: text, url: url} }

// Person mentions somebody by her id.
func Person(id string) Span { return Span{user: id} }

// Named is Person with her name, for where nobody may be called.
func Named(id, name string) Span { return Span{user: id, text: name} }

// Place names a channel by its id.
func Place(id string) Span { return Span{room: id} }

// clockForm is how a time is shown.
type clockForm string

// The forms: Slack's tokens.
const (
	byMinute clockForm = "{time}"
	bySecond clockForm = "{time_secs}"
	byDay    clockForm = "{date_short_pretty} {time}"
)

// moment is a time of day, in the zone of whoever reads it.
func moment(t time.Time) Span { return Span{at: t, form: byMinute} }

// second is a moment to the second.
func second(t time.Time) Span { return Span{at: t, form: bySecond} }

// Day is a moment with its date.
func Day(t time.Time) Span { return Span{at: t, form: byDay} }

// fallback is the time for where Slack cannot show it.
func (s Span) fallback() string {
	layout := map[clockForm]string{byMinute: "15:04 UTC", bySecond: "15:04:05 UTC", byDay: "2 January 15:04 UTC"}[s.form]
	return s.at.UTC().Format(layout)
}

// hushed are the spans with names instead of mentions: what happened before
// calls nobody.
func hushed(spans []Span) []Span {
	out := make([]Span, 0, len(spans))
	for _, s := range spans {
		switch {
		case s.user != "":
			out = append(out, Strong(cmp.Or(OneLine(s.text, MaxName), "a colleague")))
		case s.group != "":
			out = append(out, Words("a group"))
		case s.broadcast != "":
			out = append(out, Words("everybody"))
		default:
			out = append(out, s)
		}
	}
	return out
}

var (
	userID  = regexp.MustCompile(`^[UW][A-Z0-9]{2,}$`)
	groupID = regexp.MustCompile(`^S[A-Z0-9]{2,}$`)
)

// IsUser says that an id is a person's, by its shape.
func IsUser(id string) bool { return userID.MatchString(id) }

// IsGroup says that an id is a user group's, by its shape.
func IsGroup(id string) bool { return groupID.MatchString(id) }

// Mention is the span of Routed.Mention: a group id, or here and the like.
func Mention(who string) (Span, bool) {
	switch {
	case who == "":
		return Span{}, false
	case who == "here" || who == "channel" || who == "everyone":
		return Span{broadcast: who}, true
	case IsGroup(who):
		return Span{group: who}, true
	case IsUser(who):
		return Person(who), true
	}
	return Span{}, false
}

// rich returns the spans as elements of a rich_text section. Slack does not
// parse the text of text elements.
func rich(spans []Span) []slack.RichTextSectionElement {
	out := make([]slack.RichTextSectionElement, 0, len(spans))
	for _, s := range spans {
		var style *slack.RichTextSectionTextStyle
		if s.bold || s.italic || s.code {
			style = &slack.RichTextSectionTextStyle{Bold: s.bold, Italic: s.italic, Code: s.code}
		}
		switch {
		case s.user != "":
			out = append(out, slack.NewRichTextSectionUserElement(s.user, style))
		case s.group != "":
			out = append(out, slack.NewRichTextSectionUserGroupElement(s.group))
		case s.broadcast != "":
			out = append(out, slack.NewRichTextSectionBroadcastElement(s.broadcast))
		case s.room != "":
			out = append(out, slack.NewRichTextSectionChannelElement(s.room, style))
		case !s.at.IsZero():
			fallback := s.fallback()
			out = append(out, slack.NewRichTextSectionDateElement(s.at.Unix(), string(s.form), nil, &fallback))
		case s.url != "":
			out = append(out, slack.NewRichTextSectionLinkElement(s.url, raw(s.text), style))
		default:
			if text := markup.Clean(s.text); text != "" {
				out = append(out, slack.NewRichTextSectionTextElement(text, style))
			}
		}
	}
	return out
}

// parsed returns the spans as text Slack parses, for notifications: what is text
// is escaped, what is an id is a mention.
func parsed(spans []Span) string {
	var b strings.Builder
	for _, s := range spans {
		switch {
		case s.user != "":
			b.WriteString("<@" + s.user + ">")
		case s.group != "":
			b.WriteString("<!subteam^" + s.group + ">")
		case s.broadcast != "":
			b.WriteString("<!" + s.broadcast + ">")
		case s.room != "":
			b.WriteString("<#" + s.room + ">")
		case !s.at.IsZero():
			b.WriteString("<!date^" + strconv.FormatInt(s.at.Unix(), 10) + "^" + string(s.form) + "|" + s.fallback() + ">")
		default:
			b.WriteString(Mrkdwn(s.text))
		}
	}
	return b.String()
}

// Chats counts them: "1 chat", "2 chats".
func Chats(n int) string {
	if n == 1 {
		return "1 chat"
	}
	return fmt.Sprintf("%d chats", n)
}
