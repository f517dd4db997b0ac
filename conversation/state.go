package conversation

import "time"

// Mode says whose turn it is to care for the visitor.
type Mode string

// The modes: bot → waiting → agent → closed.
const (
	WithBot   Mode = "bot"
	Waiting   Mode = "waiting"
	WithAgent Mode = "agent"
	IsClosed  Mode = "closed"
)

// Mark is a place in the log with its time. The zero Mark is "never".
type Mark struct {
	Seq Seq       `json:"seq,omitempty"`
	At  time.Time `json:"at,omitzero"`
}

// State is what a conversation is now: a fold over its events, of facts only,
// never of what people wrote. The zero State is a conversation before its first
// event.
type State struct {
	ID        ID     `json:"id"`
	Reference string `json:"reference"`
	Visitor   string `json:"visitor"`
	Widget    string `json:"widget"`
	Test      bool   `json:"test,omitempty"`
	Seq       Seq    `json:"seq"`
	VSeq      Seq    `json:"vseq"`
	Opened    Mark   `json:"opened"`
	Last      Mark   `json:"last"`
	Mode      Mode   `json:"mode"`
	Owner     Staff  `json:"owner,omitzero"`

	// Epoch counts the escalations; each has its card or continues one.
	Epoch     int       `json:"epoch,omitempty"`
	Escalated Mark      `json:"escalated,omitzero"`
	Reason    string    `json:"reason,omitempty"`
	Topic     string    `json:"topic,omitempty"`
	Priority  string    `json:"priority,omitempty"`
	Quiet     bool      `json:"quiet,omitempty"`
	Wants     string    `json:"wants,omitempty"` // the channel the policy asked for
	Route     Route     `json:"route,omitzero"`
	Announced int       `json:"announced,omitempty"` // the last epoch whose card stands
	WaitFrom  time.Time `json:"wait_from,omitzero"`  // since when a person is awaited
	Claims    int       `json:"claims,omitempty"`
	Claimed   Mark      `json:"claimed,omitzero"`

	// TopicOpen holds from a restricted topic's verdict until an agent hands
	// back or closes.
	TopicOpen bool `json:"topic_open,omitempty"`

	// Since the last hand back (or cancel, or reopening).
	Reset   Seq `json:"reset,omitempty"`
	Answers int `json:"answers,omitempty"` // bot answers
	Offers  int `json:"offers,omitempty"`
	Asks    int `json:"asks,omitempty"`  // times the bot asked for the problem
	Offer   Seq `json:"offer,omitempty"` // the open offer, 0 when none

	FirstAnswer Mark `json:"first_answer,omitzero"`
	FirstReply  Mark `json:"first_reply,omitzero"` // the first agent's line
	LastVisitor Mark `json:"last_visitor,omitzero"`
	LastBot     Mark `json:"last_bot,omitzero"`
	LastAgent   Mark `json:"last_agent,omitzero"`
	// Unanswered is the oldest visitor line nobody has answered, zero when
	// there is none.
	Unanswered Mark `json:"unanswered,omitzero"`
	Judged     Seq  `json:"judged,omitempty"` // the last visitor line with a verdict
	StopAsked  Seq  `json:"stop_asked,omitempty"`
	Failed     int  `json:"failed,omitempty"` // failed attempts at the current turn

	Contact Mark    `json:"contact,omitzero"`
	HasMail bool    `json:"has_mail,omitempty"`
	Score   int     `json:"score,omitempty"`
	Closed  Mark    `json:"closed,omitzero"`
	Closure Closure `json:"closure,omitzero"`
}

// Route is where a waiting conversation goes.
type Route struct {
	Seq      Seq       `json:"seq,omitempty"` // of the event that made it
	Channel  string    `json:"channel,omitempty"`
	Mention  string    `json:"mention,omitempty"`
	Staffed  bool      `json:"staffed,omitempty"`
	NextOpen time.Time `json:"next_open,omitzero"`
	Epoch    int       `json:"epoch,omitempty"` // the epoch it was made for
	Stale    bool      `json:"stale,omitempty"` // who is on duty has to be asked again
}

// Closure is how a conversation ended.
type Closure struct {
	Reason CloseReason `json:"reason,omitempty"`
	Owner  Staff       `json:"owner,omitzero"`
}

// Phase is what the visitor sees: her word for the mode. "offline" is waiting
// with nobody on duty.
type Phase string

// The phases.
const (
	PhaseBot     Phase = "bot"
	PhaseWaiting Phase = "waiting"
	PhaseAgent   Phase = "agent"
	PhaseOffline Phase = "offline"
	PhaseClosed  Phase = "closed"
)

// Phase returns what the visitor sees now.
func (s State) Phase() Phase {
	switch s.Mode {
	case WithBot:
		return PhaseBot
	case Waiting:
		if s.Routed() && !s.Route.Staffed {
			return PhaseOffline
		}
		return PhaseWaiting
	case WithAgent:
		return PhaseAgent
	case IsClosed:
		return PhaseClosed
	}
	return PhaseBot
}

// Routed says that the current escalation has a route that still holds.
func (s State) Routed() bool {
	return s.Route.Seq > 0 && s.Route.Epoch == s.Epoch && !s.Route.Stale
}

// Apply folds one event into the state. It is total: events that the invariants
// forbid are kept out by [Extend], not here.
func (s State) Apply(e Event) State {
	s.ID, s.Seq, s.Last = e.Conversation, e.Seq, Mark{e.Seq, e.At}
	if e.VSeq > 0 {
		s.VSeq = e.VSeq
	}
	switch b := e.Body.(type) {
	case Opened:
		s = s.opened(e, b)
	case Message:
		s = s.message(e, b)
	case Decided:
		s = s.decided(b)
	case Escalated:
		s = s.escalated(e, b)
	case Routed:
		s.Route = Route{Seq: e.Seq, Channel: b.Channel, Mention: b.Mention, Staffed: b.Staffed, NextOpen: b.NextOpen, Epoch: s.Epoch}
		if b.Priority != "" {
			s.Priority = b.Priority
		}
	case Announced:
		s.Announced = b.Epoch
	case Claimed:
		s.Mode, s.Owner, s.Claimed, s.Offer = WithAgent, b.Agent, Mark{e.Seq, e.At}, 0
		s.Claims++
	case Released:
		s.Mode, s.Owner, s.WaitFrom = Waiting, Staff{}, e.At
		s.Route.Stale = true
	case Transferred:
		s = s.transferred(e, b)
	case HandedBack:
		s.TopicOpen = false
		s = s.backToBot(e)
	case Cancelled:
		s = s.backToBot(e)
	case Declined:
		s.Offer = 0
	case Closed:
		s.Closed, s.Closure = Mark{e.Seq, e.At}, Closure{b.Reason, b.Owner}
		s.Mode, s.Owner, s.Offer, s.TopicOpen, s.Unanswered = IsClosed, Staff{}, 0, false, Mark{}
	case Reopened:
		s = s.backToBot(e)
		s.Closed, s.Closure = Mark{}, Closure{}
		if b.Agent.ID != "" {
			s.Mode, s.Owner = WithAgent, b.Agent
		}
	case ContactGiven:
		s.Contact = Mark{e.Seq, e.At}
		s.HasMail = s.HasMail || b.Mail
	case Rated:
		s.Score = b.Score
	case StopAsked:
		s.StopAsked = e.Seq
	case TurnFailed:
		s.Failed = b.Attempt
	case PageChanged, Note, Edited, Retracted, Asked, Feedback:
		// The State does not depend on them.
	}
	return s
}

func (s State) opened(e Event, b Opened) State {
	s.Visitor, s.Widget, s.Reference, s.Test = b.Visitor, b.Widget, b.Reference, b.Test
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
	case System:
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

func (s State) decided(b Decided) State {
	s.Judged = b.On
	if b.Topic != "" && b.Act == ActEscalate {
		s.TopicOpen = true
	}
	return s
}

func (s State) escalated(e Event, b Escalated) State {
	s.Mode, s.Owner, s.Offer = Waiting, Staff{}, 0
	s.Epoch++
	s.Escalated, s.WaitFrom = Mark{e.Seq, e.At}, e.At
	s.Reason, s.Topic, s.Priority, s.Wants, s.Quiet = b.Reason, b.Topic, b.Priority, b.Channel, b.Quiet
	if b.Topic != "" {
		s.TopicOpen = true
	}
	return s
}

func (s State) transferred(e Event, b Transferred) State {
	if b.Channel != "" {
		s.Route.Channel = b.Channel
	}
	if b.To.ID != "" {
		s.Mode, s.Owner = WithAgent, b.To
		return s
	}
	s.Mode, s.Owner, s.WaitFrom = Waiting, Staff{}, e.At
	s.Route.Stale = true
	return s
}

// backToBot starts a new chapter: what was counted for the policy starts at
// zero, so that old evidence does not escalate again.
func (s State) backToBot(e Event) State {
	s.Mode, s.Owner, s.Reset = WithBot, Staff{}, e.Seq
	s.Answers, s.Offers, s.Asks, s.Offer, s.Failed = 0, 0, 0, 0, 0
	s.Unanswered, s.WaitFrom = Mark{}, time.Time{}
	return s
}

// Fold folds events, in order, into the state before them.
func Fold(s State, events ...Event) State {
	for _, e := range events {
		s = s.Apply(e)
	}
	return s
}
