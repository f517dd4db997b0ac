package widgetapi

import (
	"math"
	"net/http"
	"strconv"

	"github.com/handoff-bot/handoff/conversation"
)

// EventsReply is a piece of the visitor's log, ascending.
type EventsReply struct {
	Events []Event `json:"events"`
}

// events answers with a stream; with ?wait=0 or ?before= with JSON.
func (s *Server) events(c *call) (reply, error) {
	q := c.r.URL.Query()
	limit, err := number(q.Get("limit"), "limit", batch)
	if err != nil || limit < 1 {
		return reply{}, invalid("The limit is not a positive number.")
	}
	limit = min(limit, batch)
	if before := q.Get("before"); before != "" {
		return s.older(c, before, int(limit))
	}
	after, err := s.position(c, q.Get("after"))
	if err != nil {
		return reply{}, err
	}
	if q.Get("wait") == "0" || c.r.Method == http.MethodHead {
		events, err := s.deps.Conversations.VisitorEvents(c.ctx(), c.id(), after, int(limit))
		return s.page(c, events, err, len(events) < int(limit))
	}
	return s.follow(c, after)
}

// position is where the client is: Last-Event-ID, which a browser's own
// reconnect sends, wins over the address it first opened.
func (s *Server) position(c *call, after string) (conversation.Seq, error) {
	if id := c.r.Header.Get("Last-Event-ID"); id != "" {
		after = id
	}
	n, err := number(after, "position", 0)
	if err != nil {
		return 0, err
	}
	if n > int64(c.state.VSeq) {
		return 0, invalid("The position %d is beyond the end of the conversation, which is %d.", n, c.state.VSeq)
	}
	return conversation.Seq(n), nil
}

func (s *Server) older(c *call, before string, limit int) (reply, error) {
	n, err := number(before, "before", 0)
	if err != nil || n < 1 {
		return reply{}, invalid("The number in before is not positive.")
	}
	n = min(n, int64(c.state.VSeq)+1)
	events, err := s.deps.Conversations.VisitorEventsBefore(c.ctx(), c.id(), conversation.Seq(n), limit)
	return s.page(c, events, err, false)
}

func (s *Server) page(c *call, events []conversation.Event, err error, complete bool) (reply, error) {
	if err != nil {
		return reply{}, err
	}
	rendered, err := s.render(c, events, complete)
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, body: EventsReply{rendered}}, nil
}

// number reads a count or position of the query; zero means it is not there.
func number(s, name string, fallback int64) (int64, error) {
	if s == "" {
		return fallback, nil
	}
	n, err := strconv.ParseUint(s, 10, 63)
	if err != nil || n > math.MaxInt64-1 {
		return 0, invalid("The %s is not a number.", name)
	}
	return int64(n), nil
}
