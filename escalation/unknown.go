package escalation

import (
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
)

// unknownDetector sees that the bot cannot answer: the knowledge was searched
// and has nothing good enough for a line that asks something, or the finished
// draft says itself that it does not know. Asking for a person, or whether this
// is a machine, asks nothing of the knowledge.
type unknownDetector struct{ asks asksDetector }

func (unknownDetector) Name() string { return SignalCannot }

func (d unknownDetector) Detect(s Situation) []conversation.Signal {
	on := s.judged()
	if s.Finding.Final {
		if from, to, ok := unsure(s.read(s.Draft).words); ok {
			return []conversation.Signal{{Name: SignalCannot, Value: 1, From: from, To: to}}
		}
		if s.Finding.Unsure {
			return []conversation.Signal{place(SignalCannot, 1, on.Seq, s.read(on.Text).words)}
		}
	}
	var signals []conversation.Signal
	for _, m := range d.measure(s) {
		if s.Finding.Best < s.Finding.Floor {
			signals = append(signals, m.Signal)
		}
	}
	return signals
}

// measure says how far the best passage is from an answer. The knowledge is
// searched once for all lines of a burst, so they count once.
func (d unknownDetector) measure(s Situation) []Measured {
	if !s.Finding.Searched {
		return nil
	}
	for _, line := range slices.Backward(s.fresh()) {
		if r := s.read(line.Text); asksSomething(r) && !d.aboutPeople(r) {
			return []Measured{{place(SignalCannot, 1-s.Finding.Best, line.Seq, r.words), 1 - s.Finding.Floor}}
		}
	}
	return nil
}

func (d unknownDetector) aboutPeople(r *reading) bool {
	return r.first(d.asks.languages, "ask") != nil || r.first(d.asks.languages, "challenge") != nil
}

// asksSomething: it has a word of meaning beside those of a greeting or of
// asking itself. "I have a question" has none; "prices" has one.
func asksSomething(r *reading) bool {
	for _, m := range r.meaning {
		if !small[m.text] && !filler[m.text] && plainNot(m.text) != "not" {
			return true
		}
	}
	return false
}

// unsurePhrases are how a draft says that it does not know, folded.
var unsurePhrases = []string{
	"i dont know", "i do not know", "im not sure", "i am not sure", "i dont have that information",
	"i dont have any information", "i dont have information", "i do not have information",
	"i do not have that information", "i do not have any information", "i dont have anything about",
	"i do not have anything about", "i dont have details", "i dont have enough information",
	"i dont have access to", "i couldnt find", "i could not find", "i cant find", "i cannot find",
	"i wasnt able to find", "im unable to", "i am unable to", "im not able to", "i am not able to", "i have no information",
	"i cant answer", "i cannot answer", "i cant help with", "i cannot help with", "not in my knowledge",
	"my documents do not", "my documentation does not", "is not covered in", "isnt covered in",
}

// unsure finds the first such phrase, as byte offsets.
func unsure(w []word) (from, to int, ok bool) {
	for i := range w {
		for _, phrase := range unsurePhrases {
			if parts := strings.Fields(phrase); phraseAt(w, i, parts) {
				return w[i].from, w[i+len(parts)-1].to, true
			}
		}
	}
	return 0, 0, false
}

// smallTalkDetector sees that all her new lines ask nothing: a greeting, thanks,
// "ok". They neither count as unanswered nor end a row of unanswered questions.
type smallTalkDetector struct{}

func (smallTalkDetector) Name() string { return SignalSmallTalk }

func (smallTalkDetector) Detect(s Situation) []conversation.Signal {
	on := s.judged()
	if on.Seq == 0 {
		return nil
	}
	for _, line := range s.fresh() {
		if !isSmallTalk(s.read(line.Text)) {
			return nil
		}
	}
	return []conversation.Signal{place(SignalSmallTalk, 1, on.Seq, s.read(on.Text).words)}
}

// isSmallTalk: every word is one of a greeting, thanks or assent.
func isSmallTalk(r *reading) bool {
	for _, w := range r.words {
		if !small[w.text] {
			return false
		}
	}
	return true
}

var small = setOf(`hi hello hey hiya howdy yo good morning afternoon evening day night thanks thank thx ty cheers you u so much
	very a lot ok okay k kk yes yeah yep no nope nah sure fine great cool nice perfect awesome wonderful excellent alright right
	got it i see understood bye goodbye later have one please there how are doing today and well lol haha hm hmm um oh ah
	that thats is was all for now helpful your help welcome never mind nevermind
	hallo guten tag morgen abend danke ja nein bitte moin servus tschuss hola gracias si buenos dias buenas tardes noches adios
	bonjour salut merci oui non bonsoir revoir au ciao grazie buongiorno buonasera arrivederci ola obrigado obrigada sim nao
	bom dia boa tarde noite beaucoup mille muchas molte tante muito vielen bedankt hartelijk dank je dag doei goedemorgen goedemiddag`)

// statedDetector sees that the visitor says what it is about: enough words of
// meaning beside the wish for a person.
type statedDetector struct {
	languages []*language
	tempers   tempers
}

// problemWords is how many words of meaning state a problem.
const problemWords = 3

func (statedDetector) Name() string { return SignalStated }

func (d statedDetector) Detect(s Situation) []conversation.Signal {
	for _, line := range s.fresh() {
		if r := s.read(line.Text); d.meaning(r) >= problemWords {
			return []conversation.Signal{place(SignalStated, 1, line.Seq, r.words)}
		}
	}
	return nil
}

// meaning counts the words of meaning that do not ask for a person.
func (d statedDetector) meaning(r *reading) int {
	asking := make([]bool, len(r.words))
	for _, l := range d.languages {
		for _, section := range []string{"ask", "not", "challenge"} {
			for _, at := range r.find(l, section) {
				for i := at[0]; i < at[1]; i++ {
					asking[i] = true
				}
			}
		}
	}
	n, temper := 0, d.tempers.of(d.languages, r.words)
	for _, m := range r.meaning {
		if !asking[m.index] && !filler[m.text] && !small[m.text] && !temper.has(m.stem) {
			n++
		}
	}
	return n
}

// filler are words that ask, without saying what about.
var filler = setOf(`what how where when why who which want wanna need help know tell explain question hello hi hey ok okay yes
	bit little thing thanks thank again still really keep try go continue else other about inform look looking call calling tell wait waiting ask asking check checking see find finding let make more want assist information anything everything trying like get way possible try trying assistance`)
