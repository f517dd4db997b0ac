package conversation

// BotActs appends what a turn decided: verdicts, the answer, an offer, an
// escalation. on is the last visitor line the turn has read. It is
// ErrSuperseded when the conversation is no longer the bot's, or the visitor
// has written since: then nothing of the turn is kept. This check, under the
// lock, is why a bot never talks over a person.
func BotActs(on Seq, drafts ...Draft) Decider {
	return func(s State) ([]Draft, error) {
		if s.Mode != WithBot || s.LastVisitor.Seq != on {
			return nil, ErrSuperseded
		}
		return drafts, nil
	}
}

// decide works out whether the visitor's phase changes by the route.
func (r Routed) decide(s State, say *Message) []Draft {
	before := s.Phase()
	after := s.Apply(Event{Conversation: s.ID, Seq: s.Seq + 1, At: s.Last.At, Draft: Draft{Body: r}}).Phase()
	r.Shown = before != after
	r.Again = s.Route.Seq > 0 && s.Route.Epoch == s.Epoch
	drafts := []Draft{{Author: Author{Role: System}, Source: FromQueue, Body: r}}
	if say != nil && r.Shown {
		drafts = append(drafts, Draft{Author: Author{Role: System}, Source: FromQueue, Body: *say})
	}
	return drafts
}

// RouteTo appends r when the conversation still waits in the epoch it was made
// for, and otherwise nothing. say, if any, is told to the visitor when her phase
// changes by it.
func RouteTo(epoch int, r Routed, say *Message) Decider {
	return func(s State) ([]Draft, error) {
		if s.Mode != Waiting || s.Epoch != epoch {
			return nil, nil
		}
		return r.decide(s, say), nil
	}
}

// Tell appends a system line when the conversation still waits in this epoch.
func Tell(epoch int, m Message) Decider {
	return func(s State) ([]Draft, error) {
		if s.Mode != Waiting || s.Epoch != epoch {
			return nil, nil
		}
		return []Draft{{Author: Author{Role: System}, Source: FromQueue, Body: m}}, nil
	}
}

// CloseIdle closes a conversation in which nothing has happened since last.
func CloseIdle(last Seq) Decider {
	return func(s State) ([]Draft, error) {
		if s.Mode == IsClosed || s.Last.Seq != last {
			return nil, nil
		}
		return []Draft{
			{Author: Author{Role: System}, Source: FromQueue, Body: Closed{Reason: ClosedIdle, Owner: s.Owner}},
			NoticeClosedIdle.line(FromQueue),
		}, nil
	}
}
