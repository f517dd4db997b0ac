package widgetapi

import (
	"context"
	"maps"
	"net/http"
	"strconv"
	"unicode/utf8"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/markup"
)

// Bounds of the site's own form.
const (
	maxFields     = 8
	maxFieldName  = 64
	maxFieldValue = 2000
)

// EscalateBody asks for a person. Reason is the visitor's own words; Fields are
// the answers to the site's form.
type EscalateBody struct {
	Reason string            `json:"reason"`
	Fields map[string]string `json:"fields"`
}

// EmptyBody is the body of an act that needs no words.
type EmptyBody struct{}

// escalate is the button. It goes past the policy and the model, and no limit
// refuses it: above them the card comes quietly.
func (s *Server) escalate(c *call, b *EscalateBody) (reply, error) {
	fields, err := b.fields()
	if err != nil {
		return reply{}, err
	}
	if c.state.Mode == conversation.Waiting || c.state.Mode == conversation.WithAgent {
		return reply{status: http.StatusOK, body: phaseOf(c.state)}, nil
	}
	button, err := s.deps.Escalation(c.ctx(), c.session.Widget, c.state)
	if err != nil {
		return reply{}, err
	}
	if button.TooEarly {
		return reply{}, &fault{code: codeTooEarly}
	}
	if button.LeaveMessage {
		return s.leaveMessage(c, button.Say)
	}
	if button.Say.Text != "" && button.Say.Notice == "" {
		button.Say.Notice = conversation.NoticeEscalated
	}
	asked := button.Escalated
	if asked.Reason == "" {
		asked.Reason = conversation.ReasonButton
	}
	if len(fields) > 0 {
		maps.Copy(fields, asked.Fields)
		asked.Fields = fields
	}
	ask := func(e conversation.Escalated) conversation.Decider {
		return conversation.AskByVerdict(c.author(), "button", button.Decided, e, button.Say, c.now, c.cfg.ReopenWithin)
	}
	if _, err := ask(asked)(c.state); err != nil {
		return reply{}, err // it would come to nothing, so it is not counted
	}
	quiet, err := s.quiet(c)
	if err != nil {
		return reply{}, err
	}
	asked.Quiet = asked.Quiet || quiet
	return s.turn(c, ask(asked))
}

// leaveMessage says that nobody can be asked. It is said once per chapter.
func (s *Server) leaveMessage(c *call, say conversation.Message) (reply, error) {
	if say.Text == "" {
		say = conversation.NoticeAIOnly.Say("ref", c.state.Reference)
	}
	if say.Notice == "" {
		say.Notice = conversation.NoticeAIOnly
	}
	line := conversation.Draft{Author: conversation.Author{Role: conversation.System}, Source: conversation.FromWidget, Body: say}
	key := "v:leave-message:" + stamp(c.now)[:10] // ":" keeps it apart from every client_id
	out, err := s.deps.Log.Append(c.ctx(), c.id(), key, conversation.Append(line))
	if err != nil {
		return reply{}, err
	}
	answer := phaseOf(out.State)
	answer.Contact, answer.LeaveMessage = true, true
	return reply{status: http.StatusOK, body: answer}, nil
}

// quiet says whether this escalation comes above a limit: too many from this
// network today, again soon after the last, or beside another open one.
func (s *Server) quiet(c *call) (bool, error) {
	n, err := s.days.add(c.ctx(), "escalations:"+pseudonym(network(c.ip)), c.now)
	if err != nil {
		return false, err
	}
	again := c.state.Epoch > 0 && c.now.Sub(c.state.Escalated.At) < c.cfg.Limits.EscalationCooldown
	if n > c.cfg.Limits.EscalationsPerDayIP || again {
		return true, nil
	}
	return s.otherOpen(c.ctx(), c)
}

func (s *Server) otherOpen(ctx context.Context, c *call) (bool, error) {
	mine, err := s.deps.Conversations.Mine(ctx, c.owner(), listed)
	if err != nil {
		return false, err
	}
	for _, m := range mine {
		if m.State.ID != c.id() && (m.State.Mode == conversation.Waiting || m.State.Mode == conversation.WithAgent) {
			return true, nil
		}
	}
	return false, nil
}

// fields checks and cleans the form; the visitor's reason becomes one of them.
func (b *EscalateBody) fields() (map[string]string, error) {
	if len(b.Fields) > maxFields {
		return nil, invalid("There are more than %d fields.", maxFields)
	}
	out := make(map[string]string, len(b.Fields)+1)
	for name, value := range b.Fields {
		clean := oneLine(name)
		if clean == "" || utf8.RuneCountInString(clean) > maxFieldName {
			return nil, invalid("The name of a field is empty or longer than %d characters.", maxFieldName)
		}
		if utf8.RuneCountInString(value) > maxFieldValue {
			return nil, tell(codeInvalid, "text_long", "n", strconv.Itoa(maxFieldValue))
		}
		out[clean] = markup.Clean(value)
	}
	if utf8.RuneCountInString(b.Reason) > maxFieldValue {
		return nil, invalid("The reason is longer than %d characters.", maxFieldValue)
	}
	if reason := markup.Clean(b.Reason); reason != "" {
		out["reason"] = reason
	}
	return out, nil
}

func (s *Server) cancelEscalation(c *call, _ *EmptyBody) (reply, error) {
	return s.turn(c, conversation.Cancel(c.author()))
}
