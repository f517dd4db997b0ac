package widgetapi

import (
	"context"
	"slices"

	"github.com/handoff-bot/handoff/conversation"
)

// batch is how many events are read at once.
const batch = 500

// render makes the API's form of events of the call's conversation. complete says
// that nothing follows them in the log; otherwise the rest is read for amendments.
func (s *Server) render(c *call, events []conversation.Event, complete bool) ([]Event, error) {
	out := make([]Event, 0, len(events))
	if len(events) == 0 {
		return out, nil
	}
	v, err := s.viewOf(c, events, complete)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		p, err := v.event(e)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func (s *Server) viewOf(c *call, events []conversation.Event, complete bool) (view, error) {
	v := view{
		names:  c.names(),
		speech: c.speech(),
		amends: amendments{},
		number: make(map[conversation.Seq]conversation.Seq, len(events)),
	}
	for _, e := range events {
		v.number[e.Seq] = e.VSeq
		v.amends.note(e)
	}
	id, last := events[0].Conversation, events[len(events)-1].VSeq
	for !complete {
		rest, err := s.deps.Conversations.VisitorEvents(c.ctx(), id, last, batch)
		if err != nil {
			return view{}, err
		}
		for _, e := range rest {
			v.amends.note(e)
			last = e.VSeq
		}
		complete = len(rest) < batch
	}
	return v, s.numberTargets(c.ctx(), v, events)
}

// numberTargets finds the visitor's numbers of the lines that edits and
// retractions point to from outside the page.
func (s *Server) numberTargets(ctx context.Context, v view, events []conversation.Event) error {
	for _, e := range events {
		var of conversation.Seq
		switch b := e.Body.(type) {
		case conversation.Edited:
			of = b.Of
		case conversation.Retracted:
			of = b.Of
		}
		if _, known := v.number[of]; known || of == 0 {
			continue
		}
		number, err := s.deps.Conversations.VSeqOf(ctx, e.Conversation, of)
		if err != nil {
			return err
		}
		v.number[of] = number
	}
	return nil
}

// sortRuns puts each run of agent lines (no other line between) into the order
// of the platform they were written on.
func sortRuns(messages []Message) {
	for i := 0; i < len(messages); {
		end := i + 1
		for end < len(messages) && messages[i].From.Role == conversation.Agent && messages[end].From.Role == conversation.Agent {
			end++
		}
		slices.SortStableFunc(messages[i:end], func(a, b Message) int {
			if a.Order == "" || b.Order == "" || a.Order == b.Order {
				return 0
			}
			if a.Order < b.Order {
				return -1
			}
			return 1
		})
		i = end
	}
}
