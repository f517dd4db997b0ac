package markup

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Cut splits the Markdown streamed so far behind its last complete sentence: complete + rest == text. complete may be
// shown; rest waits for more. Call it again with rest plus what arrived since, and show rest as it is at the end of
// the stream.
//
// A sentence ends with . ! ? or … before white space, with their ideographic forms, or with a line. Nothing ends
// inside a code fence, inline code, a link or emphasis, and no dot of an abbreviation ("e.g.", "Mr."), an initial, a
// list number or a decimal ends one. A dot at the very end of text is not complete yet, because "3." may become
// "3.5". White space behind the last sentence belongs to complete. The time is linear.
func Cut(text string) (complete, rest string) {
	var s sentences
	for start := 0; start < len(text); {
		end := strings.IndexByte(text[start:], '\n')
		if end < 0 {
			if !s.inFence() {
				s.line(text, start, len(text))
			}
			break
		}
		end += start + 1
		if s.fenceLine(text[start:end]); !s.inFence() {
			s.cut = end
		}
		start = end
	}
	return text[:s.cut], text[s.cut:]
}

// sentences is the state of one pass.
type sentences struct {
	cut   int    // where complete ends
	fence string // the run of ` or ~ that opened the fence, empty outside
}

func (s *sentences) inFence() bool { return s.fence != "" }

// fenceLine notes a line that opens or closes a code fence.
func (s *sentences) fenceLine(line string) {
	run := fenceRun(line)
	switch {
	case run == "":
	case s.fence == "":
		s.fence = run
	case run[0] == s.fence[0] && len(run) >= len(s.fence) && strings.TrimSpace(strings.TrimLeft(line, " >-*+0123456789.)")) == run:
		s.fence = ""
	}
}

// fenceRun is the run of three or more backticks or tildes a line starts with, behind any quote and list marks.
func fenceRun(line string) string {
	line = strings.TrimLeft(line, " \t>-*+0123456789.)")
	for _, c := range []string{"`", "~"} {
		trimmed := strings.TrimLeft(line, c)
		if n := len(line) - len(trimmed); n >= 3 && (c == "~" || !strings.Contains(trimmed, "`")) {
			return line[:n]
		}
	}
	return ""
}

// line looks for sentence ends in the last, unfinished line text[start:end].
func (s *sentences) line(text string, start, end int) {
	if fenceRun(text[start:end]) != "" || strings.HasPrefix(strings.TrimLeft(text[start:end], " >"), "``") {
		return // a fence that has not ended its first line
	}
	var open spans
	for i := start; i < end; {
		r, size := utf8.DecodeRuneInString(text[i:end])
		open.see(text[start:end], i-start)
		i += size
		if !isTerminator(r) || open.inCode {
			continue
		}
		ends := i
		for i < end { // what closes with the sentence: more terminators, quotes, brackets, emphasis
			next, size := utf8.DecodeRuneInString(text[i:end])
			if !isTerminator(next) && !isCloser(next) {
				break
			}
			open.see(text[start:end], i-start)
			i += size
		}
		single := r == '.' && i == ends
		if !open.none() || !isIdeographicStop(r) && (i == end || !isBlank(text[i])) {
			continue
		}
		after := skipSpace(text, i, end)
		if !single || !isAbbreviation(text[start:ends-1], text[after:end]) {
			s.cut, i = after, after
		}
	}
}

func skipSpace(text string, at, end int) int {
	for at < end && isBlank(text[at]) {
		at++
	}
	return at
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' }

func isTerminator(r rune) bool {
	return r == '.' || r == '!' || r == '?' || r == '…' || isIdeographicStop(r)
}

func isIdeographicStop(r rune) bool { return r == '。' || r == '！' || r == '？' }

func isCloser(r rune) bool { return strings.ContainsRune("\"'”’»)]*_~", r) }

// alwaysShort are words whose dot never ends a sentence in practice.
var alwaysShort = []string{
	"mr", "mrs", "ms", "dr", "prof", "st", "vs", "approx", "fig", "dept", "est", "tel", "ext", "nr", "bzw", "ca", "vgl", "mme", "resp", "incl", "excl", "mt", "gen", "rev",
}

// sometimesShort are words whose dot ends a sentence only before a capital letter.
var sometimesShort = []string{"etc", "inc", "ltd", "co", "corp", "jr", "sr", "no", "usw", "al", "min", "max", "am", "pm", "a.m", "p.m", "u.s", "u.k", "e.u"}

// isAbbreviation judges a dot by the line before it and what follows the white space behind it.
func isAbbreviation(before, after string) bool {
	word := strings.ToLower(strings.TrimLeft(before[lastSpace(before)+1:], "(\"'“‘*_["))
	next, _ := utf8.DecodeRuneInString(after)
	switch {
	case word == "":
		return true
	case strings.Trim(word, "0123456789") == "":
		return strings.TrimLeft(before[:len(before)-len(word)], " >-*+\t") == "" // "1." at the start of a line
	case slices.Contains(sometimesShort, word):
		return after == "" || !unicode.IsUpper(next)
	case slices.Contains(alwaysShort, word):
		return true
	}
	return isInitials(word)
}

func lastSpace(s string) int { return strings.LastIndexAny(s, " \t") }

// isInitials is true for single letters between dots: "j", "e.g", "z.b".
func isInitials(word string) bool {
	for part := range strings.SplitSeq(word, ".") {
		if r, size := utf8.DecodeRuneInString(part); size != len(part) || size == 0 || !unicode.IsLetter(r) {
			return false
		}
	}
	return true
}

// spans tracks what is open in a line, so that a sentence is not cut out of a half-written link or emphasis.
type spans struct {
	inCode   bool
	bold     bool
	brackets int  // open [ of a link's label
	address  bool // inside the ( ) of a link
}

func (o *spans) none() bool { return !o.inCode && !o.bold && o.brackets == 0 && !o.address }

// see notes the byte at i of the line.
func (o *spans) see(line string, i int) {
	c := line[i]
	switch {
	case i > 0 && line[i-1] == '\\':
	case c == '`':
		o.inCode = !o.inCode
	case o.inCode:
	case c == '*' && i > 0 && line[i-1] == '*' && (i < 2 || line[i-2] != '*'):
		o.bold = !o.bold
	case c == '[':
		o.brackets++
	case c == ']' && o.brackets > 0:
		o.brackets--
		o.address = i+1 < len(line) && line[i+1] == '('
	case c == ')':
		o.address = false
	}
}
