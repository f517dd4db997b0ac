package conversation

import "slices"

// Deciders for agents. by is always an agent's Author; who may act at all is
// checked before, at the door.

// Ways to become the owner.
const (
	ByButton   = "button"
	ByReply    = "reply"
	ByTakeover = "takeover"
	ByAccept   = "accept" // what the queue has assigned
)

func (a Author) staff() Staff { return Staff{ID: a.ID, Name: a.Name} }

func (a Author) acts(b Body) Draft { return Draft{Author: a, Source: FromSlack, Body: b} }

// Claim makes by the owner of a waiting conversation, or of one the bot has.
// Claiming one's own again does nothing, unless the queue has assigned it and
// waits for the owner to act: then it is accepted. Somebody else's is an
// *OwnedError, a closed one ErrClosed.
func Claim(by Author, how string) Decider {
	return func(s State) ([]Draft, error) {
		switch s.Mode {
		case IsClosed:
			return nil, ErrClosed
		case WithAgent:
			if s.Owner.ID != by.ID {
				return nil, &OwnedError{s.Owner}
			}
			if s.Accept.IsZero() {
				return nil, nil
			}
			return []Draft{by.acts(Claimed{Agent: by.staff(), How: how})}, nil
		case WithBot, Waiting:
		}
		return s.claim(by, how), nil
	}
}

func (s State) claim(by Author, how string) []Draft {
	c := Claimed{Agent: by.staff(), How: how}
	if s.Mode == Waiting {
		c.From = s.WaitFrom
	}
	return []Draft{
		by.acts(c),
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
			drafts = s.claim(by, ByReply)
		case WithAgent:
			if s.Owner.ID != by.ID && how == AsOwner {
				return nil, &OwnedError{s.Owner}
			}
		case WithBot:
			if how != TakingIt {
				return nil, ErrWithBot
			}
			drafts = s.claim(by, ByTakeover)
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

// Closing is what an agent fills in at a close. Recap is sent to the visitor as
// a line when Tell is set, and is kept inside otherwise.
type Closing struct {
	Outcome, Note, Recap string
	Tell                 bool
}

// Close ends the conversation. A second close does nothing.
func Close(by Author, c Closing, force bool) Decider {
	return func(s State) ([]Draft, error) {
		if s.Mode == IsClosed {
			return nil, nil
		}
		if s.Mode == WithAgent {
			if err := s.mayAct(by, force); err != nil {
				return nil, err
			}
		}
		tell := c.Tell && c.Recap != ""
		var drafts []Draft
		if tell {
			drafts = append(drafts, NoticeRecap.line(FromSlack, "text", c.Recap))
		}
		return append(drafts,
			by.acts(Closed{Reason: ClosedByAgent, Owner: by.staff(), Outcome: c.Outcome, Note: c.Note, Recap: c.Recap, Told: tell}),
			NoticeClosed.line(FromSlack, "agent", by.Name),
		), nil
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

// Label sets the priority and the tags. Setting what is set already does
// nothing; had is what the tags are for who asks.
func Label(by Author, priority string, tags, had []string) Decider {
	return func(s State) ([]Draft, error) {
		if s.Priority == priority && slices.Equal(tags, had) {
			return nil, nil
		}
		return []Draft{by.acts(Labelled{Agent: by.staff(), Priority: priority, Tags: tags})}, nil
	}
}

// Misjudge records that the last escalation was not needed. Before the first one
// it does nothing.
func Misjudge(by Author, note string) Decider {
	return func(s State) ([]Draft, error) {
		if s.Epoch == 0 {
			return nil, nil
		}
		return []Draft{by.acts(Misjudged{Agent: by.staff(), Epoch: s.Epoch, Note: note})}, nil
	}
}

// Miss records that a person was needed at the visitor's line m.Of, and nobody was
// asked. Of a line that is not there it does nothing.
func Miss(by Author, m Missed) Decider {
	return func(s State) ([]Draft, error) {
		if m.Of < 1 || m.Of > s.Seq {
			return nil, nil
		}
		m.Agent = by.staff()
		return []Draft{by.acts(m)}, nil
	}
}

// Unmark takes back the mark of, a Misjudged or a Missed. That it is one the
// caller has to know; of an event that is not there it does nothing.
func Unmark(by Author, of Seq) Decider {
	return func(s State) ([]Draft, error) {
		if of < 1 || of > s.Seq {
			return nil, nil
		}
		return []Draft{by.acts(Unmarked{Agent: by.staff(), Of: of})}, nil
	}
}

// Learn records an approved answer. Its key makes it one for each close.
func Learn(by Author, l Learned) Decider {
	return func(s State) ([]Draft, error) {
		if l.Of < 1 || l.Of > s.Seq {
			return nil, nil
		}
		l.Agent = by.staff()
		return []Draft{by.acts(l)}, nil
	}
}
