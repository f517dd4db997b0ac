package escalation

import (
	"strings"
	"unicode"

	"github.com/handoff-bot/handoff/conversation"
)

// frustrationDetector sees anger: words, shouting, repeated marks, "the third
// time I ask". Its strength adds up over one line, at most 1.
type frustrationDetector struct{}

func (frustrationDetector) Name() string { return SignalFrustrated }

func (frustrationDetector) Detect(s Situation) []conversation.Signal {
	var signals []conversation.Signal
	for _, line := range s.fresh() {
		if value, run := frustration(line.Text, s.read(line.Text)); value > 0 {
			signals = append(signals, place(SignalFrustrated, value, line.Seq, run))
		}
	}
	return signals
}

// How much each sign weighs.
const (
	weightStrong = 0.5  // abuse, "useless", "ridiculous"
	weightMild   = 0.25 // "annoying", "disappointed"
	weightShout  = 0.25 // capitals
	weightMarks  = 0.2  // "!!!", "??"
)

// frustration returns the strength and the words it was seen in.
func frustration(text string, r *reading) (float64, []word) {
	w := r.words
	value, from, to := 0.0, -1, -1
	mark := func(weight float64, a, b int) {
		value += weight
		if from < 0 || a < from {
			from = a
		}
		to = max(to, b)
	}
	for i := range w {
		switch {
		case negated(w, i):
		case angry[stem(w[i].text)]:
			mark(weightStrong, i, i+1)
		case cross[stem(w[i].text)]:
			mark(weightMild, i, i+1)
		}
		for _, p := range tempers {
			if parts := strings.Fields(p); phraseAt(w, i, parts) {
				mark(weightStrong, i, i+len(parts))
			}
		}
	}
	if shouts(text) {
		mark(weightShout, 0, len(w))
	}
	if strings.Contains(text, "!!") || strings.Contains(text, "??") || strings.Contains(text, "?!") || strings.Contains(text, "!?") {
		mark(weightMarks, 0, len(w))
	}
	if value == 0 || len(w) == 0 {
		return 0, nil
	}
	return min(1, value), w[from:to]
}

// negated: "not useless", "isn't bad".
func negated(w []word, i int) bool {
	return i > 0 && !w[i].cut && (w[i-1].text == "isnt" || w[i-1].text == "not" && i > 1)
}

// shoutLetters is how many letters a line in capitals needs to be shouted.
const shoutLetters = 8

// shouts: nearly all letters are capitals.
func shouts(text string) bool {
	upper, letters := 0, 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
		}
		if unicode.IsUpper(r) {
			upper++
		}
	}
	return letters >= shoutLetters && upper*10 >= letters*8
}

// angry and cross are stems; tempers are phrases of folded words.
var (
	angry = stemsOf(`useless ridiculous stupid idiot idiots idiotic dumb moron terrible horrible awful pathetic disgusting
		unacceptable outrageous scandalous incompetent worst garbage crap bullshit shit fuck fucking fucked fucker asshole damn
		goddamn bloody bastard furious infuriating hate hopeless worthless nonsense joke scammers liar liars suck sucks
		sucking wtf rubbish trash shitty bitch piss pissed hell dumbass dickhead retarded imbecile lousy atrocious appalling`)
	cross = stemsOf(`annoying annoyed annoy frustrating frustrated frustration disappointed disappointing upset angry mad
		irritating irritated sick tired waste wasting unhelpful confusing ugh argh unprofessional slow poor fail failed
		dissatisfied unhappy unsatisfied fed enough bad boring rude crazy ashamed shame`)
	tempers = []string{
		"third time i", "second time i", "fourth time i", "hundredth time", "how many times", "how many more times", "already told you", "i just told you",
		"already said", "i already asked", "keep asking", "asked you three times", "not helping", "not helpful", "arent helpful",
		"doesnt help", "does not help", "didnt help", "waste of time", "wasting my time", "fed up", "sick of", "sick and tired",
		"had enough", "you dont understand", "you do not understand", "dont you understand", "are you kidding", "you must be joking",
		"no help at all", "not listening", "never works", "still waiting", "for the last time", "what is wrong with you", "whats wrong with you",
		"shut up", "screw you", "go to hell", "losing my patience", "lost my patience", "this is a joke", "what a joke", "cant believe",
		"makes no sense", "going in circles", "same answer", "over and over", "drives me crazy", "driving me crazy", "getting nowhere",
	}
)

func stemsOf(list string) map[string]bool {
	set := map[string]bool{}
	for w := range setOf(list) {
		set[stem(w)] = true
	}
	return set
}
