package fakeslack

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// control matches what Slack parses between angle brackets: mentions, links,
// dates. Anything else between them is plain text.
var control = regexp.MustCompile(`^<(?:[@#][A-Z0-9]+(?:\|[^<>\n]*)?|!(?:here|channel|everyone|subteam\^[A-Z0-9]+|date\^[^<>\n]+)(?:\|[^<>\n]*)?|(?:https?://|mailto:|tel:)[^<>\s|]+(?:\|[^<>\n]*)?)>`)

var (
	bareURL     = regexp.MustCompile(`https?://[^\s<>|]+`)
	atBroadcast = regexp.MustCompile(`(^|[\s(])@(here|channel|everyone)\b`)
)

// normalize escapes & < > the way Slack returns them: entities and control
// sequences stay, everything else is escaped.
func normalize(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		switch text[i] {
		case '&':
			b.WriteString(entity(text[i:]))
		case '<':
			if c := control.FindString(text[i:]); c != "" {
				b.WriteString(c)
				i += len(c)
				continue
			}
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		default:
			b.WriteByte(text[i])
		}
		i++
	}
	return b.String()
}

func entity(rest string) string {
	for _, e := range []string{"&amp;", "&lt;", "&gt;"} {
		if strings.HasPrefix(rest, e) {
			return "&"
		}
	}
	return "&amp;"
}

// linkify puts bare URLs into angle brackets, outside of existing ones.
func linkify(text string) string {
	var b strings.Builder
	for text != "" {
		open := strings.IndexByte(text, '<')
		if open < 0 {
			open = len(text)
		}
		b.WriteString(bareURL.ReplaceAllString(text[:open], "<$0>"))
		text = text[open:]
		end := strings.IndexByte(text, '>')
		if end < 0 {
			end = len(text) - 1
		}
		b.WriteString(text[:end+1])
		text = text[end+1:]
	}
	return b.String()
}

// controls lists what a text makes Slack do: its mentions, links and dates,
// and with automatic parsing also @here and the like.
func controls(text string, auto bool) []string {
	var out []string
	for i := 0; i < len(text); i++ {
		if c := control.FindString(text[i:]); c != "" {
			out = append(out, c)
			i += len(c) - 1
		}
	}
	if auto {
		for _, m := range atBroadcast.FindAllStringSubmatch(text, -1) {
			out = append(out, "@"+m[2])
		}
	}
	return out
}

func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

func unescape(text string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}

// splitRunes cuts text into pieces of at most n runes.
func splitRunes(text string, n int) []string {
	var out []string
	for utf8.RuneCountInString(text) > n {
		cut := 0
		for range n {
			_, size := utf8.DecodeRuneInString(text[cut:])
			cut += size
		}
		out = append(out, text[:cut])
		text = text[cut:]
	}
	return append(out, text)
}
