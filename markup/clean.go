package markup

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks one base character may carry; real scripts need fewer.
const maxMarks = 8

// Clean returns text as valid UTF-8 without the characters that hide, reorder or deface what people read: control
// characters except newline and tab, zero-width and direction controls, tag characters and other invisible
// fillers, and combining marks beyond eight on one base. Every kind of line end becomes a newline.
//
// Joiners stay where writing needs them: inside an emoji sequence, and between letters of scripts that use them.
// Clean(Clean(s)) equals Clean(s). The time is linear.
func Clean(text string) string {
	if isPlainASCII(text) {
		return text
	}
	c := cleaner{last: -1}
	c.out.Grow(len(text))
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		i += size
		if r == utf8.RuneError && size == 1 {
			c.put(utf8.RuneError)
			continue
		}
		if r == '\r' {
			if i < len(text) && text[i] == '\n' {
				i++
			}
			r = '\n'
		}
		c.rune(r, text[i:])
	}
	return c.out.String()
}

func isPlainASCII(text string) bool {
	for i := 0; i < len(text); i++ {
		if b := text[i]; b >= 0x7f || b < 0x20 && b != '\n' && b != '\t' {
			return false
		}
	}
	return true
}

type cleaner struct {
	out   strings.Builder
	last  rune // the last rune written, -1 at the start
	marks int  // combining marks written since the last base
}

// rune writes r, or what stands for it, or nothing. rest is the text after it.
func (c *cleaner) rune(r rune, rest string) {
	switch {
	case r == '\u2028' || r == '\u2029' || r == '\u0085':
		c.put('\n')
	case r == '\ufe0e' || r == '\ufe0f':
		if c.last > ' ' && c.last != '\ufe0e' && c.last != '\ufe0f' {
			c.mark(r)
		}
	case r == zwj || r == zwnj:
		if c.joins(r, rest) {
			c.put(r)
		}
	case isInvisible(r):
	case unicode.In(r, unicode.Mn, unicode.Me):
		c.mark(r)
	default:
		c.put(r)
	}
}

func (c *cleaner) mark(r rune) {
	if c.marks < maxMarks {
		c.marks++
		c.out.WriteRune(r)
		c.last = r
	}
}

func (c *cleaner) put(r rune) {
	if r != zwj && r != zwnj {
		c.marks = 0
	}
	c.out.WriteRune(r)
	c.last = r
}

const (
	zwnj = '\u200c'
	zwj  = '\u200d'
)

// joins says whether a joiner between the last rune and rest does visible work.
func (c *cleaner) joins(r rune, rest string) bool {
	if c.last < 0 {
		return false
	}
	next, _ := utf8.DecodeRuneInString(rest)
	if unicode.In(c.last, joiningScripts...) && unicode.In(next, joiningScripts...) {
		return true
	}
	return r == zwj && isEmojiPart(c.last) && isEmoji(next)
}

// joiningScripts are the scripts whose spelling uses the joiners.
var joiningScripts = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
	unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar,
}

func isEmoji(r rune) bool {
	return r >= 0x2190 && r != utf8.RuneError && unicode.Is(unicode.So, r)
}

func isEmojiPart(r rune) bool {
	return isEmoji(r) || r == '\ufe0f' || isSkinTone(r)
}

func isSkinTone(r rune) bool { return r >= 0x1f3fb && r <= 0x1f3ff }

// isInvisible is true for what a reader cannot see but a program obeys or compares.
func isInvisible(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case unicode.Is(unicode.Cc, r):
		return true
	case unicode.Is(unicode.Cf, r):
		return !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
	}
	return unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector, unicode.Noncharacter_Code_Point)
}
