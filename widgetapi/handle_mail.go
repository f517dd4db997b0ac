package widgetapi

import (
	"context"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/handoff-bot/handoff/conversation"
)

// MailedReply says where a mail is on its way to, as far as its owner recognises
// it: a…@example.com.
type MailedReply struct {
	To string `json:"to"`
}

// mailTranscript has all that was said so far mailed to the address that the visitor
// has proved, so many times a day for all her conversations. What is refused for
// another reason costs none of them.
func (s *Server) mailTranscript(c *call, _ *EmptyBody) (reply, error) {
	if !c.cfg.Mail {
		return reply{}, &fault{code: codeNoMail}
	}
	ask := conversation.AskTranscript(c.author(), c.now)
	if _, err := ask(c.state); err != nil {
		return reply{}, err
	}
	to, err := s.mailbox(c.ctx(), c.state)
	if err != nil {
		return reply{}, err
	}
	n, err := s.days.add(c.ctx(), "transcripts:"+c.session.Visitor, c.now)
	if err != nil {
		return reply{}, err
	}
	if n > c.cfg.Limits.MailsPerDayAddress {
		return reply{}, &fault{code: codeTooMany, told: "chats_mailed", retry: nextDay(c.now)}
	}
	if _, err := s.deps.Log.Append(c.ctx(), c.id(), "", ask); err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusAccepted, body: MailedReply{hinted(to)}}, nil
}

// mailbox is the address that mails reach the visitor at, or a refusal: it was
// erased, or its owner has stopped them.
func (s *Server) mailbox(ctx context.Context, state conversation.State) (string, error) {
	to, err := s.address(ctx, state)
	if err != nil {
		return "", err
	}
	if to == "" {
		return "", conversation.ErrUnproved
	}
	if _, stopped, err := s.deps.Codes.OptOut(ctx, ascii(to)); err != nil {
		return "", err
	} else if stopped {
		return "", &fault{code: codeMailsStopped}
	}
	return to, nil
}

// hinted is an address without what would tell it to somebody who looks on.
func hinted(address string) string {
	_, first := utf8.DecodeRuneInString(address)
	return address[:first] + "…" + address[strings.LastIndexByte(address, '@'):]
}
