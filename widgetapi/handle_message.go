package widgetapi

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
)

var clientIDForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// MessageBody is a line of the visitor. ClientID is her own name for it: the
// same again is the same line.
type MessageBody struct {
	ClientID string     `json:"client_id"`
	Text     string     `json:"text"`
	Files    []FileBody `json:"files"`
}

// FileBody names an uploaded file.
type FileBody struct {
	ID string `json:"id"`
}

// MessageReply says where the line stands in the visitor's numbering.
type MessageReply struct {
	Seq conversation.Seq `json:"seq"`
	ID  string           `json:"id"`
	At  string           `json:"at"`
}

func (s *Server) say(c *call, b *MessageBody) (reply, error) {
	text, err := b.check(c.cfg.Limits)
	if err != nil {
		return reply{}, err
	}
	if err := s.countMessage(c); err != nil {
		return reply{}, err
	}
	carried, err := s.filesOf(c, b.Files)
	if err != nil {
		return reply{}, err
	}
	line := conversation.Message{ClientID: b.ClientID, Text: text, Files: carried}
	decide := conversation.VisitorSays(c.author(), line, c.now, c.cfg.ReopenWithin)
	out, err := s.deps.Log.Append(c.ctx(), c.id(), "v:"+b.ClientID, decide)
	if err != nil {
		return reply{}, err
	}
	e, err := s.lineOf(c.ctx(), out, b.ClientID)
	if err != nil {
		return reply{}, err
	}
	status := http.StatusCreated
	if out.Replayed {
		status = http.StatusOK
	}
	return reply{status: status, body: MessageReply{e.VSeq, eventID(e.Conversation, e.VSeq), stamp(e.At)}}, nil
}

func (b *MessageBody) check(l Limits) (string, error) {
	switch {
	case !clientIDForm.MatchString(b.ClientID):
		return "", invalid("The client_id is not 1 to 64 letters, digits, - or _.")
	case len(b.Files) > l.UploadsPerMessage:
		return "", invalid("A message carries at most %d files.", l.UploadsPerMessage)
	case len(b.Text) > l.MessageBytes || utf8.RuneCountInString(b.Text) > l.MessageChars:
		return "", tell(codeTooLarge, "message_long")
	}
	text := strings.TrimSpace(markup.Clean(b.Text))
	if text == "" && len(b.Files) == 0 {
		return "", invalid("The message is empty.")
	}
	return text, nil
}

// countMessage holds the limit per day, which survives a restart.
func (s *Server) countMessage(c *call) error {
	n, err := s.days.add(c.ctx(), "messages:"+c.session.Visitor, c.now)
	if err != nil {
		return err
	}
	if n > c.cfg.Limits.MessagesPerDay {
		return tooMany(nextDay(c.now))
	}
	return nil
}

// lineOf finds the visitor's line among what an append did. A replay may hand
// back the event behind it: a line that reopens a chat an agent had is followed
// by an escalation, and the key is on the act's last event.
func (s *Server) lineOf(ctx context.Context, out conversation.Outcome, clientID string) (conversation.Event, error) {
	if e, ok := findLine(out.Events, clientID); ok {
		return e, nil
	}
	if len(out.Events) == 0 {
		return conversation.Event{}, conversation.ErrNotFound
	}
	last := out.Events[len(out.Events)-1]
	near, err := s.deps.Conversations.VisitorEventsBefore(ctx, last.Conversation, last.VSeq+1, 8)
	if err != nil {
		return conversation.Event{}, err
	}
	if e, ok := findLine(near, clientID); ok {
		return e, nil
	}
	return conversation.Event{}, conversation.ErrNotFound
}

func findLine(events []conversation.Event, clientID string) (conversation.Event, bool) {
	for _, e := range events {
		if m, ok := e.Body.(conversation.Message); ok && m.ClientID == clientID {
			return e, true
		}
	}
	return conversation.Event{}, false
}
