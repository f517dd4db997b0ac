package markup

import "strings"

// FromMrkdwn reads the text of a Slack message, the fallback where there is no rich_text block. Slack escapes exactly
// three characters and puts everything of its own between < and >; entities are decoded once, after that structure
// is read, so "&amp;lt;" stays the four characters the author typed.
func FromMrkdwn(text string, names Names) Tree {
	m := mrkdwn{names: names}
	text = Clean(text)
	for {
		before, rest, ok := strings.Cut(text, fence)
		if !ok {
			break
		}
		code, after, ok := strings.Cut(rest, fence)
		if !ok {
			break
		}
		m.lines(before)
		m.code(code)
		text = strings.TrimPrefix(after, "\n")
	}
	m.lines(text)
	return m.out.tree()
}

const fence = "```"

type mrkdwn struct {
	names Names
	out   paragraphs
}

func (m *mrkdwn) code(text string) {
	text = strings.Trim(text, "\n")
	if strings.TrimSpace(text) != "" {
		m.out.block(Code{Text: Clean(m.rawText(text))})
	}
}

// lines reads text without code blocks: paragraphs, and quotes made of lines that start with ">".
func (m *mrkdwn) lines(text string) {
	for text != "" {
		line, rest, newline := cutLine(text)
		if quoted, all := quoteMark(line); all {
			m.quote(strings.TrimPrefix(text, "&gt;&gt;&gt;"))
			return
		} else if quoted {
			var inner string
			inner, text = takeQuote(text)
			m.quote(inner)
			continue
		}
		m.line(&m.out, line)
		if newline {
			m.out.newline()
		}
		text = rest
	}
}

// quoteMark says whether the line is quoted, and whether it starts a quote to the end of the message.
func quoteMark(line string) (quoted, all bool) {
	return strings.HasPrefix(line, "&gt;"), strings.HasPrefix(line, "&gt;&gt;&gt;")
}

// takeQuote returns the quoted lines at the start of text without their marks, and what follows them.
func takeQuote(text string) (inner, rest string) {
	var out strings.Builder
	for text != "" {
		line, after, _ := cutLine(text)
		if quoted, all := quoteMark(line); !quoted || all {
			break
		}
		out.WriteString(strings.TrimPrefix(strings.TrimPrefix(line, "&gt;"), " "))
		out.WriteByte('\n')
		text = after
	}
	return out.String(), text
}

func (m *mrkdwn) quote(text string) {
	var p paragraphs
	for text != "" {
		line, rest, newline := cutLine(text)
		m.line(&p, line)
		if newline {
			p.newline()
		}
		text = rest
	}
	if children := p.tree(); len(children) > 0 {
		m.out.block(Quote{Children: children})
	}
}

// line reads one line: its tokens, then which of its marks are styles.
func (m *mrkdwn) line(into *paragraphs, line string) {
	tokens := m.tokens(line)
	pairMarks(tokens)
	var style Text
	for _, t := range tokens {
		switch {
		case t.paired:
			style = toggled(style, t.mark)
		case t.link != nil:
			into.add(agentLink(t.link.address, t.link.label, style))
		case t.mark != 0:
			into.add(styled(string(t.mark), style))
		case t.code:
			code := style
			code.Code = true
			into.add(styled(t.text, code))
		default:
			into.add(styled(t.text, style))
		}
	}
}

func toggled(style Text, mark byte) Text {
	switch mark {
	case '*':
		style.Bold = !style.Bold
	case '_':
		style.Italic = !style.Italic
	case '~':
		style.Strike = !style.Strike
	}
	return style
}

// decode resolves Slack's three entities, once.
func decode(s string) string { return Clean(slackEntities.Replace(s)) }

var slackEntities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
