package learn

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/handoff-bot/handoff/conversation"
)

// person is what is known of who the visitor is: the words of her names, and what
// else the site or she herself has said of her.
type person []string

// learn takes over what an event tells of her.
func (p *person) learn(e conversation.Event) {
	if e.Author.Role == conversation.Visitor {
		p.know(e.Author.Name)
	}
	switch b := e.Body.(type) {
	case conversation.Opened:
		p.context(b.Context)
	case conversation.PageChanged:
		p.context(b.Context)
	case conversation.Identified:
		p.context(b.Claims())
	case conversation.ContactGiven:
		p.know(b.Name)
		p.know(b.Email)
		p.know(b.Phone)
	}
}

// context knows what names a person among the site's words about her.
func (p *person) context(values map[string]any) {
	for key, v := range values {
		key = strings.ToLower(key)
		if key == "sub" || key == "id" || key == "email" || key == "phone" || strings.HasSuffix(key, "name") || strings.Contains(key, "address") {
			p.know(fmt.Sprint(v))
		}
	}
}

func (p *person) know(words string) {
	for _, w := range strings.Fields(words) {
		w = strings.Trim(w, ".,;:()\"'")
		if utf8.RuneCountInString(w) > 1 && !slices.Contains(*p, w) {
			*p = append(*p, w)
		}
	}
}

// What is taken out of any text: addresses of mail, long numbers with or without
// letters (of a phone, an order, a card), and what is said to one person by name.
var (
	mailAddress = regexp.MustCompile(`[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+\.\p{L}{2,}`)
	webAddress  = regexp.MustCompile(`https?://\S+`)
	numbered    = regexp.MustCompile(`\+?\d[\d \-/.()]{4,}\d|\b[\p{L}]{0,5}[-#]?\d[\p{L}\d-]{4,}\b|#\d+`)
	greeting    = regexp.MustCompile(`(?i)^(hi|hello|hey|dear|hallo|hi there|good (morning|afternoon|evening)|guten (tag|morgen|abend)|liebe[r]?|bonjour|hola|olá|ciao|buongiorno)\b[^,.!?\n]{0,40}[,.!]\s*`)
)

// redact takes out what tells who the visitor is. Web addresses stay: agents write
// them to be followed.
func (p person) redact(text string) string {
	var kept []string
	text = webAddress.ReplaceAllStringFunc(text, func(address string) string {
		kept = append(kept, address)
		return fmt.Sprintf("\x00%d\x00", len(kept)-1)
	})
	text = mailAddress.ReplaceAllString(text, "[address]")
	text = numbered.ReplaceAllStringFunc(text, func(s string) string {
		if strings.ContainsAny(s, "\x00") {
			return s
		}
		return "[number]"
	})
	for _, w := range p {
		named, err := regexp.Compile(`(?i)(^|[^\p{L}\p{N}])` + regexp.QuoteMeta(w) + `($|[^\p{L}\p{N}])`)
		if err != nil {
			continue
		}
		text = named.ReplaceAllString(text, "${1}[visitor]${2}")
	}
	for i, address := range kept {
		text = strings.ReplaceAll(text, fmt.Sprintf("\x00%d\x00", i), address)
	}
	return strings.TrimSpace(text)
}

// withoutGreeting drops the words an answer begins with to one person.
func withoutGreeting(text string) string {
	text = strings.TrimSpace(text)
	if rest := greeting.ReplaceAllString(text, ""); rest != text && rest != "" {
		r, size := utf8.DecodeRuneInString(rest)
		return strings.ToUpper(string(r)) + rest[size:]
	}
	return text
}
