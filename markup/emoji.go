package markup

import (
	"strconv"
	"strings"

	"github.com/kyokomi/emoji/v2"
)

// shortcode returns the emoji for a Slack shortcode without its colons ("wave", "+1", "wave::skin-tone-3",
// "flag-de"), or false when it is custom or unknown.
func shortcode(name string) (string, bool) {
	name, tone, _ := strings.Cut(name, "::skin-tone-")
	if glyph, ok := flag(name); ok {
		return glyph, true
	}
	if name == "simple_smile" { // Slack's own, of its first years
		name = "slightly_smiling_face"
	}
	glyph, ok := emoji.CodeMap()[":"+name+":"]
	if !ok {
		return "", false
	}
	level, err := strconv.Atoi(tone)
	if err != nil {
		level = 0
	}
	return withTone(glyph, level), true
}

// flag maps "flag-de" to its two regional indicators; Slack names most flags so.
func flag(name string) (string, bool) {
	country, ok := strings.CutPrefix(name, "flag-")
	if !ok || len(country) != 2 || !isLower(country[0]) || !isLower(country[1]) {
		return "", false
	}
	const regionalA = 0x1f1e6
	return string([]rune{regionalA + rune(country[0]-'a'), regionalA + rune(country[1]-'a')}), true
}

func isLower(b byte) bool { return b >= 'a' && b <= 'z' }

// withTone puts Slack's skin tone 2 to 6 behind the first character, where Unicode wants it. Other levels are none.
func withTone(glyph string, level int) string {
	runes := []rune(glyph)
	if level < 2 || level > 6 || len(runes) == 0 {
		return glyph
	}
	rest := runes[1:]
	if len(rest) > 0 && (rest[0] == '\ufe0f' || isSkinTone(rest[0])) {
		rest = rest[1:]
	}
	return string(runes[0]) + string(rune(0x1f3fb+level-2)) + string(rest)
}

// fromHex reads the "1f44b-1f3fd" form of Slack's emoji elements.
func fromHex(hex string) (string, bool) {
	if hex == "" || len(hex) > 80 {
		return "", false
	}
	var out []rune
	for part := range strings.SplitSeq(hex, "-") {
		code, err := strconv.ParseUint(part, 16, 32)
		if err != nil || code < 0x20 || code > 0x10ffff {
			return "", false
		}
		out = append(out, rune(code))
	}
	glyph := Clean(string(out))
	return glyph, glyph != ""
}

// replaceShortcodes writes emoji for the shortcodes in text; what it does not know stays as it is.
func replaceShortcodes(text string) string {
	if strings.Count(text, ":") < 2 {
		return text
	}
	var out strings.Builder
	for {
		i := strings.IndexByte(text, ':')
		if i < 0 {
			break
		}
		out.WriteString(text[:i])
		text = text[i:]
		glyph, n := leadingShortcode(text)
		out.WriteString(glyph)
		text = text[n:]
	}
	out.WriteString(text)
	return out.String()
}

// leadingShortcode returns what the start of text stands for, and how many bytes that is. text starts with a colon.
func leadingShortcode(text string) (string, int) {
	const maxName = 100
	end := 1
	for end < len(text) && end < maxName && isShortcodeByte(text[end]) {
		end++
	}
	if end == 1 || end >= len(text) || text[end] != ':' {
		return ":", 1
	}
	name := text[1:end]
	end++
	if tone, ok := strings.CutPrefix(text[end:], ":skin-tone-"); ok && len(tone) > 1 && tone[0] >= '2' && tone[0] <= '6' && tone[1] == ':' {
		name += "::skin-tone-" + tone[:1]
		end += len(":skin-tone-") + 2
	}
	if glyph, ok := shortcode(name); ok {
		return glyph, end
	}
	return ":", 1
}

// wholeShortcode is leadingShortcode for a shortcode that stands for an emoji; n is 0 for any other colon.
func wholeShortcode(text string) (glyph string, n int) {
	if glyph, n = leadingShortcode(text); n == 1 {
		return "", 0
	}
	return glyph, n
}

func isShortcodeByte(b byte) bool {
	return isLower(b) || b >= '0' && b <= '9' || b == '_' || b == '-' || b == '+' || b == '\''
}
