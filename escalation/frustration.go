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

// How much each sign weighs. A mild word weighs as much as a strong one when it
// is aimed at somebody ("you are annoying", "I'm annoyed") or underlined ("so
// annoying"), and half as much when it is played down ("a bit annoying").
const (
	weightStrong = 0.5  // abuse, "useless", "ridiculous"
	weightMild   = 0.25 // "annoying", "disappointed"
	weightShout  = 0.25 // capitals
	weightMarks  = 0.2  // "!!!", "??"
)

// frustration returns the strength and the words it was seen in.
func frustration(text string, r *reading) (float64, []word) {
	w := r.words
	value, from, to := 0.0, len(w), 0
	mark := func(weight float64, a, b int) {
		value += weight
		from, to = min(from, a), max(to, b)
	}
	for i := range w {
		if weight := temper(w, i); weight > 0 {
			mark(weight, i, i+1)
		}
		for _, p := range tempers {
			if phraseAt(w, i, p) {
				mark(weightStrong, i, i+len(p))
			}
		}
	}
	if shouts(text) {
		mark(weightShout, 0, len(w))
	}
	for _, marks := range []string{"!!", "??", "?!", "!?"} {
		if strings.Contains(text, marks) {
			mark(weightMarks, 0, len(w))
			break
		}
	}
	if value == 0 || len(w) == 0 {
		return 0, nil
	}
	return min(1, value), w[from:to]
}

// temper is what one word weighs.
func temper(w []word, i int) float64 {
	s := w[i].stem
	weight := 0.0
	switch {
	case angry[s]:
		weight = weightStrong
	case cross[s]:
		weight = weightMild
	default:
		return 0
	}
	before := w[clauseStart(w, i):i]
	switch {
	case hasWord(before, 1, denies), weight == weightMild && hasWord(before, 2, denies):
		return 0
	case hasWord(before, 2, playsDown):
		return weight / 2
	case hasWord(before, 4, aims), hasWord(before, 1, underlines):
		return weightStrong
	}
	return weight
}

// clauseStart is the first word of the clause that word i is in.
func clauseStart(w []word, i int) int {
	for i > 0 && !w[i].cut {
		i--
	}
	return i
}

// hasWord says whether one of the last n words is in the set.
func hasWord(w []word, n int, set map[string]bool) bool {
	for _, x := range w[max(0, len(w)-n):] {
		if set[x.text] {
			return true
		}
	}
	return false
}

// shoutLetters is how many letters a line in capitals needs to be shouted; one
// word alone, a name or a code, is not.
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
	return len(strings.Fields(text)) > 1 && letters >= shoutLetters && upper*10 >= letters*8
}

var (
	denies     = setOf("not isnt arent wasnt never no dont without nothing")
	playsDown  = setOf("bit little slightly somewhat")
	aims       = setOf("you youre your yours im am ur u")
	underlines = setOf("so very really extremely incredibly totally absolutely how too such completely utterly fucking")
)

// angry and cross are stems.
var (
	angry = stemsOf(`useless ridiculous stupid idiot idiots idiotic dumb moron terrible horrible awful pathetic disgusting
		unacceptable outrageous scandalous incompetent worst garbage crap bullshit shit fuck fucking fucked fucker asshole damn
		goddamn bloody bastard furious infuriating hopeless worthless nonsense scammers liar liars suck sucks
		sucking wtf rubbish trash shitty bitch pissed dumbass dickhead imbecile lousy atrocious appalling frustrated frustrating
		enraged livid outraged abysmal horrific despise absurd insulting inexcusable disgraceful disgrace shite goddamit goddammit
		nutzlos scheisse scheiss unverschamt lacherlich idioten frechheit unfassbar unmoglich verarschen katastrophe
		inutil inutiles ridiculo estupido mierda idiota indignante verguenza inaceptable
		nul merde ridicule idiote honteux inadmissible scandaleux inutile
		inutili ridicolo stupido merda vergognoso inaccettabile schifo
		ridiculo inuteis estupido absurdo inaceitavel vergonha porcaria
		waardeloos belachelijk nutteloos klote schandalig onacceptabel idioot`)
	cross = stemsOf(`annoying annoyed annoy frustration disappointed disappointing upset angry mad hate hated
		irritating irritated sick tired waste wasting unhelpful confusing ugh argh unprofessional poor
		dissatisfied unhappy unsatisfied bad rude crazy ashamed shame lame nasty silly hell piss fired`)
	tempers = phrasesOf(
		"third time i", "second time i", "fourth time i", "hundredth time", "how many times", "how many more times",
		"already told you", "i just told you", "already said", "i already asked", "keep asking", "asked you three times",
		"not helping", "not helpful", "arent helpful", "arent helping", "isnt helping", "isnt helpful", "doesnt help", "does not help", "didnt help",
		"not being helpful", "arent being helpful", "waste of time", "waste of money", "wasting my time", "fed up", "sick of", "sick and tired", "tired of", "had enough",
		"you dont understand", "you do not understand", "dont you understand", "you dont get it", "are you kidding", "you must be joking", "no help at all",
		"not listening", "dont listen", "never works", "for the last time", "what is wrong with you", "whats wrong with you", "shut up", "screw you",
		"go to hell", "losing my patience", "lost my patience", "this is a joke", "what a joke", "hate this", "hate you", "hate your", "makes no sense",
		"going in circles", "same answer", "same thing over", "over and over", "again and again", "drives me crazy", "driving me crazy", "getting nowhere",
		"not good enough", "you are no good", "you are not good", "youre no good", "youre not good", "not cool", "what the hell", "what the heck", "who cares",
		"do your job", "cant you read", "are you serious", "seriously guys", "zum dritten mal", "por tercera vez", "troisieme fois", "terza volta", "terceira vez", "derde keer",
	)
)

func stemsOf(list string) map[string]bool {
	set := map[string]bool{}
	for w := range setOf(list) {
		set[stem(w)] = true
	}
	return set
}

func phrasesOf(list ...string) [][]string {
	var phrases [][]string
	for _, p := range list {
		phrases = append(phrases, strings.Fields(p))
	}
	return phrases
}
