package conversation

import (
	"slices"
	"time"
)

// Apply folds one event into the state. It is total: events that the invariants
// forbid are kept out by [Extend], not here.
func (s State) Apply(e Event) State {
	s.ID, s.Seq, s.Last = e.Conversation, e.Seq, Mark{e.Seq, e.At}
	if e.VSeq > 0 {
		s.VSeq = e.VSeq
	}
	if e.Author.Role != System {
		s.Active = s.Last
	}
	switch b := e.Body.(type) {
	case Opened:
		return s.opened(e, b)
	case Message:
		return s.message(e, b)
	case Decided:
		return s.decided(e, b)
	case Announced:
		s.Announced = b.Epoch
	case Declined:
		s.Offer = 0
	case ContactGiven:
		s.Contact = Mark{e.Seq, e.At}
		if b.Mail {
			s.HasMail, s.Address, s.Verified, s.NoticeMailed, s.MailRefused = true, e.Seq, Mark{}, 0, 0
		}
	case Verified:
		s.Verified = Mark{e.Seq, e.At}
	case Mailed:
		return s.mailed(e, b)
	case Identified:
		return s.identified(e, b)
	case Cleared:
		return s.cleared(e)
	case TranscriptAsked:
		s.TranscriptAsked = e.Seq
	case Rated:
		s.Score = b.Score
	case StopAsked:
		s.StopAsked = e.Seq
	case TurnFailed:
		s.Failed = b.Attempt
	case Summarised:
		s.Summarised = b.Epoch
	case Proposed:
		s.Proposed = b.Of
	case Unblocked:
		s.BlockedUntil = time.Time{}
	case Escalated, Routed, Offered, Stepped, Reminded, Claimed, Released, Transferred, HandedBack, Cancelled, Closed, Reopened, Blocked, Undone:
		return s.moved(e)
	case Labelled:
		s.Priority, s.Tags = b.Priority, kept(b.Tags)
	case Translating, Translated:
		return s.translates(e)
	case PageChanged, Note, Edited, Retracted, Asked, Feedback, Misjudged, Missed, Unmarked, Learned, Tracked:
		// The State does not depend on them.
	}
	return s
}

// moved folds the events that say whose turn it is. What can be undone is
// remembered before each such act and forgotten by the next.
func (s State) moved(e Event) State {
	before := s
	switch b := e.Body.(type) {
	case Routed:
		return s.routed(e, b)
	case Offered:
		s.Seat, s.Passed = Seat(b), append(slices.Clone(s.Passed), b.Agent.ID)
		return s
	case Stepped:
		s.Steps = b.Step + 1
		return s
	case Reminded:
		s.Reminded, s.RemindedAt = b.Of, e.At
		return s
	case Undone:
		return s.restored().taken(before, e)
	case Escalated:
		s = s.escalated(e, b)
	case Claimed:
		s.Mode, s.Owner, s.Claimed, s.Offer, s.Accept = WithAgent, b.Agent, Mark{e.Seq, e.At}, 0, time.Time{}
		s.Claims++
	case Released:
		s = s.released(e, b)
	case Transferred:
		s = s.transferred(e, b)
	case HandedBack:
		s.TopicOpen = s.TopicOpen && b.Agent.ID == ""
		if s = s.backToBot(e); b.Why != "" {
			s = s.takesUp(before)
		}
	case Cancelled:
		s = s.backToBot(e).takesUp(before)
	case Closed:
		s.Closed, s.Closure = Mark{e.Seq, e.At}, Closure{b.Reason, b.Owner}
		s.Mode, s.Owner, s.Offer, s.Unanswered, s.Accept = IsClosed, Staff{}, 0, Mark{}, time.Time{}
		s.TopicOpen = s.TopicOpen && b.Reason != ClosedByAgent && b.Reason != ClosedByBlock
	case Reopened:
		s = s.backToBot(e)
		s.Closed, s.Closure = Mark{}, Closure{}
		if b.Agent.ID != "" {
			s.Mode, s.Owner = WithAgent, b.Agent
		}
	case Blocked:
		s.BlockedUntil = b.Until
	}
	return s.taken(before, e).remember(before, e)
}

// taken starts the clock of an owner who has it newly.
func (s State) taken(before State, e Event) State {
	if s.Mode == WithAgent && (before.Mode != WithAgent || before.Owner.ID != s.Owner.ID) {
		s.Taken, s.Reminded, s.RemindedAt = Mark{e.Seq, e.At}, 0, time.Time{}
	}
	return s
}

func (s State) routed(e Event, b Routed) State {
	since := s.Route.Since
	if empty := s.Route.Seq > 0 && !s.Route.Staffed && s.Route.NextOpen.IsZero(); empty && b.Staffed {
		since = e.At
	}
	s.Route = Route{
		Seq: e.Seq, Channel: b.Channel, Mention: b.Mention, Staffed: b.Staffed, NextOpen: b.NextOpen, Epoch: s.Epoch, Since: since,
	}
	if b.Priority != "" {
		s.Priority = b.Priority
	}
	return s
}

// queue puts the conversation into the queue, where a new wait begins. Her place
// in line is that of the oldest line nobody has answered.
func (s State) queue(e Event) State {
	if s.Mode != Waiting {
		s.WaitFrom = e.At
		if owed := s.Owed(); owed.Seq != 0 {
			s.WaitFrom = owed.At
		}
	}
	s.Mode, s.Queued = Waiting, Mark{e.Seq, e.At}
	s.Group, s.Seat, s.Passed, s.Steps, s.Added, s.Told = "", Seat{}, nil, 0, false, nil
	s.Route.Stale = true
	return s
}

func (s State) opened(e Event, b Opened) State {
	s.Visitor, s.Widget, s.Reference, s.Test, s.Locale = b.Visitor, b.Widget, b.Reference, b.Test, b.Locale
	s.Mode, s.Opened = WithBot, Mark{e.Seq, e.At}
	return s
}

func (s State) message(e Event, b Message) State {
	m := Mark{e.Seq, e.At}
	switch e.Author.Role {
	case Visitor:
		s.LastVisitor, s.Failed = m, 0
		if s.Unanswered.Seq == 0 {
			s.Unanswered = m
		}
	case Bot:
		s.LastBot, s.Offer, s.Failed, s.Unanswered = m, 0, 0, Mark{}
		s = s.botLine(m, b)
	case Agent:
		s.LastAgent, s.Unanswered = m, Mark{}
		if s.FirstReply.Seq == 0 {
			s.FirstReply = m
		}
		if e.Author.ID == s.Owner.ID {
			s.Accept = time.Time{}
		}
	case System:
		s = s.notice(m, b.Notice)
	}
	return s
}

// notice folds what the system has told the visitor.
func (s State) notice(m Mark, n Notice) State {
	s.Added = s.Added || n == NoticeAdded
	if s.Mode == Waiting && n != "" && n != NoticeAdded && !slices.Contains(s.Told, n) {
		s.Told = append(slices.Clone(s.Told), n)
	}
	if n == NoticeIdleWarning {
		s.IdleWarned = m
	}
	if n.AsksContact() {
		s.ContactAsked = m.Seq
	}
	return s
}

// mailed folds what became of a mail. One to the team says nothing of her address.
func (s State) mailed(e Event, b Mailed) State {
	if b.For == MailTeam {
		return s
	}
	if s.Mailed = max(s.Mailed, b.Through); b.Notice {
		s.NoticeMailed = e.Seq
	}
	switch b.Why {
	case "":
		if s.MailRefused = 0; b.For == MailReply {
			s.LastReply = e.At
		}
	case MailRefused, MailGivenUp, MailStopped:
		s.MailRefused = e.Seq
	case MailLimit:
	}
	return s
}

func (s State) botLine(m Mark, b Message) State {
	if b.Answer {
		s.Answers++
		if s.FirstAnswer.Seq == 0 {
			s.FirstAnswer = m
		}
	}
	if b.Offer {
		s.Offers, s.Offer = s.Offers+1, m.Seq
	}
	if b.Ask {
		s.Asks++
	}
	return s
}

func (s State) decided(e Event, b Decided) State {
	if b.On != 0 {
		s.Judged, s.Verdict = b.On, e.Seq
	}
	if b.Topic != "" && b.Act == ActEscalate {
		s.TopicOpen = true
	}
	return s
}

func (s State) escalated(e Event, b Escalated) State {
	s.Mode, s.Owner, s.Offer = Waiting, Staff{}, 0
	s.Epoch++
	s.Escalated, s.WaitFrom, s.Queued = Mark{e.Seq, e.At}, e.At, Mark{e.Seq, e.At}
	s.Group, s.Seat, s.Passed, s.Steps, s.Added, s.Told, s.Accept = "", Seat{}, nil, 0, false, nil, time.Time{}
	s.Reason, s.Topic, s.Priority, s.Wants, s.Quiet, s.Agents = b.Reason, b.Topic, b.Priority, b.Channel, b.Quiet, b.Agents
	s.Level, s.Tags = b.Level, kept(b.Tags)
	if b.Topic != "" {
		s.TopicOpen = true
	}
	return s
}

// kept is a list for the State: an empty one is nil, as it comes back from JSON.
func kept(list []string) []string { return append([]string(nil), list...) }

func (s State) transferred(e Event, b Transferred) State {
	if b.Channel != "" {
		s.Route.Channel = b.Channel
	}
	if b.To.ID != "" {
		s.Mode, s.Owner, s.Accept = WithAgent, b.To, b.Accept
		if b.Why == TransferAssigned {
			s.Passed = append(slices.Clone(s.Passed), b.To.ID)
		}
		return s
	}
	before := s
	s.Owner, s.Accept = Staff{}, time.Time{}
	s = s.queue(e)
	s.Group = b.Group
	if b.Why == TransferOverflow {
		return s.sameWait(before)
	}
	return s
}

func (s State) released(e Event, b Released) State {
	before := s
	s.Owner, s.Accept = Staff{}, time.Time{}
	s = s.queue(e)
	if b.Why == ReleasedUnaccepted { // she never had anybody
		s = s.sameWait(before)
		s.WaitFrom, s.Passed, s.Group = before.WaitFrom, before.Passed, before.Group
		return s
	}
	s.Passed = append(slices.Clone(s.Passed), b.Agent.ID)
	return s
}

// sameWait is a wait that goes on with somebody else: its clock, its steps and
// what the visitor was told stay.
func (s State) sameWait(before State) State {
	s.Steps, s.Queued, s.Added, s.Told = before.Steps, before.Queued, before.Added, before.Told
	return s
}

// backToBot starts a new chapter: what was counted for the policy starts at
// zero, so that old evidence does not escalate again.
func (s State) backToBot(e Event) State {
	s.Mode, s.Owner, s.Reset, s.Accept = WithBot, Staff{}, e.Seq, time.Time{}
	s.Answers, s.Offers, s.Asks, s.Offer, s.Failed, s.Left = 0, 0, 0, 0, 0, 0
	s.Unanswered, s.WaitFrom = Mark{}, time.Time{}
	s.Active = Mark{e.Seq, e.At} // a wait that ends is no silence of hers
	return s
}

// takesUp is for a wait that ended without a person: it leaves to the bot what
// the visitor wrote meanwhile and nobody has answered. Her new chapter begins
// with those lines. What a verdict has judged is not judged again, or the same
// words would ask for the same people.
func (s State) takesUp(before State) State {
	if before.Unanswered.Seq != 0 && before.LastVisitor.Seq > before.Judged {
		s.Unanswered, s.Left = before.Unanswered, max(before.Unanswered.Seq-1, before.Verdict)
	}
	return s
}

// Fold folds events, in order, into the state before them.
func Fold(s State, events ...Event) State {
	for _, e := range events {
		s = s.Apply(e)
	}
	return s
}
