package widgetapi

import (
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/markup"
)

func (s *Server) stop(c *call, _ *EmptyBody) (reply, error) {
	return s.act(c, conversation.Stop(c.author()))
}

func (s *Server) close(c *call, _ *EmptyBody) (reply, error) {
	return s.turn(c, conversation.CloseSelf(c.author()))
}

// typing is ephemeral: whoever watches sees it, and nothing is stored.
func (s *Server) typing(c *call, _ *EmptyBody) (reply, error) {
	data, err := json.Marshal(Typing{From: From{Role: conversation.Visitor}, ExpiresInMS: 6000})
	if err != nil {
		return reply{}, fmt.Errorf("encode typing: %w", err)
	}
	s.deps.Live.Publish(c.id(), feed.Signal{Kind: feed.SignalTyping, Data: data})
	return noContent(), nil
}

// Typing says that somebody writes.
type Typing struct {
	From        From `json:"from"`
	ExpiresInMS int  `json:"expires_in_ms"`
}

// ReadBody says how far the visitor has read, in her numbering.
type ReadBody struct {
	Seq conversation.Seq `json:"seq"`
}

func (s *Server) read(c *call, b *ReadBody) (reply, error) {
	if b.Seq < 0 || b.Seq > c.state.VSeq {
		return reply{}, invalid("There is no event %d in this conversation.", b.Seq)
	}
	if err := s.deps.Conversations.MarkRead(c.ctx(), c.id(), b.Seq); err != nil {
		return reply{}, err
	}
	return noContent(), nil
}

// maxComment bounds the words that go with a rating.
const maxComment = 1000

// RatingBody is the visitor's rating, 1 to 5.
type RatingBody struct {
	Score   int    `json:"score"`
	Comment string `json:"comment"`
}

func (s *Server) rate(c *call, b *RatingBody) (reply, error) {
	if b.Score < 1 || b.Score > 5 {
		return reply{}, invalid("The score is not 1, 2, 3, 4 or 5.")
	}
	if utf8.RuneCountInString(b.Comment) > maxComment {
		return reply{}, tell(codeInvalid, "text_long", "n", strconv.Itoa(maxComment))
	}
	return s.act(c, conversation.Rate(c.author(), conversation.Rated{Score: b.Score, Comment: markup.Clean(b.Comment)}))
}

// FeedbackBody is a thumb on the answer with this number.
type FeedbackBody struct {
	Seq conversation.Seq `json:"seq"`
	Up  *bool            `json:"up"`
}

func (s *Server) feedback(c *call, b *FeedbackBody) (reply, error) {
	if b.Up == nil {
		return reply{}, invalid("The field up is missing. Send true or false.")
	}
	if b.Seq < 1 || b.Seq > c.state.VSeq {
		return reply{}, invalid("There is no event %d in this conversation.", b.Seq)
	}
	found, err := s.deps.Conversations.VisitorEvents(c.ctx(), c.id(), b.Seq-1, 1)
	if err != nil {
		return reply{}, err
	}
	if len(found) != 1 || found[0].VSeq != b.Seq || !isAnswer(found[0]) {
		return reply{}, invalid("Event %d is not a line of the assistant.", b.Seq)
	}
	return s.act(c, conversation.Append(c.says(conversation.Feedback{Of: found[0].Seq, Up: *b.Up})))
}

func isAnswer(e conversation.Event) bool {
	_, line := e.Body.(conversation.Message)
	return line && e.Author.Role == conversation.Bot
}
