package learn

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/handoff-bot/handoff/conversation"
)

// Proposal is a question and the answer agents gave to it, with the lines both come
// from, the visitor's first. Neither holds names, addresses or numbers of the
// visitor, as far as they can be told.
type Proposal struct {
	Question, Answer string
	From             []conversation.Seq
}

// Sizes, in characters: an answer shorter than a few words is a greeting, and one
// longer than a passage of the knowledge is no answer to one question.
const (
	minAnswer   = 40
	minWords    = 7
	maxAnswer   = 1500
	maxQuestion = 300
)

// Within is how long after a close something is proposed.
const Within = 24 * time.Hour

// Closed is the close that may propose something, the last one of the events: 0
// when no agent has made it, it was a while ago, or she calls the chat spam.
func Closed(events []conversation.Event, now time.Time) conversation.Seq {
	for _, e := range slices.Backward(events) {
		if b, ok := e.Body.(conversation.Closed); ok {
			if b.Reason == conversation.ClosedByAgent && b.Outcome != conversation.OutcomeSpam && now.Sub(e.At) < Within {
				return e.Seq
			}
			return 0
		}
	}
	return 0
}

// Cut cuts the best question and answer out of a thread: of all answers of agents
// that are longer than a greeting, the longest. It is false when there is none.
//
// Of the visitor's lines only what asks is taken. What she states is nobody's
// answer, whatever she wants it to be kept as.
func (t Thread) Cut() (Proposal, bool) {
	var best Proposal
	score := 0
	for i := 0; i < len(t.lines); i++ {
		if t.lines[i].Role != conversation.Agent {
			continue
		}
		asked := questionBefore(t.lines[:i])
		p, next := answerFrom(t.lines, i)
		i = next - 1
		if asked.Seq == 0 {
			continue
		}
		p.Question, p.From = t.who.redact(questionIn(asked.Text)), slices.Insert(p.From, 0, asked.Seq)
		p.Answer = t.who.redact(withoutGreeting(p.Answer))
		if n := utf8.RuneCountInString(p.Answer); isAnswer(p.Answer) && n > score {
			best, score = p, n
		}
	}
	return best, score > 0
}

// isAnswer says that a text is longer than a greeting, and not longer than an
// answer.
func isAnswer(text string) bool {
	n := utf8.RuneCountInString(text)
	return n >= minAnswer && n <= maxAnswer && (len(strings.Fields(text)) >= minWords || dense(text))
}

// answerFrom joins the agent's lines from i on, without those that only ask back,
// and says where they end.
func answerFrom(lines []Line, i int) (p Proposal, next int) {
	var parts []string
	for ; i < len(lines) && lines[i].Role == conversation.Agent; i++ {
		if text := strings.TrimSpace(lines[i].Text); text != "" && !endsAsking(text) {
			parts, p.From = append(parts, text), append(p.From, lines[i].Seq)
		}
	}
	p.Answer = strings.Join(parts, "\n\n")
	return p, i
}

// questionBefore is the visitor's line that the answer is to: the last one that
// asks, of those since the agents' last answer, or before it when there is none.
func questionBefore(lines []Line) Line {
	heard := false
	for _, l := range slices.Backward(lines) {
		switch {
		case l.Role == conversation.Agent && heard:
			return Line{}
		case l.Role == conversation.Visitor && questionIn(l.Text) != "":
			return l
		}
		heard = heard || l.Role == conversation.Visitor && len(strings.Fields(l.Text)) > 3
	}
	return Line{}
}

// questionMarks are those of the languages we write.
const questionMarks = "?？؟;"

func endsAsking(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return strings.ContainsRune(questionMarks, r) && !strings.ContainsAny(strings.TrimRight(text, questionMarks), ".!。\n")
}

// dense says that a text is of a script that puts no spaces between words.
func dense(text string) bool { return len(strings.Fields(text))*12 < utf8.RuneCountInString(text) }

// questionIn is the first sentence of a line that asks, "" when none does. Before a
// colon stands what the question is introduced with, or an order to whoever reads.
func questionIn(text string) string {
	for _, sentence := range sentences(text) {
		sentence = afterColon(sentence)
		marked := strings.ContainsAny(sentence, "?？؟")
		if (marked || asks(sentence)) && utf8.RuneCountInString(sentence) <= maxQuestion {
			return sentence
		}
	}
	return ""
}

// sentences cuts a text at the ends of its sentences and lines.
func sentences(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		from := 0
		for i, r := range line {
			end := i + utf8.RuneLen(r)
			if strings.ContainsRune("?？؟。！", r) || strings.ContainsRune(".!", r) && (end == len(line) || line[end] == ' ' || line[end] == '\n') {
				out, from = append(out, line[from:end]), end
			}
		}
		out = append(out, line[from:])
	}
	for i := range out {
		out[i] = strings.Join(strings.Fields(out[i]), " ")
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// afterColon is what follows the last colon between words, or the whole sentence.
func afterColon(sentence string) string {
	for _, colon := range []string{": ", "："} {
		if at := strings.LastIndex(sentence, colon); at >= 0 {
			sentence = sentence[at+len(colon):]
		}
	}
	return strings.TrimSpace(sentence)
}

// asking are the words that a question begins with when it has no mark.
const asking = " how what when where why who which can could do does is are" +
	" wie was wann wo warum wer welche welcher welches kann können gibt" +
	" comment quand où pourquoi quel quelle combien puis pouvez" +
	" cómo como qué que cuándo cuando dónde donde cuánto cuanto puedo hay" +
	" come quale quanto dove perché posso" +
	" hoe wat wanneer waar waarom welke kan" +
	" onde qual "

// askingInside are those of a script without spaces.
const askingInside = "怎 什么 哪 吗 多少 多久 如何 是否"

func asks(sentence string) bool {
	first, rest, _ := strings.Cut(strings.ToLower(sentence), " ")
	if rest != "" && strings.Contains(asking, " "+first+" ") {
		return true
	}
	return slices.ContainsFunc(strings.Fields(askingInside), func(word string) bool { return strings.Contains(sentence, word) })
}
