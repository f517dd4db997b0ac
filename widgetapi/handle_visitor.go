package widgetapi

import (
	"net/http"
	"unicode/utf8"

	"github.com/handoff-bot/handoff/widgetapi/session"
)

// clearVisitor ends and clears: nothing of the visitor's can be read on her side
// any more, on no device. What was said stays with the team until the operator
// erases it.
func (s *Server) clearVisitor(c *call) (reply, error) {
	ended, err := s.deps.Sessions.Clear(c.ctx(), c.owner())
	if err != nil {
		return reply{}, err
	}
	s.endStreams(append(ended, c.session.Hash))
	return noContent(), nil
}

// Bounds of what a site reports of its visitor.
const (
	maxEventName = 64
	maxProps     = 10
)

// TrackBody is something the visitor did on the site: up to ten props, each a
// string of up to 200 characters, a number or a boolean.
type TrackBody struct {
	Name  string         `json:"name"`
	Props map[string]any `json:"props"`
}

// track keeps an event in the open conversation, or for the next one. It judges
// nothing: rules see it at the visitor's next line.
func (s *Server) track(c *call, b *TrackBody) (reply, error) {
	name := oneLine(b.Name)
	switch {
	case name == "" || utf8.RuneCountInString(name) > maxEventName:
		return reply{}, invalid("The name is empty or longer than %d characters.", maxEventName)
	case len(b.Props) > maxProps:
		return reply{}, invalid("There are more than %d props.", maxProps)
	}
	props, err := cleanContext(b.Props)
	if err != nil {
		return reply{}, err
	}
	n, err := s.days.add(c.ctx(), "events:"+c.session.Visitor, c.now)
	if err != nil {
		return reply{}, err
	}
	if n > c.cfg.Limits.EventsPerDay {
		return reply{}, tooMany(nextDay(c.now))
	}
	if err := s.deps.Conversations.Track(c.ctx(), c.owner(), session.Tracked{When: c.now, Name: name, Props: props}); err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusNoContent}, nil
}
