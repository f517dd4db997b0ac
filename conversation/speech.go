package conversation

import (
	"embed"
	"encoding/json"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// words has a file per language: our own sentences that a visitor reads, by key.
// A notice is there under its name. English is said in Go, beside each key.
//
//go:embed words/*.json
var words embed.FS

var catalogues = sync.OnceValue(func() map[string]map[string]string {
	files, _ := words.ReadDir("words")
	all := make(map[string]map[string]string, len(files))
	for _, f := range files {
		raw, _ := words.ReadFile("words/" + f.Name())
		sentences := map[string]string{}
		_ = json.Unmarshal(raw, &sentences) // a test reads each file
		all[strings.TrimSuffix(f.Name(), path.Ext(f.Name()))] = sentences
	}
	return all
})

// Languages lists those we have words in, English among them.
func Languages() []string {
	out := []string{inEnglish}
	for tag := range catalogues() {
		out = append(out, tag)
	}
	slices.Sort(out)
	return out
}

const inEnglish = "en"

// Speech says our own sentences to a visitor in one language. What a language
// lacks is said in English. The zero Speech is English.
type Speech struct {
	tag   string
	words map[string]string
}

// SpeechIn is the speech of the first of the locales that we have words in, and
// English when there is none. The country of a locale does not matter.
func SpeechIn(locales ...string) Speech {
	for _, tag := range locales {
		language, _, _ := strings.Cut(canonical(tag), "-")
		if sentences, ok := catalogues()[language]; ok || language == inEnglish {
			return Speech{tag, sentences}
		}
	}
	return Speech{tag: inEnglish}
}

// Tag is the locale that was asked for, if we have words in its language.
func (s Speech) Tag() string { return s.tag }

// Language is the language alone, one of [Languages].
func (s Speech) Language() string {
	want, _, _ := strings.Cut(canonical(s.tag), "-")
	for _, tag := range Languages() {
		if tag == want {
			return tag
		}
	}
	return inEnglish
}

// Direction is how the language is written: ltr or rtl.
func (s Speech) Direction() string {
	if s.Language() == "ar" || s.Language() == "he" {
		return "rtl"
	}
	return "ltr"
}

// Say returns the sentence of a key; words are the English ones. Pairs are names
// of places and what to put there.
func (s Speech) Say(key, words string, pairs ...string) string {
	if own, ok := s.words[key]; ok {
		words = own
	}
	args := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		args = append(args, "{"+pairs[i]+"}", pairs[i+1])
	}
	return strings.NewReplacer(args...).Replace(words)
}

// Line returns a system line in this language. Lines are stored in English and
// read back by the notice they were made of; one that says something else, such
// as words of the operator's, stays as it is.
func (s Speech) Line(n Notice, text string) string {
	own, ok := s.words[string(n)]
	if !ok {
		return text
	}
	found, rest, ok := places(notices[n], text)
	if !ok {
		return text
	}
	back, end, ok := places(teamIsBack, rest)
	if rest != "" && (!ok || end != "") {
		return text
	}
	line := s.Say("", own, s.put(found, own)...)
	if rest != "" {
		line += " " + s.Say("team_back", "", s.put(back, "")...)
	}
	return line
}

// teamIsBack is what the queue adds when it knows the hours.
const teamIsBack = " The team is back {when} ({zone})."

// put says the values that are words themselves.
func (s Speech) put(values map[string]string, template string) []string {
	var pairs []string
	for place, value := range values {
		switch {
		case place == "when":
			value = s.when(value)
		case slices.Contains(agentPlaces, place) && value == aColleague:
			value = s.Say("colleague", aColleague)
			if !strings.HasPrefix(template, "{"+place+"}") { // within a sentence
				first, size := utf8.DecodeRuneInString(value)
				value = string(unicode.ToLower(first)) + value[size:]
			}
		}
		pairs = append(pairs, place, value)
	}
	return pairs
}

// places reads a text that was made from a template: what stands in its places,
// and what follows it.
func places(template, text string) (found map[string]string, rest string, ok bool) {
	found = map[string]string{}
	before, template, more := strings.Cut(template, "{")
	for {
		if text, ok = strings.CutPrefix(text, before); !ok || !more {
			return found, text, ok
		}
		name, after, _ := strings.Cut(template, "}")
		before, template, more = strings.Cut(after, "{")
		end := len(text)
		if before != "" {
			find := strings.Index
			if !more && slices.Contains(agentPlaces, name) { // a name may hold a full stop, and nothing follows such a line
				find = strings.LastIndex
			}
			if end = find(text, before); end < 0 {
				return nil, "", false
			}
		}
		found[name], text = text[:end], text[end:]
	}
}

var weekdays = []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}

var months = []string{
	"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
}

// when says a time of the queue's in this language: "in 6 minutes", "today at
// 09:00", "Monday at 09:00", "Monday, 4 January at 09:00".
func (s Speech) when(text string) string {
	if f := strings.Fields(text); len(f) == 3 && f[0] == "in" {
		return s.Say("in_"+strings.TrimSuffix(f[2], "s"), text, "n", f[1])
	}
	day, clock, ok := strings.Cut(text, " at ")
	if !ok {
		return text
	}
	if day == "today" || day == "tomorrow" {
		return s.Say(day, text, "time", clock)
	}
	name, date, dated := strings.Cut(day, ", ")
	own := strings.Split(s.words["weekdays"], ",")
	i := slices.Index(weekdays, name)
	if i < 0 || i >= len(own) {
		return text
	}
	if day = own[i]; dated {
		number, month, _ := strings.Cut(date, " ")
		day += s.Say("date", "", "d", number, "m", strconv.Itoa(slices.Index(months, month)+1))
	}
	return s.Say("on_day", text, "day", day, "time", clock)
}
