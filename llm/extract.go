package llm

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
)

const (
	// maxSentences is how many sentences an extract has.
	maxSentences = 3
	// maxExtract is the longest extract in bytes; the first sentence is never cut.
	maxExtract = 600
)

// answer is what the built-in model says to the question.
func answer(question string, passages []Passage) string {
	if said, ok := courtesy(question); ok {
		return said
	}
	picked := extract(stems(question), passages)
	if len(picked) == 0 {
		return OfflineNoAnswer
	}
	return OfflineIntro + strings.Join(picked, " ")
}

// courtesy answers what is no question, so that "thanks" is not met with "I don't have anything about that".
func courtesy(text string) (string, bool) {
	plain := strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' }), " ")
	switch plain {
	case "hi", "hello", "hey", "hi there", "hello there", "hey there", "good morning", "good afternoon", "good evening":
		return "Hello! What would you like to know?", true
	case "thanks", "thank you", "thx", "thank you very much", "many thanks", "great thanks", "ok thanks", "thanks a lot", "perfect thanks", "thanks bye":
		return "You're welcome. Is there anything else?", true
	case "bye", "goodbye", "ok", "okay", "great", "perfect":
		return "Good. Write again whenever you need something.", true
	}
	return "", false
}

// sentence is a candidate of the extract.
type sentence struct {
	text    string
	passage int
	order   int // its place in the passage
	shared  map[string]bool
	score   float64
}

// extract picks the sentences of the passage that answers the question best: those that share words with it, in the
// order they are written. It returns nothing when no sentence shares any.
func extract(question map[string]bool, passages []Passage) []string {
	var all []sentence
	best := -1
	for i, p := range passages {
		heading := shared(question, stems(p.Title))
		for order, text := range sentences(p.Text) {
			s := sentence{text: text, passage: i, order: order, shared: shared(question, stems(text))}
			s.score = float64(len(s.shared)) + 0.5*float64(len(heading)) + p.Score - 0.01*float64(i)
			if len(s.shared) == 0 && len(heading) == 0 {
				continue
			}
			all = append(all, s)
			if best < 0 || s.score > all[best].score {
				best = len(all) - 1
			}
		}
	}
	if best < 0 || len(question) >= 3 && !enough(question, all[best], passages) {
		return nil
	}
	return pick(all, all[best])
}

// enough asks for more than one chance word in common when the question has several and the passage scored low.
func enough(question map[string]bool, best sentence, passages []Passage) bool {
	p := passages[best.passage]
	common := len(shared(question, stems(p.Title+" "+p.Text)))
	return common >= 2 || p.Score >= 0.5
}

// pick takes the best sentence, then its passage's next best ones that add a word of the question.
func pick(all []sentence, best sentence) []string {
	covered := best.shared
	chosen := []sentence{best}
	rest := slices.DeleteFunc(slices.Clone(all), func(s sentence) bool { return s.passage != best.passage || s.order == best.order })
	slices.SortStableFunc(rest, func(a, b sentence) int { return cmp.Compare(b.score, a.score) })
	size := len(best.text)
	for _, s := range rest {
		follows := s.order == best.order+1
		if len(chosen) == maxSentences || size+len(s.text) > maxExtract || !follows && !adds(covered, s.shared) {
			continue
		}
		chosen = append(chosen, s)
		size += len(s.text)
	}
	slices.SortFunc(chosen, func(a, b sentence) int { return cmp.Compare(a.order, b.order) })
	var out []string
	for _, s := range chosen {
		out = append(out, s.text)
	}
	return out
}

func adds(covered, more map[string]bool) bool {
	for word := range more {
		if !covered[word] {
			return true
		}
	}
	return false
}

func shared(a, b map[string]bool) map[string]bool {
	out := map[string]bool{}
	for word := range a {
		if b[word] {
			out[word] = true
		}
	}
	return out
}

// sentences splits text at line ends and behind . ! ? before a space. List and quote marks are dropped.
func sentences(text string) []string {
	var out []string
	add := func(s string) {
		s = strings.TrimLeft(strings.TrimSpace(s), "-*•># ")
		if strings.ContainsFunc(s, unicode.IsLetter) {
			out = append(out, s)
		}
	}
	for line := range strings.Lines(text) {
		start := 0
		for i := 0; i+1 < len(line); i++ {
			if strings.IndexByte(".!?", line[i]) >= 0 && line[i+1] == ' ' && !strings.HasSuffix(line[start:i], "e.g") && !isNumber(line[start:i]) {
				add(line[start : i+1])
				start = i + 1
			}
		}
		add(line[start:])
	}
	return out
}

func isNumber(s string) bool { return strings.Trim(s, " 0123456789") == "" }

// stems are the content words of text, each reduced to its English stem.
func stems(text string) map[string]bool {
	out := map[string]bool{}
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len(word) < 2 || slices.Contains(functionWords, word) {
			continue
		}
		env := snowballstem.NewEnv(word)
		english.Stem(env)
		out[env.Current()] = true
	}
	return out
}

// functionWords say nothing about what a question is about.
var functionWords = strings.Fields(`a about an and any anything are as at be been but by can could did do does for from get had has have how i if in into is it its
	just like ll don doesn didn isn may me my need no not of on or our please re should so some something tell than that the their them then there these they this to up us ve want was we were what
	when where which who why will with would you your much many long am also im hi hello hey thanks thank`)
