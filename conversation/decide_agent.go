package conversation

// Deciders for agents. by is always an agent's Author; who may act at all is
// checked before, at the door.

// Ways to become the owner.
const (
	ByButton   = "button"
	ByReply    = "reply"
	ByTakeover = "takeover"
)

func (a Author) staff() Staff { return Staff{ID: a.ID, Name: a.Name} }

func (a Author) acts(b Body) Draft { return Draft{Author: a, Source: FromSlack, Body: b} }

// Claim makes by the owner of a waiting conversation, or of one the bot has.
// Claiming one's own again does nothing; somebody else's is an *OwnedError, a
// closed one ErrClosed.
func Claim(by Author, how string) Decider {
	return func(s State) ([]Draft, error) {
		switch s.Mode {
		case IsClosed:
			return nil, ErrClosed
		case WithAgent:
			if s.Owner.ID == by.ID {
				return nil, nil
			}
			return nil, &OwnedError{s.Owner}
		case WithBot, Waiting:
		}
		return claim(by, how), nil
	}
}

func claim(by Author, how string) []Draft {
	return []Draft{
		by.acts(Claimed{Agent: by.staff(), How: how}),
		NoticeClaimed.line(FromSlack, "agent", by.Name),
	}
}

// TakeOver makes by the owner whoever has the conversation now; the visitor is
// told. from is the owner the person saw when she pressed; when another has it
// by now it is an *OwnedError.
func TakeOver(by Author, from string) Decider {
	return func(s State) ([]Draft, error) {
		if s.Mode != WithAgent || s.Owner.ID == by.ID {
			return Claim(by, ByTakeover)(s)
		}
		if s.Owner.ID != from {
			return nil, &OwnedError{s.Owner}
		}
		return []Draft{
			by.acts(Transferred{From: s.Owner, To: by.staff(), Shown: true}),
			NoticeTakenOver.line(FromSlack, "agent", by.Name, "from", s.Owner.Name),
		}, nil
	}
}

// Send says how an agent's line meets an owner who is somebody else.
type Send int

// The ways to send.
const (
	AsOwner  Send = iota // only the owner's line goes out
	AsMember             // any agent's goes out (relay: group, or sent on purpose)
	TakingIt             // take the conversation over from the bot, or reopen it, and send
)

// AgentSays appends an agent's line. Waiting: it claims and goes out. With an
// agent: the owner's goes out, another's is an *OwnedError unless how is
// AsMember. With the bot it is ErrWithBot and closed ErrClosed unless how is
// TakingIt. order is the platform's sort key of the line.
func AgentSays(by Author, m Message, order string, how Send) Decider {
	return func(s State) ([]Draft, error) {
		var drafts []Draft
		switch s.Mode {
		case Waiting:
			drafts = claim(by, ByReply)
		case WithAgent:
			if s.Owner.ID != by.ID && how == AsOwner {
				return nil, &OwnedError{s.Owner}
			}
		case WithBot:
			if how != TakingIt {
				return nil, ErrWithBot
			}
			drafts = claim(by, ByTakeover)
		case IsClosed:
			if how != TakingIt {
				return nil, ErrClosed
			}
			drafts = reopenFor(by)
		}
		line := by.acts(m)
		line.Order = order
		return append(drafts, line), nil
	}
}

func reopenFor(by Author) []Draft {
	return []Draft{
		by.acts(Reopened{Agent: by.staff()}),
		NoticeClaimed.line(FromSlack, "agent", by.Name),
	}
}

// Reopen takes a closed conversation up again with by as its owner.
func Reopen(by Author) Decider {
	return func(s State) ([]Draft, error) {
		if s.Mode != IsClosed {
			return nil, nil
		}
		return reopenFor(by), nil
	}
}

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

// TransferTo passes a waiting or owned conversation on to a person. Somebody
// else's is an *OwnedError unless force (an admin).
func TransferTo(by Author, to Staff, note string, force bool) Decider {
	return func(s State) ([]Draft, error) {
		if err := s.mayAct(by, force); err != nil {
			return nil, err
		}
		if s.Mode == WithAgent && s.Owner.ID == to.ID {
			return nil, nil
		}
		words := NoticeClaimed.line(FromSlack, "agent", to.Name)
		if s.Mode == WithAgent {
			words = NoticeTakenOver.line(FromSlack, "agent", to.Name, "from", s.Owner.Name)
		}
		return []Draft{by.acts(Transferred{From: s.Owner, To: to, Note: note, Shown: true}), words}, nil
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
			NoticeHandedBack.line(FromSlack, "agent", by.Name),
		}, nil
	}
}

// Close ends the conversation. A second close does nothing.
func Close(by Author, note string, force bool) Decider {
	return func(s State) ([]Draft, error) {
		if s.Mode == IsClosed {
			return nil, nil
		}
		if s.Mode == WithAgent {
			if err := s.mayAct(by, force); err != nil {
				return nil, err
			}
		}
		return []Draft{
			by.acts(Closed{Reason: ClosedByAgent, Owner: by.staff(), Note: note}),
			NoticeClosed.line(FromSlack, "agent", by.Name),
		}, nil
	}
}

// CloseSelf is the visitor's own close.
func CloseSelf(by Author) Decider {
	return func(s State) ([]Draft, error) {
		if s.Mode == IsClosed {
			return nil, nil
		}
		return []Draft{
			{Author: by, Source: FromWidget, Body: Closed{Reason: ClosedByVisitor, Owner: s.Owner}},
			NoticeClosedSelf.line(FromWidget),
		}, nil
	}
}

// mayAct: an owned conversation is its owner's (or an admin's); a waiting one is
// any agent's; a closed one nobody's.
func (s State) mayAct(by Author, force bool) error {
	switch s.Mode {
	case IsClosed:
		return ErrClosed
	case WithBot:
		return ErrWithBot
	case WithAgent:
		if s.Owner.ID != by.ID && !force {
			return &OwnedError{s.Owner}
		}
	case Waiting:
	}
	return nil
}

// Announce records that the card of this epoch stands in the channel.
func Announce(epoch int, channel string) Decider {
	return func(s State) ([]Draft, error) {
		if s.Announced >= epoch {
			return nil, nil
		}
		return []Draft{{Author: Author{Role: System}, Source: FromSlack, Body: Announced{Epoch: epoch, Channel: channel}}}, nil
	}
}
