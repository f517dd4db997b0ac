package slackbridge

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/markup"
)

// span is a piece of a line of ours in Slack: text, or something Slack shows by
// its id; then text is its name, for where nobody may be called. Text is raw,
// whoever wrote it: both sinks escape it.
type span struct {
	text                         string
	user, group, broadcast, room string // ids; broadcast is here, channel or everyone
	url                          string
	at                           time.Time // shown in the reader's own zone
	form                         clockForm // how at is shown
	bold, italic, code           bool
}

func words(text string) span  { return span{text: text} }
func strong(text string) span { return span{text: text, bold: true} }
func slant(text string) span  { return span{text: text, italic: true} }
func person(id string) span   { return span{user: id} }
func place(id string) span    { return span{room: id} }

// clockForm is how a time is shown.
type clockForm string

// The forms: Slack's tokens.
const (
	byMinute clockForm = "{time}"
	bySecond clockForm = "{time_secs}"
	byDay    clockForm = "{date_short_pretty} {time}"
)

// moment is a time of day, second one to the second, day one with its date.
func moment(t time.Time) span { return span{at: t, form: byMinute} }
func second(t time.Time) span { return span{at: t, form: bySecond} }
func day(t time.Time) span    { return span{at: t, form: byDay} }

// fallback is the time for where Slack cannot show it.
func (s span) fallback() string {
	layout := map[clockForm]string{byMinute: "15:04 UTC", bySecond: "15:04:05 UTC", byDay: "2 January 15:04 UTC"}[s.form]
	return s.at.UTC().Format(layout)
}

// hushed are the spans with names instead of mentions: what happened before
// calls nobody.
func hushed(spans []span) []span {
	out := make([]span, 0, len(spans))
	for _, s := range spans {
		switch {
		case s.user != "":
			out = append(out, strong(cmp.Or(oneLine(s.text, maxName), "a colleague")))
		case s.group != "":
			out = append(out, words("a group"))
		case s.broadcast != "":
			out = append(out, words("everybody"))
		default:
			out = append(out, s)
		}
	}
	return out
}

// mention is the span of Routed.Mention: a group id, or here and the like.
func mention(who string) (span, bool) {
	switch {
	case who == "":
		return span{}, false
	case who == "here" || who == "channel" || who == "everyone":
		return span{broadcast: who}, true
	case groupID.MatchString(who):
		return span{group: who}, true
	case userID.MatchString(who):
		return person(who), true
	}
	return span{}, false
}

// rich returns the spans as elements of a rich_text section. Slack does not
// parse the text of text elements.
func rich(spans []span) []slack.RichTextSectionElement {
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
func parsed(spans []span) string {
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
			b.WriteString(mrkdwn(s.text))
		}
	}
	return b.String()
}

// richLine is a block with one line of ours.
func richLine(blockID string, spans ...span) slack.Block {
	return slack.NewRichTextBlock(blockID, slack.NewRichTextSection(rich(spans)...))
}

// quote is visitor text, set off from everything that is ours.
func quote(text string) *slack.RichTextQuote {
	return &slack.RichTextQuote{Type: slack.RTEQuote, Elements: rich([]span{words(raw(text))})}
}

func plain(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, raw(text), false, false)
}

func button(action, value, label string) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(action, value, plain(label))
}
