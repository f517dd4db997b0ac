package conversation

import "time"

// Deciders of the queue. Each names the wait it was made for and does nothing
// when that is over.

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

func fromQueue(b Body) Draft { return Draft{Author: Author{Role: System}, Source: FromQueue, Body: b} }

// waits says that the wait that began with the event queued still goes on.
func (s State) waits(queued Seq) bool { return s.Mode == Waiting && s.Queued.Seq == queued }

// OfferTo asks one agent to take it.
func OfferTo(queued Seq, to Staff, until time.Time) Decider {
	return func(s State) ([]Draft, error) {
		if !s.waits(queued) {
			return nil, nil
		}
		return []Draft{fromQueue(Offered{Agent: to, Until: until})}, nil
	}
}

// AssignTo makes an agent the owner, who has to act until a time.
func AssignTo(queued Seq, to Staff, until time.Time) Decider {
	return func(s State) ([]Draft, error) {
		if !s.waits(queued) {
			return nil, nil
		}
		return []Draft{
			fromQueue(Transferred{To: to, Why: TransferAssigned, Accept: until, Waited: s.WaitFrom, Shown: true}),
			NoticeClaimed.line(FromQueue, "agent", to.Name),
		}, nil
	}
}

// Step takes one step of the ladder; more are the events that come with it.
func Step(queued Seq, b Stepped, more ...Draft) Decider {
	return func(s State) ([]Draft, error) {
		if !s.waits(queued) || s.Steps != b.Step {
			return nil, nil
		}
		return append([]Draft{fromQueue(b)}, more...), nil
	}
}

// Overflow is the draft with which the queue passes a wait on to another channel.
func Overflow(channel string) Draft {
	return fromQueue(Transferred{Channel: channel, Why: TransferOverflow})
}

// BackToBot ends a wait: the bot answers again and the visitor is told. While a
// restricted topic is open it is ErrTopicOpen.
func BackToBot(queued Seq, why HandBackWhy, say Message) Decider {
	return func(s State) ([]Draft, error) {
		switch {
		case !s.waits(queued):
			return nil, nil
		case s.TopicOpen:
			return nil, ErrTopicOpen
		}
		return []Draft{fromQueue(HandedBack{Why: why}), fromQueue(say)}, nil
	}
}

// Remind reminds the owner of what she owes ([State.Owed]), once.
func Remind(of Seq) Decider {
	return func(s State) ([]Draft, error) {
		if s.Mode != WithAgent || s.Owed().Seq != of || s.Reminded >= of {
			return nil, nil
		}
		return []Draft{fromQueue(Reminded{Agent: s.Owner, Of: of})}, nil
	}
}

// Requeue puts a conversation whose owner is silent back into the queue, with
// all that was said, and tells the visitor. It does nothing when somebody else
// has it by now.
func Requeue(owner string, why ReleaseWhy) Decider {
	return func(s State) ([]Draft, error) {
		if s.Mode != WithAgent || s.Owner.ID != owner {
			return nil, nil
		}
		return []Draft{
			fromQueue(Released{Agent: s.Owner, Why: why}),
			NoticeAgentAway.line(FromQueue, "agent", s.Owner.Name),
		}, nil
	}
}

// WarnIdle says that the conversation will be closed, once after the act active.
func WarnIdle(active Seq, when string) Decider {
	return func(s State) ([]Draft, error) {
		if s.Mode == IsClosed || s.Active.Seq != active || s.IdleWarned.Seq > active {
			return nil, nil
		}
		return []Draft{NoticeIdleWarning.line(FromQueue, "when", when)}, nil
	}
}

// CloseIdle closes a conversation in which nobody has acted since active.
func CloseIdle(active Seq) Decider {
	return func(s State) ([]Draft, error) {
		if s.Mode == IsClosed || s.Active.Seq != active {
			return nil, nil
		}
		return []Draft{
			fromQueue(Closed{Reason: ClosedIdle, Owner: s.Owner}),
			NoticeClosedIdle.line(FromQueue),
		}, nil
	}
}
