package fakeslack

import (
	"regexp"
	"strings"
)

// typed is what the composer makes of a line of typing: the text as stored,
// and the rich_text block.
type typed struct {
	text   string
	blocks []Block
}

var (
	orderedItem = regexp.MustCompile(`^(\s*)\d+[.)] (.*)$`)
	bulletItem  = regexp.MustCompile(`^(\s*)[-*•] (.*)$`)
	quoteLine   = regexp.MustCompile(`^> ?(.*)$`)
	inlineToken = regexp.MustCompile("`[^`\n]+`" + `|<(?:@[UW][A-Z0-9]+|#C[A-Z0-9]+|!subteam\^S[A-Z0-9]+|!(?:here|channel|everyone))(?:\|[^>\n]*)?>` +
		`|https?://[^\s<>]+[^\s<>.,;:!?)]|\b(?:[a-z0-9-]+\.)+(?:com|org|net|example)\b(?:/[^\s<>]*)?|:[a-z0-9_+-]+:(?::skin-tone-[2-6]:)?|@[A-Za-z][\w.-]*`)
)

// styleMark names the style a mark stands for, "" for other characters.
func styleMark(c byte) string {
	switch c {
	case '*':
		return "bold"
	case '_':
		return "italic"
	case '~':
		return "strike"
	default:
		return ""
	}
}

// compose turns typing into a message the way Slack's composer does: bold,
// italic, strike, code, fences, quotes, lists, links, mentions and emoji.
func (st *State) compose(text string) typed {
	text = shortcodes().Replace(strings.TrimSpace(text))
	var parts []any
	var plain []string
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); {
		part, out, used := st.composePart(lines[i:])
		parts = append(parts, part)
		plain = append(plain, out)
		i += used
	}
	block := Block{"type": "rich_text", "block_id": strings.ToLower(st.newID("")), "elements": parts}
	return typed{text: strings.Join(plain, "\n"), blocks: []Block{block}}
}

// composePart reads one fence, quote, list or run of plain lines.
func (st *State) composePart(lines []string) (part map[string]any, text string, used int) {
	switch {
	case strings.HasPrefix(lines[0], "```"):
		return composeFence(lines)
	case quoteLine.MatchString(lines[0]):
		return st.composeQuote(lines)
	case orderedItem.MatchString(lines[0]):
		return st.composeList(lines, orderedItem, "ordered")
	case bulletItem.MatchString(lines[0]):
		return st.composeList(lines, bulletItem, "bullet")
	}
	for used < len(lines) && (used == 0 || !startsPart(lines[used])) {
		used++
	}
	body := strings.Join(lines[:used], "\n")
	if used < len(lines) {
		body += "\n" // the section ends where the next part begins
	}
	elements, text := st.inline(body, nil)
	return map[string]any{"type": "rich_text_section", "elements": elements}, strings.TrimSuffix(text, "\n"), used
}

func startsPart(line string) bool {
	return strings.HasPrefix(line, "```") || quoteLine.MatchString(line) || orderedItem.MatchString(line) || bulletItem.MatchString(line)
}

func composeFence(lines []string) (map[string]any, string, int) {
	body := strings.TrimPrefix(lines[0], "```")
	used := 1
	for !strings.HasSuffix(body, "```") && used < len(lines) {
		body += "\n" + lines[used]
		used++
	}
	body = strings.Trim(strings.TrimSuffix(body, "```"), "\n")
	if body == "" {
		body = " "
	}
	part := map[string]any{"type": "rich_text_preformatted", "border": 0, "elements": []any{map[string]any{"type": "text", "text": body}}}
	return part, "```" + escape(body) + "```", used
}

func (st *State) composeQuote(lines []string) (map[string]any, string, int) {
	var body, shown []string
	used := 0
	for used < len(lines) && quoteLine.MatchString(lines[used]) {
		body = append(body, quoteLine.FindStringSubmatch(lines[used])[1])
		used++
	}
	elements, text := st.inline(strings.Join(body, "\n"), nil)
	for line := range strings.SplitSeq(text, "\n") {
		shown = append(shown, "&gt; "+line)
	}
	return map[string]any{"type": "rich_text_quote", "elements": elements}, strings.Join(shown, "\n"), used
}

// composeList reads items of one kind at one indent; deeper ones follow as
// lists of their own, as Slack writes them.
func (st *State) composeList(lines []string, item *regexp.Regexp, style string) (map[string]any, string, int) {
	indent := len(item.FindStringSubmatch(lines[0])[1]) / 2
	var items []any
	var shown []string
	used := 0
	for used < len(lines) {
		m := item.FindStringSubmatch(lines[used])
		if m == nil || len(m[1])/2 != indent {
			break
		}
		elements, text := st.inline(m[2], nil)
		items = append(items, map[string]any{"type": "rich_text_section", "elements": elements})
		mark := "• "
		if style == "ordered" {
			mark = strings.TrimSpace(strings.SplitN(lines[used], " ", indent*2+2)[indent*2]) + " "
		}
		shown = append(shown, strings.Repeat("    ", indent)+mark+text)
		used++
	}
	part := map[string]any{"type": "rich_text_list", "style": style, "indent": indent, "border": 0, "elements": items}
	return part, strings.Join(shown, "\n"), used
}

// inline reads styles and tokens. The style set applies to what it finds.
func (st *State) inline(text string, style map[string]any) (elements []any, out string) {
	elements = []any{}
	var b strings.Builder
	add := func(more []any, text string) {
		elements = append(elements, more...)
		b.WriteString(text)
	}
	for text != "" {
		at, end, mark := firstStyle(text)
		tok := inlineToken.FindStringIndex(text)
		switch {
		case tok != nil && (mark == 0 || tok[0] <= at):
			add(plainElement(text[:tok[0]], style))
			add(st.token(text[tok[0]:tok[1]], style))
			text = text[tok[1]:]
		case mark != 0:
			add(plainElement(text[:at], style))
			inner := map[string]any{styleMark(mark): true}
			for k := range style {
				inner[k] = true
			}
			nested, nestedText := st.inline(text[at+1:end], inner)
			add(nested, string(mark)+nestedText+string(mark))
			text = text[end+1:]
		default:
			add(plainElement(text, style))
			text = ""
		}
	}
	return elements, b.String()
}

// firstStyle finds the first *bold*, _italic_ or ~strike~ at word boundaries.
func firstStyle(text string) (at, end int, mark byte) {
	for i := 0; i < len(text); i++ {
		if styleMark(text[i]) == "" || i > 0 && !strings.ContainsRune(" \n(*_~", rune(text[i-1])) {
			continue
		}
		rest := text[i+1:]
		j := strings.IndexByte(rest, text[i])
		if j <= 0 || rest[0] == ' ' || rest[j-1] == ' ' || strings.Contains(rest[:j], "\n") {
			continue
		}
		if after := i + 1 + j + 1; after < len(text) && !strings.ContainsRune(" \n.,;:!?)*_~", rune(text[after])) {
			continue
		}
		return i, i + 1 + j, text[i]
	}
	return 0, 0, 0
}

func plainElement(text string, style map[string]any) ([]any, string) {
	if text == "" {
		return nil, ""
	}
	return []any{withStyle(map[string]any{"type": "text", "text": text}, style)}, escape(text)
}

func withStyle(e, style map[string]any) map[string]any {
	if len(style) > 0 {
		e["style"] = style
	}
	return e
}

// token turns one matched token into its element.
func (st *State) token(tok string, style map[string]any) ([]any, string) {
	one := func(e map[string]any, text string) ([]any, string) { return []any{withStyle(e, style)}, text }
	inner := strings.SplitN(strings.Trim(tok, "<>"), "|", 2)[0]
	switch {
	case tok[0] == '`':
		code := map[string]any{"code": true}
		for k := range style {
			code[k] = true
		}
		return []any{map[string]any{"type": "text", "text": tok[1 : len(tok)-1], "style": code}}, "`" + escape(tok[1:len(tok)-1]) + "`"
	case strings.HasPrefix(tok, "<@"):
		return one(map[string]any{"type": "user", "user_id": inner[1:]}, "<"+inner+">")
	case strings.HasPrefix(tok, "<#"):
		return one(map[string]any{"type": "channel", "channel_id": inner[1:]}, "<"+inner+"|>")
	case strings.HasPrefix(tok, "<!subteam^"):
		return one(map[string]any{"type": "usergroup", "usergroup_id": strings.TrimPrefix(inner, "!subteam^")}, "<"+inner+">")
	case strings.HasPrefix(tok, "<!"):
		return one(map[string]any{"type": "broadcast", "range": inner[1:]}, "<"+inner+">")
	case tok[0] == '@':
		return st.atToken(tok, style)
	case tok[0] == ':':
		return emojiToken(tok, style)
	case strings.HasPrefix(tok, "http"):
		return one(map[string]any{"type": "link", "url": tok}, "<"+escape(tok)+">")
	default:
		return one(map[string]any{"type": "link", "url": "http://" + tok, "text": tok}, "<http://"+escape(tok)+"|"+escape(tok)+">")
	}
}

// atToken resolves @name the way picking it from the composer's list would.
func (st *State) atToken(tok string, style map[string]any) ([]any, string) {
	name := strings.TrimRight(tok[1:], ".-")
	rest := tok[1+len(name):]
	id := ""
	switch name {
	case "here", "channel", "everyone":
		id = "<!" + name + ">"
	}
	for _, user := range st.userOrder {
		if u := st.users[user]; strings.EqualFold(u.Name, name) || strings.EqualFold(u.DisplayName, name) {
			id = "<@" + u.ID + ">"
		}
	}
	for _, g := range st.groups {
		if strings.EqualFold(g.Handle, name) {
			id = "<!subteam^" + g.ID + ">"
		}
	}
	if id == "" {
		return plainElement(tok, style)
	}
	elements, text := st.token(id, style)
	more, moreText := plainElement(rest, style)
	return append(elements, more...), text + moreText
}

func emojiToken(tok string, style map[string]any) ([]any, string) {
	name, tone, _ := strings.Cut(strings.Trim(tok, ":"), "::")
	if emojiTable()[name] == "" {
		return plainElement(tok, style)
	}
	e := map[string]any{"type": "emoji", "name": name, "unicode": unicodeHex(name)}
	if tone != "" {
		e["skin_tone"] = int(tone[len(tone)-1] - '0')
	}
	return []any{withStyle(e, style)}, tok
}
