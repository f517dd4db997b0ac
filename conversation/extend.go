package conversation

import "time"

// Extend numbers drafts, checks each against the invariants and folds it. It is
// what a store calls under the lock, after the decider. The key goes to the
// last event. now is cut to milliseconds and never runs backwards.
func Extend(s State, id ID, key string, drafts []Draft, now time.Time) (State, []Event, error) {
	now = now.UTC().Truncate(time.Millisecond)
	if now.Before(s.Last.At) {
		now = s.Last.At
	}
	before, events := s, make([]Event, 0, len(drafts))
	for i, d := range drafts {
		if err := s.Permit(d); err != nil {
			return before, nil, err
		}
		e := Event{Conversation: id, Seq: s.Seq + 1, At: now, Draft: d}
		if VisibleToVisitor(d) {
			e.VSeq = s.VSeq + 1
		}
		if i == len(drafts)-1 {
			e.Key = key
		}
		events = append(events, e)
		s = s.Apply(e)
	}
	return s, events, nil
}

// Permit says whether an event may follow this state. It is the second fence:
// deciders refuse with words for people, Permit holds the invariants whoever
// appends.
//
//   - The first event is Opened, and only the first.
//   - The bot speaks only in mode bot and never while a restricted topic is open.
//   - An agent's line needs that agent's ownership, or mode agent at least.
//   - After Closed, no line of a visitor, bot or agent without Reopened.
//   - Claimed only where nobody else owns; Escalated only from mode bot.
//   - Nobody but an agent gives an open restricted topic back to the bot.
//   - Only the last act is undone.
func (s State) Permit(d Draft) error {
	if _, first := d.Body.(Opened); first != (s.Seq == 0) {
		return s.refuse(d, "opened is the first event and only the first")
	}
	switch b := d.Body.(type) {
	case Message:
		return s.permitLine(d)
	case Escalated:
		if s.Mode != WithBot {
			return s.refuse(d, "only the bot's mode escalates")
		}
	case Routed, Offered, Stepped, Cancelled:
		if s.Mode != Waiting {
			return s.refuse(d, "nobody waits")
		}
	case Claimed:
		if s.Mode == IsClosed || (s.Mode == WithAgent && s.Owner.ID != b.Agent.ID) {
			return s.refuse(d, "somebody else owns it, or it is closed")
		}
	case Released, Reminded:
		if s.Mode != WithAgent {
			return s.refuse(d, "nobody owns it")
		}
	case Transferred:
		if s.Mode != WithAgent && s.Mode != Waiting {
			return s.refuse(d, "no person has it or is asked for")
		}
	case HandedBack:
		return s.permitHandBack(d, b)
	case Undone:
		if s.Undo == nil || s.Undo.Seq != b.Of {
			return s.refuse(d, "it is not the last act")
		}
	case Closed:
		if s.Mode == IsClosed {
			return s.refuse(d, "it is closed already")
		}
	case Reopened:
		if s.Mode != IsClosed {
			return s.refuse(d, "it is open")
		}
	case Edited:
		return s.permitOf(d, b.Of)
	case Retracted:
		return s.permitOf(d, b.Of)
	case Feedback:
		return s.permitOf(d, b.Of)
	case Opened, PageChanged, Note, Decided, Asked, Declined, Announced, ContactGiven, Rated, StopAsked, TurnFailed,
		Summarised, Blocked, Unblocked, Verified, Mailed, Labelled, Misjudged, Missed, Unmarked, Proposed, Learned, Translating, Translated, Identified, Tracked, Cleared, TranscriptAsked:
	}
	return nil
}

func (s State) permitHandBack(d Draft, b HandedBack) error {
	if s.Mode != WithAgent && s.Mode != Waiting {
		return s.refuse(d, "no person has it or is asked for")
	}
	if s.TopicOpen && (d.Author.Role != Agent || b.Agent.ID == "") {
		return s.refuse(d, "only an agent hands an open restricted topic back")
	}
	return nil
}

func (s State) permitLine(d Draft) error {
	switch d.Author.Role {
	case Visitor:
		if s.Mode == IsClosed {
			return s.refuse(d, "it is closed")
		}
	case Bot:
		if s.Mode != WithBot || s.TopicOpen {
			return s.refuse(d, "the bot speaks only in mode bot and never on an open restricted topic")
		}
	case Agent:
		if s.Mode != WithAgent {
			return s.refuse(d, "no agent has it")
		}
	case System:
	}
	return nil
}

func (s State) permitOf(d Draft, of Seq) error {
	if of < 1 || of > s.Seq {
		return s.refuse(d, "it points to an event that is not there")
	}
	return nil
}

func (s State) refuse(d Draft, why string) error {
	return &Refusal{Kind: d.Body.kind(), Mode: s.Mode, Why: why}
}
