package escalation

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"golang.org/x/text/unicode/norm"
)

// word is one word of a text: as it is compared (lower case, no accents, no
// apostrophes) and where it stands, as byte offsets [from, to). cut says that a
// sentence ends, or a clause is cut, between the word before and this one.
type word struct {
	text     string
	stem     string // without its ending
	from, to int
	cut      bool
	named    bool // a number, or a name: a capital within a sentence
}

// words splits a text at everything that is not a letter, a digit or an
// apostrophe inside a word. Scripts without spaces give one word per character.
func words(text string) []word { return newStemmer().words(text) }

func (st *stemmer) words(text string) []word {
	list := make([]word, 0, len(text)/lettersAWord+1)
	cut := false
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !inWord(r) {
			cut = cut || strings.ContainsRune(".!?;\n:…", r) || r == ',' && refuses(list)
			i += size
			continue
		}
		end := wordEnd(text, i, size)
		if t := fold(text[i:end]); t != "" {
			named := unicode.IsDigit(r) || unicode.IsUpper(r) && !cut && len(list) > 0
			list = append(list, word{text: t, stem: st.of(t), from: i, to: end, cut: cut, named: named})
			cut = false
		}
		i = end
	}
	return list
}

// refuses: the last word is a no that stands alone, so the comma after it ends
// a clause: "no, a human please".
func refuses(list []word) bool {
	if len(list) == 0 {
		return false
	}
	switch list[len(list)-1].text {
	case "no", "nope", "nah", "nein", "non", "nao", "nee":
		return true
	}
	return false
}

func wordEnd(text string, from, size int) int {
	end := from + size
	if r, _ := utf8.DecodeRuneInString(text[from:]); alone(r) {
		return end
	}
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if alone(r) || !inWord(r) && (!apostrophe(r) || !letterAt(text, end+size)) {
			break
		}
		end += size
	}
	return end
}

func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)
}

func apostrophe(r rune) bool { return r == '\'' || r == '’' || r == '`' || r == '´' }

// alone: a character of a script that is written without spaces.
func alone(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

func letterAt(text string, i int) bool {
	r, _ := utf8.DecodeRuneInString(text[i:])
	return unicode.IsLetter(r)
}

// fold brings a word into the form in which words are compared.
func fold(w string) string {
	if folded(w) {
		return w
	}
	ascii := true
	for i := range len(w) {
		ascii = ascii && w[i] < utf8.RuneSelf
	}
	if !ascii {
		w = norm.NFKD.String(w)
	}
	var b strings.Builder
	before, run := rune(0), 0
	for _, r := range w {
		if r = unicode.ToLower(r); r != before {
			before, run = r, 0
		}
		run++
		switch {
		case unicode.Is(unicode.Mn, r) || apostrophe(r):
		case run > stretched && unicode.IsLetter(r):
		case r == 'ß':
			b.WriteString("ss")
		default:
			b.WriteRune(r)
		}
	}
	if run <= stretched || !unicode.IsLetter(before) {
		return b.String()
	}
	return strings.TrimRight(b.String(), string(before)) + string(before)
}

// folded: nothing of the word would change, as with most words.
func folded(w string) bool {
	run := 0
	for i := range len(w) {
		c := w[i]
		if c < 'a' || c > 'z' {
			return false
		}
		if run++; i > 0 && w[i-1] != c {
			run = 1
		}
		if run > stretched {
			return false
		}
	}
	return w != ""
}

// lettersAWord is how many bytes a word of a text has at least, on average, with
// what is between it and the next.
const lettersAWord = 5

// stretched is how often a letter may stand in a row; "pleaseeee" is stretched,
// and at its end one letter is left of it.
const stretched = 2

// stemmer finds the stems of many words, each once.
type stemmer struct {
	env   *snowballstem.Env
	known map[string]string
}

func newStemmer() *stemmer { return &stemmer{snowballstem.NewEnv(""), map[string]string{}} }

// of is the stem of a word of meaning; a word between others is its own.
func (st *stemmer) of(w string) string {
	if len(w) < 4 || empty[w] {
		return w
	}
	stem, known := st.known[w]
	if !known {
		stem = stemIn(st.env, w)
		st.known[w] = stem
	}
	return stem
}

// stem takes the English ending off a folded word. Words of other languages
// lose little by it, and both sides of a comparison go through it.
func stem(w string) string { return stemIn(snowballstem.NewEnv(""), w) }

// stemIn is stem in a place that may be used for many words.
func stemIn(env *snowballstem.Env, w string) string {
	if len(w) < 4 {
		return w
	}
	env.SetCurrent(w)
	english.Stem(env)
	return env.Current()
}
