package knowledge

import (
	"strings"
	"unicode"
)

// clean drops what a reader of the document cannot see: control, zero-width, direction and tag characters. Joiners
// stay in scripts that spell with them, which all lie beyond Latin, Greek and Cyrillic.
func clean(text string) string {
	last := rune(0)
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	return strings.Map(func(r rune) rune {
		joiner := r == '\u200c' || r == '\u200d'
		switch {
		case r == '\n' || r == '\t':
		case r == '\u2028' || r == '\u2029' || r == '\u0085':
			r = '\n'
		case joiner && last >= 0x0600:
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector, unicode.Noncharacter_Code_Point):
			if !unicode.Is(unicode.Prepended_Concatenation_Mark, r) && r != '\ufe0f' {
				return -1
			}
		}
		last = r
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
}

// oneLine joins the words of s with single spaces.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
