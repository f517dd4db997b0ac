package widgetapi

import (
	"context"
	"net/http"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// listed is how many conversations the list shows.
const listed = 50

// OpenBody starts a conversation. Locale is the language the visitor is shown,
// a tag such as en or pt-BR; without it widget.locale and her browser decide.
type OpenBody struct {
	Page    PageBody       `json:"page"`
	Context map[string]any `json:"context"`
	Locale  string         `json:"locale"`
}

// PageChangeBody says where the visitor is now.
type PageChangeBody struct {
	Page    PageBody       `json:"page"`
	Context map[string]any `json:"context"`
}

// ConversationReply names a conversation: its id, and the short reference for
// people. Email and Verified are as in [ConversationLine]: of a visitor who is
// signed in they may hold from the beginning.
type ConversationReply struct {
	ID        conversation.ID `json:"id"`
	Reference string          `json:"reference"`
	Email     bool            `json:"email,omitempty"`
	Verified  bool            `json:"verified,omitempty"`
}

func conversationReply(s conversation.State) ConversationReply {
	return ConversationReply{ID: s.ID, Reference: s.Reference, Email: s.HasMail, Verified: s.Verified.Seq != 0}
}

func (s *Server) openConversation(c *call, b *OpenBody) (reply, error) {
	about, err := cleanContext(b.Context)
	if err != nil {
		return reply{}, err
	}
	asked, err := askedLocale(b.Locale)
	if err != nil {
		return reply{}, err
	}
	state, err := s.deps.Conversations.Create(c.ctx(), c.author(), conversation.Opened{
		Visitor: c.session.Visitor, Widget: c.session.Widget,
		Page: b.Page.page(), Context: about, Locale: c.locale(asked),
	})
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusCreated, body: conversationReply(state)}, nil
}

// ConversationsReply lists the visitor's conversations, newest first.
type ConversationsReply struct {
	Conversations []ConversationLine `json:"conversations"`
}

// ConversationLine is one of them. Unread counts the lines of others after the
// last one read. Email says that an address to answer at is known, and Verified
// that the visitor has proved it.
type ConversationLine struct {
	ID        conversation.ID    `json:"id"`
	Reference string             `json:"reference"`
	Phase     conversation.Phase `json:"phase"`
	OpenedAt  string             `json:"opened_at"`
	UpdatedAt string             `json:"updated_at"`
	Seq       conversation.Seq   `json:"seq"`
	Read      conversation.Seq   `json:"read"`
	Unread    int                `json:"unread"`
	Email     bool               `json:"email"`
	Verified  bool               `json:"verified"`
}

func (s *Server) listConversations(c *call) (reply, error) {
	mine, err := s.deps.Conversations.Mine(c.ctx(), c.owner(), listed)
	if err != nil {
		return reply{}, err
	}
	out := ConversationsReply{Conversations: make([]ConversationLine, 0, len(mine))}
	for _, m := range mine {
		unread, err := s.unread(c.ctx(), m)
		if err != nil {
			return reply{}, err
		}
		out.Conversations = append(out.Conversations, ConversationLine{
			ID: m.State.ID, Reference: m.State.Reference, Phase: m.State.Phase(),
			OpenedAt: stamp(m.State.Opened.At), UpdatedAt: stamp(m.Updated), Seq: m.State.VSeq, Read: m.Read, Unread: unread,
			Email: m.State.HasMail, Verified: m.State.Verified.Seq != 0,
		})
	}
	return reply{status: http.StatusOK, body: out}, nil
}

// unread counts the bot's and agents' lines after the last one read, without
// those that were taken back.
func (s *Server) unread(ctx context.Context, m session.Summary) (int, error) {
	if m.State.VSeq <= m.Read {
		return 0, nil
	}
	events, err := s.deps.Conversations.VisitorEvents(ctx, m.State.ID, m.Read, batch)
	if err != nil {
		return 0, err
	}
	waiting := map[conversation.Seq]bool{}
	for _, e := range events {
		switch b := e.Body.(type) {
		case conversation.Message:
			if e.Author.Role == conversation.Bot || e.Author.Role == conversation.Agent {
				waiting[e.Seq] = true
			}
		case conversation.Retracted:
			delete(waiting, b.Of)
		}
	}
	return len(waiting), nil
}

func (s *Server) changePage(c *call, b *PageChangeBody) (reply, error) {
	about, err := cleanContext(b.Context)
	if err != nil {
		return reply{}, err
	}
	changed := conversation.PageChanged{Page: b.Page.page(), Context: about}
	if changed.Page == (conversation.Page{}) && about == nil {
		return noContent(), nil
	}
	return s.act(c, conversation.Append(c.says(changed)))
}

// says is an event by this visitor.
func (c *call) says(b conversation.Body) conversation.Draft {
	return conversation.Draft{Author: c.author(), Source: conversation.FromWidget, Body: b}
}

// act appends without a key and answers with nothing.
func (s *Server) act(c *call, decide conversation.Decider) (reply, error) {
	if _, err := s.deps.Log.Append(c.ctx(), c.id(), "", decide); err != nil {
		return reply{}, err
	}
	return noContent(), nil
}

// PhaseReply says what the conversation is now. Contact asks for the contact
// form; LeaveMessage says that nobody can be asked and the form is the way.
type PhaseReply struct {
	Phase        conversation.Phase `json:"phase"`
	Contact      bool               `json:"contact,omitempty"`
	LeaveMessage bool               `json:"leave_message,omitempty"`
}

// turn appends without a key and answers with the phase after it.
func (s *Server) turn(c *call, decide conversation.Decider) (reply, error) {
	out, err := s.deps.Log.Append(c.ctx(), c.id(), "", decide)
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, body: phaseOf(out.State)}, nil
}

func phaseOf(s conversation.State) PhaseReply {
	phase := s.Phase()
	contact := phase == conversation.PhaseOffline || (phase == conversation.PhaseWaiting && s.Quiet)
	return PhaseReply{Phase: phase, Contact: contact && !s.HasMail}
}
