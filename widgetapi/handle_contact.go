package widgetapi

import (
	"net/http"
	"net/mail"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
)

// Bounds of the contact form.
const (
	maxName  = 80
	maxEmail = 254
	maxPhone = 40
)

// ContactBody is how the visitor can be reached. At least one of email and
// phone, or a message, has to be there.
type ContactBody struct {
	Name    string `json:"name"`
	Email   string `json:"email"`
	Phone   string `json:"phone"`
	Message string `json:"message"`
}

func (s *Server) contact(c *call, b *ContactBody) (reply, error) {
	given, err := b.check(c.cfg.Limits)
	if err != nil {
		return reply{}, err
	}
	out, err := s.deps.Log.Append(c.ctx(), c.id(), "", conversation.GiveContact(c.author(), given))
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, body: phaseOf(out.State)}, nil
}

func (b *ContactBody) check(l Limits) (conversation.ContactGiven, error) {
	none := conversation.ContactGiven{}
	email, phone := strings.TrimSpace(b.Email), strings.TrimSpace(b.Phone)
	switch {
	case utf8.RuneCountInString(b.Name) > maxName:
		return none, tell(codeInvalid, "text_long", "n", strconv.Itoa(maxName))
	case email != "" && !isEmail(email):
		return none, tell(codeInvalid, "email")
	case phone != "" && !isPhone(phone):
		return none, tell(codeInvalid, "phone")
	case len(b.Message) > l.MessageBytes || utf8.RuneCountInString(b.Message) > l.MessageChars:
		return none, tell(codeTooLarge, "message_long")
	}
	given := conversation.ContactGiven{
		Name: oneLine(b.Name), Email: email, Phone: phone, Message: strings.TrimSpace(markup.Clean(b.Message)),
	}
	if given.Email == "" && given.Phone == "" && given.Message == "" {
		return none, invalid("Give an email, a phone number or a message.")
	}
	return given, nil
}

// isEmail takes a bare address only: a display name or a line break would let
// the visitor write parts of a mail's head.
func isEmail(s string) bool {
	if len(s) > maxEmail || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) {
		return false
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Name != "" || a.Address != s || strings.HasPrefix(s, "<") || markup.Clean(s) != s {
		return false
	}
	_, domain, _ := strings.Cut(s, "@")
	return strings.Contains(domain, ".") && !strings.HasSuffix(domain, ".")
}

func isPhone(s string) bool {
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune("+-() ./", r):
			return false
		}
	}
	return len(s) <= maxPhone && digits >= 3
}
