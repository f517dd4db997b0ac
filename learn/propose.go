package learn

import (
	"strings"
	"unicode/utf8"

	"github.com/handoff-bot/handoff/conversation"
)

// Proposal is a question and the answer agents gave to it, with the lines both come
// from. Neither holds names, addresses or numbers of the visitor, as far as they
// can be told.
type Proposal struct {
	Question, Answer string
	Asked            conversation.Seq
	Answered         []conversation.Seq
}

// Sizes: an answer shorter than a few words is a greeting, and one longer than a
// passage of the knowledge is no answer to one question.
const (
	minAnswer   = 40
	minWords    = 7
	maxAnswer   = 1500
	maxQuestion = 300
)

// said is a line as it reads at the end.
type said struct {
	seq  conversation.Seq
	role conversation.Role
	text string
}

// Propose cuts the best question and answer out of the events up to through: of
// all answers of agents that are longer than a greeting, the longest, those to a
// line with a question mark first. It is false when there is none.
func Propose(events []conversation.Event, through conversation.Seq) (Proposal, bool) {
	lines, who := read(events, through)
	var best Proposal
	score := 0
	for i := 0; i < len(lines); i++ {
		if lines[i].role != conversation.Agent {
			continue
		}
		asked := questionBefore(lines[:i])
		p, next := answerFrom(lines, i)
		i = next - 1
		if asked.seq == 0 {
			continue
		}
		p.Question, p.Asked = who.redact(firstQuestion(asked.text)), asked.seq
		p.Answer = who.redact(withoutGreeting(p.Answer))
		n := utf8.RuneCountInString(p.Answer)
		if n < minAnswer || n > maxAnswer || len(strings.Fields(p.Answer)) < minWords && !dense(p.Answer) || p.Question == "" {
			continue
		}
		if asks(asked.text) {
			n += maxAnswer
		}
		if n > score {
			best, score = p, n
		}
	}
	return best, score > 0
}

// answerFrom joins the agent's lines from i on, without those that only ask back,
// and says where they end.
func answerFrom(lines []said, i int) (p Proposal, next int) {
	var parts []string
	for ; i < len(lines) && lines[i].role == conversation.Agent; i++ {
		if text := strings.TrimSpace(lines[i].text); text != "" && !endsAsking(text) {
			parts, p.Answered = append(parts, text), append(p.Answered, lines[i].seq)
		}
	}
	p.Answer = strings.Join(parts, "\n\n")
	return p, i
}

// questionBefore is the visitor's line that the answer is to: the last one that
// asks, of those since the agents' last answer, or the last one.
func questionBefore(lines []said) said {
	var last said
	for i := len(lines) - 1; i >= 0; i-- {
		l := lines[i]
		if l.role == conversation.Agent && last.seq != 0 {
			break
		}
		if l.role != conversation.Visitor {
			continue
		}
		if asks(l.text) {
			return l
		}
		if last.seq == 0 && len(strings.Fields(l.text)) > 3 {
			last = l
		}
	}
	return last
}

// marks of a question in the languages we write.
const questionMarks = "?？؟;"

func asks(text string) bool { return strings.ContainsAny(text, "?？؟") }

func endsAsking(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return strings.ContainsRune(questionMarks, r) && !strings.ContainsAny(strings.TrimRight(text, questionMarks), ".!。\n")
}

// dense says that a text is of a script that puts no spaces between words.
func dense(text string) bool { return len(strings.Fields(text))*12 < utf8.RuneCountInString(text) }

// firstQuestion is the sentence that asks, or the line when there is none.
func firstQuestion(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if at := strings.IndexAny(text, "?？؟"); at >= 0 {
		_, size := utf8.DecodeRuneInString(text[at:])
		from := 0
		for _, end := range []string{". ", "! ", "。", "！"} {
			if i := strings.LastIndex(text[:at], end); i >= 0 {
				from = max(from, i+len(end))
			}
		}
		text = strings.TrimSpace(text[from : at+size])
	}
	if utf8.RuneCountInString(text) > maxQuestion {
		return ""
	}
	return text
}

// read is what was said, as it reads at the end, and what is known of who the
// visitor is.
func read(events []conversation.Event, through conversation.Seq) ([]said, person) {
	var lines []said
	at := map[conversation.Seq]int{}
	who := person{}
	for _, e := range events {
		if e.Seq > through {
			break
		}
		who.learn(e)
		switch b := e.Body.(type) {
		case conversation.Message:
			if r := e.Author.Role; r == conversation.Visitor || r == conversation.Agent {
				at[e.Seq], lines = len(lines), append(lines, said{e.Seq, r, b.Text})
			}
		case conversation.Edited:
			if i, ok := at[b.Of]; ok && !b.Inside {
				lines[i].text = b.Text
			}
		case conversation.Retracted:
			if i, ok := at[b.Of]; ok && !b.Inside {
				lines[i].text = ""
			}
		}
	}
	return lines, who
}
