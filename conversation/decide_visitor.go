package conversation

import "time"

// VisitorSays appends a visitor's line. On a closed conversation it reopens it
// when it was closed less than window ago, and asks for a person again when an
// agent had it then; later it is ErrClosed.
func VisitorSays(by Author, m Message, now time.Time, window time.Duration) Decider {
	return func(s State) ([]Draft, error) {
		line := Draft{Author: by, Source: FromWidget, Body: m}
		if s.Mode != IsClosed {
			return []Draft{line}, nil
		}
		drafts, err := s.reopen(by, now, window)
		if err != nil {
			return nil, err
		}
		if s.Closure.Owner.ID == "" {
			return append(drafts, NoticeReopened.line(FromWidget), line), nil
		}
		again := Escalated{Reason: ReasonReopened, Topic: s.Topic, Level: s.Level, Priority: s.Priority, Channel: s.Wants, Agents: s.Agents}
		return append(drafts, line,
			Draft{Author: by, Source: FromWidget, Body: again},
			NoticeEscalatedReopened.line(FromWidget),
		), nil
	}
}

// Reasons of an escalation that the domain itself gives; the others are the
// policy's.
const (
	ReasonButton   = "button"
	ReasonReopened = "reopened"
)

func (s State) reopen(by Author, now time.Time, window time.Duration) ([]Draft, error) {
	if now.Before(s.BlockedUntil) {
		return nil, ErrBlocked
	}
	if now.Sub(s.Closed.At) > window {
		return nil, ErrClosed
	}
	return []Draft{{Author: by, Source: FromWidget, Body: Reopened{}}}, nil
}

// AskByButton asks for a person without the policy and without the model: the
// button, or an accepted offer (how). While somebody is asked for or answers
// already nothing is appended. say is the system line that goes with it; a zero
// Text means the standard words.
func AskByButton(by Author, how string, e Escalated, say Message, now time.Time, window time.Duration) Decider {
	return AskByVerdict(by, how, nil, e, say, now, window)
}

// AskByVerdict is AskByButton with the verdict that says where it goes.
func AskByVerdict(by Author, how string, verdict *Decided, e Escalated, say Message, now time.Time, window time.Duration) Decider {
	return func(s State) ([]Draft, error) {
		var drafts []Draft
		switch s.Mode {
		case Waiting, WithAgent:
			return nil, nil
		case IsClosed:
			var err error
			if drafts, err = s.reopen(by, now, window); err != nil {
				return nil, err
			}
			drafts = append(drafts, NoticeReopened.line(FromWidget))
		case WithBot:
		}
		if say.Text == "" {
			say = NoticeEscalated.Say()
		}
		if s.Offer != 0 {
			how = "offer"
		}
		if verdict != nil {
			drafts = append(drafts, Draft{Author: Author{Role: System}, Source: FromWidget, Body: *verdict})
		}
		return append(drafts,
			Draft{Author: by, Source: FromWidget, Body: Asked{How: how}},
			Draft{Author: by, Source: FromWidget, Body: e},
			Draft{Author: Author{Role: System}, Source: FromWidget, Body: say},
		), nil
	}
}

// Cancel takes the visitor's wish for a person back: an open offer is declined,
// a wait ends and the bot answers again. It does nothing in any other mode.
func Cancel(by Author) Decider {
	return func(s State) ([]Draft, error) {
		switch {
		case s.Mode == WithBot && s.Offer != 0:
			return []Draft{{Author: by, Source: FromWidget, Body: Declined{}}}, nil
		case s.Mode == Waiting:
			return []Draft{
				{Author: by, Source: FromWidget, Body: Cancelled{}},
				s.among(NoticeCancelled, NoticeCancelledPeople).line(FromWidget),
			}, nil
		}
		return nil, nil
	}
}

// Stop asks the bot to end the running turn. Only mode bot has one.
func Stop(by Author) Decider {
	return func(s State) ([]Draft, error) {
		if s.Mode != WithBot || s.Unanswered.Seq == 0 || s.StopAsked > s.LastVisitor.Seq {
			return nil, nil
		}
		return []Draft{{Author: by, Source: FromWidget, Body: StopAsked{}}}, nil
	}
}

// GiveContact records how the visitor can be reached and confirms it with the
// reference. It is possible in every mode.
func GiveContact(by Author, c ContactGiven) Decider {
	return func(s State) ([]Draft, error) {
		c.Mail = c.Email != ""
		thanks := NoticeMessage
		switch {
		case c.Mail:
			thanks = NoticeContact
		case c.Phone != "":
			thanks = NoticeCall
		}
		return []Draft{
			{Author: by, Source: FromWidget, Body: c},
			thanks.line(FromWidget, "ref", s.Reference),
		}, nil
	}
}

// VerifyContact records that the visitor proved the address that the event of
// gave. When she has given another since, and a second time, it does nothing.
func VerifyContact(by Author, of Seq) Decider {
	return func(s State) ([]Draft, error) {
		if s.Address == 0 || s.Address != of || s.Verified.Seq != 0 {
			return nil, nil
		}
		return []Draft{
			{Author: by, Source: FromWidget, Body: Verified{}},
			NoticeVerified.line(FromWidget),
		}, nil
	}
}

// AskTranscript asks for a mail with all that was said, to the address that the
// visitor has proved, else ErrUnproved. The same is mailed once: until somebody has
// spoken, or she has proved an address anew, asking again is ErrNothingNew.
func AskTranscript(by Author, now time.Time) Decider {
	return func(s State) ([]Draft, error) {
		switch {
		case now.Before(s.BlockedUntil):
			return nil, ErrBlocked
		case s.Verified.Seq == 0:
			return nil, ErrUnproved
		case s.TranscriptAsked > max(s.LastVisitor.Seq, s.LastBot.Seq, s.LastAgent.Seq, s.Verified.Seq):
			return nil, ErrNothingNew
		}
		return []Draft{{Author: by, Source: FromWidget, Body: TranscriptAsked{}}}, nil
	}
}

// Rate records the rating, once.
func Rate(by Author, r Rated) Decider {
	return func(s State) ([]Draft, error) {
		if s.Score != 0 {
			return nil, ErrRated
		}
		return []Draft{{Author: by, Source: FromWidget, Body: r}}, nil
	}
}

// Append is the decider for events that need no decision: they are possible in
// every state (page changes, feedback, edits, notes).
func Append(drafts ...Draft) Decider {
	return func(State) ([]Draft, error) { return drafts, nil }
}
