package markup

import (
	"cmp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a piece of a mrkdwn line: literal text, inline code, a link, or a mark that may style what follows.
type token struct {
	text   string
	code   bool
	link   *slackLink
	mark   byte // '*', '_' or '~'
	opens  bool
	closes bool
	paired bool
}

type slackLink struct{ address, label string }

// tokens splits a line. Each kind of search stops for the line once it found nothing, which keeps the time linear.
func (m *mrkdwn) tokens(line string) []token {
	var out []token
	noAngle, noTick := false, false
	start := 0
	flush := func(end int) {
		if end > start {
			out = append(out, token{text: decode(line[start:end])})
		}
	}
	for i := 0; i < len(line); {
		var t token
		n := 0
		switch c := line[i]; {
		case c == '<' && !noAngle:
			t, n = m.angle(line[i:])
			noAngle = n == 0
		case c == '`' && !noTick:
			t, n = m.tick(line[i:])
			noTick = n == 0
		case c == ':': // before the marks: a name may hold one
			t.text, n = wholeShortcode(line[i:])
		case c == '*' || c == '_' || c == '~':
			t, n = mark(line, i), 1
		}
		if n == 0 {
			i++
			continue
		}
		flush(i)
		out = append(out, t)
		i += n
		start = i
	}
	flush(len(line))
	return out
}

// angle reads what stands between < and >.
func (m *mrkdwn) angle(s string) (token, int) {
	end := strings.IndexByte(s, '>')
	if end < 0 {
		return token{}, 0
	}
	body, label, _ := strings.Cut(s[1:end], "|")
	n := end + 1
	switch {
	case strings.HasPrefix(body, "@"):
		return token{text: m.names.user(body[1:])}, n
	case strings.HasPrefix(body, "#"):
		return token{text: m.names.channel(body[1:])}, n
	case strings.HasPrefix(body, "!subteam^"):
		return token{text: m.names.group(strings.TrimPrefix(body, "!subteam^"))}, n
	case strings.HasPrefix(body, "!date^"):
		return token{text: dateOf(body, decode(label))}, n
	case strings.HasPrefix(body, "!"):
		return token{text: neutralGroup}, n
	case body == "":
		return token{text: decode(s[:n])}, n
	}
	return token{link: &slackLink{address: decode(body), label: replaceShortcodes(decode(label))}}, n
}

// dateOf is a date's label, or its time where it has none.
func dateOf(body, label string) string {
	_, rest, _ := strings.Cut(body, "^")
	at, _, _ := strings.Cut(rest, "^")
	unix, err := strconv.ParseInt(at, 10, 64)
	if label != "" || err != nil {
		return label
	}
	return dateText(unix)
}

// tick reads inline code.
func (m *mrkdwn) tick(s string) (token, int) {
	end := strings.IndexByte(s[1:], '`')
	if end < 0 {
		return token{}, 0
	}
	if end == 0 {
		return token{text: "``"}, 2
	}
	return token{code: true, text: m.rawText(s[1 : end+1])}, end + 2
}

// rawText is code as its author saw it: links and mentions as their text, nothing styled.
func (m *mrkdwn) rawText(s string) string {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "<")
		out.WriteString(decode(before))
		if !ok {
			return out.String()
		}
		t, n := m.angle("<" + rest)
		switch {
		case n == 0:
			out.WriteString(decode("<" + rest))
			return out.String()
		case t.link != nil:
			out.WriteString(cmp.Or(t.link.label, t.link.address))
		default:
			out.WriteString(t.text)
		}
		s = rest[n-1:]
	}
}

// mark reads a style mark: it may open where a word may begin, and close where a word may end.
func mark(line string, i int) token {
	before, _ := utf8.DecodeLastRuneInString(line[:i])
	after, _ := utf8.DecodeRuneInString(line[i+1:])
	atStart, atEnd := i == 0, i+1 == len(line)
	return token{
		mark:   line[i],
		opens:  !atEnd && !unicode.IsSpace(after) && after != rune(line[i]) && (atStart || !isWord(before) && before != rune(line[i])),
		closes: !atStart && !unicode.IsSpace(before) && before != rune(line[i]) && (atEnd || !isWord(after) && after != rune(line[i])),
	}
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// pairMarks finds which marks open and close a style. An opener pairs with the next closer of its kind; pairs nest,
// so an opener inside a pair that closes later than the pair is literal.
func pairMarks(tokens []token) {
	open := map[byte]int{}
	for i := range tokens {
		t := &tokens[i]
		if t.mark == 0 {
			continue
		}
		if from, ok := open[t.mark]; ok && t.closes {
			tokens[from].paired, t.paired = true, true
			delete(open, t.mark)
			for kind, at := range open {
				if at > from {
					delete(open, kind)
				}
			}
			continue
		}
		if _, ok := open[t.mark]; !ok && t.opens {
			open[t.mark] = i
		}
	}
}
