package draw

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/slack-go/slack/slackutilsx"

	"github.com/handoff-bot/handoff/markup"
)

// One function per sink. Visitor text reaches Slack in three forms only: raw
// text elements of rich_text and plain_text objects (raw), the text Slack parses
// (mrkdwn), and the name above a post (username).

// raw is text for a rich_text text element or a plain_text object, which Slack
// does not parse: cleaned of what hides or reorders, and never empty.
func raw(text string) string {
	if text = markup.Clean(text); strings.TrimSpace(text) == "" {
		return " "
	}
	return text
}

// Mrkdwn is text for a field Slack parses: notification texts, mrkdwn objects.
// Slack: the control characters are exactly & < >.
func Mrkdwn(text string) string {
	return slackutilsx.EscapeMessage(markup.Clean(text))
}

// OneLine is raw text in one line of at most limit characters.
func OneLine(text string, limit int) string {
	return Clip(strings.Join(strings.Fields(markup.Clean(text)), " "), limit)
}

// Clip cuts text to limit characters, the last of which is then "…".
func Clip(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	r := []rune(text)
	return strings.TrimRight(string(r[:limit-1]), " ") + "…"
}

// ClipEscaped cuts escaped text to limit characters without cutting an entity.
func ClipEscaped(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	cut := string([]rune(text)[:limit-1])
	if i := strings.LastIndexByte(cut, '&'); i >= 0 && !strings.Contains(cut[i:], ";") {
		cut = cut[:i]
	}
	if i := strings.LastIndexByte(cut, '<'); i >= 0 && !strings.Contains(cut[i:], ">") {
		cut = cut[:i]
	}
	return cut + "…"
}

// MaxName is how long a visitor's name may be above a post.
const MaxName = 60

// visitorSuffix is added to a name that could be taken for somebody else's.
const visitorSuffix = " (visitor)"

// Username is a visitor's name as it may stand above a post. taken says whether
// a folded name is an agent's or anybody's in the workspace; a name it knows, or
// one with a reserved word, gets a suffix. fallback stands for an empty name.
func Username(name, fallback string, taken func(folded string) bool) string {
	name = PlainName(name)
	if name == "" {
		return fallback
	}
	folded := Fold(name)
	if folded == "" || taken(folded) || reserved(name) {
		return name + visitorSuffix
	}
	return name
}

// PlainName is a name in one line without what Slack or a reader could take for
// markup.
func PlainName(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune("<>&:@#*_~`|", r) || !unicode.IsGraphic(r) {
			return ' '
		}
		return r
	}, markup.Clean(name))
	return OneLine(name, MaxName)
}

// reserved says that a name claims to be more than a visitor.
func reserved(name string) bool {
	if strings.ContainsAny(name, "✅✔☑🔒⚠️") {
		return true
	}
	folded := Fold(name)
	for _, word := range []string{"support", "admin", "system", "slackbot", "handoff", "moderator", "official", "everyone"} {
		if strings.Contains(folded, Fold(word)) {
			return true
		}
	}
	for i, part := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		switch Fold(part) {
		case Fold("here"), Fold("channel"), Fold("team"), Fold("agent"), Fold("bot"):
			return true
		case Fold("visitor"):
			return i > 0 // "Visitor 7K2" is what we call people without a name
		}
	}
	return false
}

// Fold maps a name to a form in which names that look alike are equal: case,
// accents, spaces, punctuation and the letters of other scripts that look like
// Latin ones do not count.
func Fold(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(markup.Clean(name))) {
		r = unicode.ToLower(r)
		if to, ok := lookAlike(r); ok {
			b.WriteRune(to)
		} else if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// lookAlikes lists, for a Latin letter, the letters and digits it is mistaken
// for, as in the confusables of Unicode's UTS 39 (the common ones).
var lookAlikes = []struct {
	as   rune
	from string
}{
	{'a', "аαɑ"}, {'b', "вβь"}, {'c', "сϲ"}, {'d', "ԁ"}, {'e', "еεє"}, {'g', "ɡԍց"}, {'h', "нһհ"}, {'j', "јյ"}, {'k', "кκ"},
	{'l', "ӏℓⅼlіiıι1|"}, {'m', "мⅿ"}, {'n', "пηոռ"}, {'o', "оοօ0σ"}, {'p', "рρ"}, {'q', "ԛզ"}, {'r', "гг"}, {'s', "ѕ5"}, {'t', "тτ"},
	{'u', "υսц"}, {'v', "ѵν"}, {'w', "ԝωա"}, {'x', "хχ"}, {'y', "уγү"}, {'z', "ᴢ"},
}

func lookAlike(r rune) (rune, bool) {
	for _, l := range lookAlikes {
		if strings.ContainsRune(l.from, r) {
			return l.as, true
		}
	}
	return r, false
}
