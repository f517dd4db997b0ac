package learn

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/handoff-bot/handoff/conversation"
)

// Accept checks a proposal that a model has written from the lines of the thread:
// whatever a visitor has talked it into does not come through. The error says what
// is wrong, in none of its words.
//
//   - The first of From is a line of the visitor's, all others are lines of agents.
//   - The question asks and is one line, the answer is no longer than one that is cut
//     out. Neither has markup, nor anything that would tell who the visitor is.
//   - Most words of each sentence of the answer stand in the agents' lines it names,
//     and all its numbers and addresses do. Those of the question stand in the thread.
func (t Thread) Accept(p Proposal) (Proposal, error) {
	p.Question, p.Answer = strings.Join(strings.Fields(p.Question), " "), strings.TrimSpace(p.Answer)
	sources, err := t.sources(p.From)
	if err != nil {
		return Proposal{}, err
	}
	var said []string
	for _, l := range t.lines {
		said = append(said, l.Text)
	}
	for _, part := range []struct {
		name, text, from string
		most             int
	}{
		{"question", p.Question, strings.Join(said, "\n"), maxQuestion},
		{"answer", p.Answer, sources, maxAnswer},
	} {
		if n := utf8.RuneCountInString(part.text); n == 0 || n > part.most {
			return Proposal{}, fmt.Errorf("the %s has %d characters", part.name, n)
		}
		if err := t.clean(part.text); err != nil {
			return Proposal{}, fmt.Errorf("the %s has %w", part.name, err)
		}
		if err := grounded(part.text, part.from); err != nil {
			return Proposal{}, fmt.Errorf("the %s has %w", part.name, err)
		}
	}
	if !strings.HasSuffix(p.Question, "?") && !strings.HasSuffix(p.Question, "？") && !strings.HasSuffix(p.Question, "؟") {
		return Proposal{}, errors.New("the question does not ask")
	}
	return p, nil
}

// sources are the agents' lines that a proposal names.
func (t Thread) sources(from []conversation.Seq) (string, error) {
	var texts []string
	for i, seq := range from {
		want := conversation.Agent
		if i == 0 {
			want = conversation.Visitor
		}
		at := slices.IndexFunc(t.lines, func(l Line) bool { return l.Seq == seq && l.Role == want && strings.TrimSpace(l.Text) != "" })
		if at < 0 {
			return "", fmt.Errorf("line %d is named as the %s's and is not", seq, want)
		}
		if i > 0 {
			texts = append(texts, t.lines[at].Text)
		}
	}
	if len(texts) == 0 {
		return "", errors.New("no line of an agent is named")
	}
	return strings.Join(texts, "\n"), nil
}

// clean refuses markup, signs that are not to be seen, and what [person.redact]
// takes out.
func (t Thread) clean(text string) error {
	if t.who.redact(text) != text {
		return errors.New("what tells who the visitor is")
	}
	for _, r := range webAddress.ReplaceAllString(text, "") {
		if strings.ContainsRune("<>[]*`#|\\_~", r) {
			return errors.New("markup")
		}
		if r != '\n' && !unicode.IsPrint(r) {
			return errors.New("signs that are not to be seen")
		}
	}
	return nil
}

// named is what has to stand in the sources as it is: a number, an address.
var named = regexp.MustCompile(`https?://\S+|www\.\S+|\d+`)

// shareKnown is how many of a sentence's words have to stand in its sources: what
// is said in other words passes, what comes from elsewhere does not.
const shareKnown = 0.5

// grounded refuses what does not come from the sources.
func grounded(text, sources string) error {
	for _, name := range named.FindAllString(text, -1) {
		if name = strings.TrimRight(name, ".,;:!?)]}»”\"'"); !strings.Contains(sources, name) {
			return errors.New("a number or an address from elsewhere")
		}
	}
	known := map[string]bool{}
	for _, piece := range pieces(sources) {
		known[piece] = true
	}
	for _, sentence := range sentences(text) {
		all, met := 0.0, 0.0
		for _, piece := range pieces(sentence) {
			if all++; known[piece] {
				met++
			}
		}
		if met < all*shareKnown {
			return errors.New("a sentence from elsewhere")
		}
	}
	return nil
}

// pieces are what a text is compared by: the first four letters of its longer words,
// whatever their endings, and of a script without spaces each two signs.
func pieces(text string) []string {
	var out []string
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }) {
		runes := []rune(word)
		switch {
		case unicode.In(runes[0], unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai):
			for i := range runes[:max(0, len(runes)-1)] {
				out = append(out, string(runes[i:i+2]))
			}
		case len(runes) > 3:
			out = append(out, string(runes[:4]))
		}
	}
	return out
}
