package escalation

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/handoff-bot/handoff/conversation"
)

// promiseDetector sees, in the bot's own draft, what only staff may decide: a
// refund granted, a fee waived, a discount or credit given, a date guaranteed, a
// legal view, an exception, a change that the bot cannot make. The words are in
// the folder promises, one file a language, with a section for each kind:
//
//	[promise KIND]   said as done or certain
//	[pledge KIND]    said of what is to come, or has come: a condition in the
//	                 same sentence makes it the published policy
//	[condition]      such conditions, but not those of [unconditional]
//	[unpromised]     takes back what it overlaps: "I cannot promise that …"
//	[reported]       what follows in the sentence, or stands in quotation marks
//	                 behind it, is somebody else's
//
// A question promises nothing, unless it hangs on behind a comma.
type promiseDetector struct{ languages []*language }

// promiseKinds are the kinds in the order in which they are looked for, each with
// what the bot was about to do.
func promiseKinds() [][2]string {
	return [][2]string{
		{"refund", "promise a refund"},
		{"waive", "waive a fee"},
		{"credit", "give a discount or credit"},
		{"date", "guarantee a date"},
		{"legal", "give a legal view or admit liability"},
		{"exception", "make an exception"},
		{"done", "claim a change that it cannot make"},
	}
}

func (promiseDetector) Name() string { return SignalPromise }

// Detect gives one signal for each kind, at its first place in the draft.
func (d promiseDetector) Detect(s Situation) []conversation.Signal {
	if s.Draft == "" {
		return nil
	}
	draft := s.read(s.Draft)
	var signals []conversation.Signal
	for _, kind := range promiseKinds() {
		if run := d.first(s.Draft, draft, kind[0]); run != nil {
			signals = append(signals, place(SignalPromise+":"+kind[0], 1, 0, run))
		}
	}
	return signals
}

// claim is a place where the words of a language promise something, or would if
// they were not excused.
type claim struct {
	at      [2]int
	excused bool
}

// first is the first promise of a kind, nil for none. Languages share words: what
// one of them excuses is no promise in another.
func (d promiseDetector) first(text string, r *reading, kind string) []word {
	var claims []claim
	for _, l := range d.languages {
		for _, section := range []string{"promise ", "pledge "} {
			for _, at := range r.find(l, section+kind) {
				excused := overlaps(at, r.find(l, "unpromised")) || d.excused(text, r, l, at, section == "pledge ")
				claims = append(claims, claim{at, excused})
			}
		}
	}
	var denied [][2]int
	for _, c := range claims {
		if c.excused {
			denied = append(denied, c.at)
		}
	}
	best := [2]int{len(r.words), len(r.words)}
	for _, c := range claims {
		if !c.excused && c.at[0] < best[0] && !overlaps(c.at, denied) {
			best = c.at
		}
	}
	if best[0] == best[1] {
		return nil
	}
	return r.words[best[0]:best[1]]
}

// excused: the sentence asks, says what somebody else said, or, for what a
// condition excuses, names one.
func (d promiseDetector) excused(text string, r *reading, l *language, at [2]int, conditional bool) bool {
	from, to := sentenceAround(text, r.words[at[0]].from, r.words[at[1]-1].to)
	if asksHere(text[r.words[at[1]-1].to:to]) || r.reported(text, l, from, r.words[at[0]].from) {
		return true
	}
	if !conditional {
		return false
	}
	all := r.find(l, "unconditional")
	return slices.ContainsFunc(r.find(l, "condition"), func(c [2]int) bool {
		return r.words[c[0]].from >= from && r.words[c[1]-1].to <= to && !overlaps(c, all)
	})
}

// sentenceEnds end a sentence, in the scripts that we know.
const sentenceEnds = ".!?;\n…。！？；"

// sentenceAround widens a place to the sentence it is in, the mark at its end
// included. A mark between two digits is part of a number.
func sentenceAround(text string, from, to int) (start, end int) {
	start, end = 0, len(text)
	for i, r := range text[:from] {
		if size := utf8.RuneLen(r); strings.ContainsRune(sentenceEnds, r) && !inNumber(text, i) {
			start = i + size
		}
	}
	for i, r := range text[to:] {
		if strings.ContainsRune(sentenceEnds, r) && !inNumber(text, to+i) {
			return start, to + i + utf8.RuneLen(r)
		}
	}
	return start, end
}

func inNumber(text string, i int) bool {
	digit := func(i int) bool { return i >= 0 && i < len(text) && '0' <= text[i] && text[i] <= '9' }
	return digit(i-1) && digit(i+1)
}

// asksHere: what is left of the sentence ends it as a question, and not by a tag
// alone: "I have refunded it, all right?" is no question.
func asksHere(rest string) bool {
	rest = strings.TrimRight(rest, "\"”»“ ")
	if !strings.HasSuffix(rest, "?") && !strings.HasSuffix(rest, "？") {
		return false
	}
	comma := strings.LastIndexAny(rest, ",，")
	return comma < 0 || len(words(rest[comma:])) > tagWords
}

// tagWords is how many words a question hung on to a statement has at most.
const tagWords = 2

// reported: before the place, in its sentence or in the one before an opening
// quotation mark that is still open, somebody else is named as the speaker.
func (r *reading) reported(text string, l *language, sentence, place int) bool {
	open := openQuote(text[:place])
	for _, at := range r.find(l, "reported") {
		from, to := r.words[at[0]].from, r.words[at[1]-1].to
		if from >= sentence && from < place {
			return true
		}
		if quoted, _ := sentenceAround(text, max(open, 0), max(open, 0)); open >= 0 && from >= quoted && to-open <= quoteReach && from < open {
			return true
		}
	}
	return false
}

// quoteReach is how far a gap at the end of a pattern may reach into the quoted
// words, in bytes.
const quoteReach = 60

// openQuote is where the quotation that is open at the end of the text begins, -1
// for none.
func openQuote(text string) int {
	open := -1
	for i, r := range text {
		switch {
		case open >= 0 && strings.ContainsRune("\"”“»」", r):
			open = -1
		case strings.ContainsRune("\"“„«「", r):
			open = i
		case r == '\n':
			open = -1
		}
	}
	return open
}
