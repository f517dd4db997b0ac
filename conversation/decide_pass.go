package conversation

import "time"

// Deciders that pass a conversation on, back, or to nobody.

// Release puts by's own conversation back into the queue.
func Release(by Author) Decider {
	return func(s State) ([]Draft, error) {
		if s.Mode != WithAgent {
			return nil, nil
		}
		if s.Owner.ID != by.ID {
			return nil, &OwnedError{s.Owner}
		}
		return []Draft{
			by.acts(Released{Agent: by.staff()}),
			NoticeReleased.line(FromSlack, "agent", by.Name),
		}, nil
	}
}

// Passing says to whom a conversation is passed on. Exactly one of To and
// Channel is set; Group, with Channel, is whom the new card mentions.
type Passing struct {
	To      Staff
	Channel string
	Group   string
	Note    string
}

// Transfer passes a waiting or owned conversation on: to a person, who owns it
// then, or to a channel, where it waits. Somebody else's is an *OwnedError
// unless force (an admin).
func Transfer(by Author, p Passing, force bool) Decider {
	return func(s State) ([]Draft, error) {
		if err := s.mayAct(by, force); err != nil {
			return nil, err
		}
		t := Transferred{From: s.Owner, To: p.To, Channel: p.Channel, Group: p.Group, Note: p.Note, Shown: true}
		if p.To.ID == "" {
			t.Shown = s.Mode == WithAgent
			return []Draft{by.acts(t), NoticeTransferred.line(FromSlack)}, nil
		}
		if s.Mode == WithAgent && s.Owner.ID == p.To.ID {
			return nil, nil
		}
		words := NoticeClaimed.line(FromSlack, "agent", p.To.Name)
		switch s.Mode {
		case Waiting:
			t.Waited = s.WaitFrom
		case WithBot, IsClosed:
		case WithAgent:
			words = NoticeTakenOver.line(FromSlack, "agent", p.To.Name, "from", s.Owner.Name)
		}
		return []Draft{by.acts(t), words}, nil
	}
}

// HandBack gives the conversation back to the bot, with an instruction for it.
func HandBack(by Author, instruction string, force bool) Decider {
	return func(s State) ([]Draft, error) {
		if s.Mode == WithBot {
			return nil, nil
		}
		if err := s.mayAct(by, force); err != nil {
			return nil, err
		}
		return []Draft{
			by.acts(HandedBack{Agent: by.staff(), Instruction: instruction}),
			s.among(NoticeHandedBack, NoticeHandedBackPeople).line(FromSlack, "agent", by.Name),
		}, nil
	}
}

// Leave puts the conversation of an owner who cannot go on back into the queue:
// she went off duty, or is no longer an agent. It does nothing when somebody
// else has it by now.
func Leave(owner string, why ReleaseWhy) Decider {
	return func(s State) ([]Draft, error) {
		if s.Mode != WithAgent || s.Owner.ID != owner {
			return nil, nil
		}
		return []Draft{
			{Author: Author{Role: System}, Source: FromSlack, Body: Released{Agent: s.Owner, Why: why}},
			NoticeAgentAway.line(FromSlack, "agent", s.Owner.Name),
		}, nil
	}
}

// BlockFor is how long a visitor is kept out.
const BlockFor = 24 * time.Hour

// Block keeps the visitor out until a time, BlockFor from now, and closes the
// conversation. While a block holds a second one does nothing. Somebody else's
// conversation is an *OwnedError unless force.
func Block(by Author, until time.Time, reason string, force bool) Decider {
	return func(s State) ([]Draft, error) {
		if until.Add(-BlockFor).Before(s.BlockedUntil) {
			return nil, nil
		}
		if s.Mode == WithAgent {
			if err := s.mayAct(by, force); err != nil {
				return nil, err
			}
		}
		drafts := []Draft{by.acts(Blocked{Agent: by.staff(), Until: until, Reason: reason})}
		if s.Mode == IsClosed {
			return drafts, nil
		}
		return append(drafts,
			by.acts(Closed{Reason: ClosedByBlock, Owner: by.staff()}),
			NoticeBlocked.line(FromSlack),
		), nil
	}
}

// Unblock lets the visitor in again. The conversation stays as it is.
func Unblock(by Author) Decider {
	return func(s State) ([]Draft, error) {
		if s.BlockedUntil.IsZero() {
			return nil, nil
		}
		return []Draft{by.acts(Unblocked{Agent: by.staff()})}, nil
	}
}
