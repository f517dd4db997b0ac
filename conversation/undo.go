package conversation

import "time"

// UndoWithin is how long an act can be taken back: close, hand back, block and
// transfer. Slack's buttons stay a little longer than that on a slow phone; the
// log decides.
const UndoWithin = 30 * time.Second

// Undoable is an act that can be taken back, with what the conversation was
// before it.
type Undoable struct {
	Seq   Seq       `json:"seq"`
	At    time.Time `json:"at"`
	By    string    `json:"by"` // the agent's id
	Kind  Kind      `json:"kind"`
	Mode  Mode      `json:"mode"`
	Owner Staff     `json:"owner,omitzero"`

	Route      Route     `json:"route,omitzero"`
	TopicOpen  bool      `json:"topic_open,omitempty"`
	WaitFrom   time.Time `json:"wait_from,omitzero"`
	Queued     Mark      `json:"queued,omitzero"`
	Group      string    `json:"group,omitempty"`
	Steps      int       `json:"steps,omitempty"`
	Reset      Seq       `json:"reset,omitempty"`
	Answers    int       `json:"answers,omitempty"`
	Offers     int       `json:"offers,omitempty"`
	Asks       int       `json:"asks,omitempty"`
	Unanswered Mark      `json:"unanswered,omitzero"`
}

// remember keeps what was before e when e can be undone, and otherwise forgets
// what was kept: only the last act can be undone.
func (s State) remember(before State, e Event) State {
	closing, ofBlock := e.Body.(Closed)
	if ofBlock = ofBlock && closing.Reason == ClosedByBlock; ofBlock {
		return s // the block is what is undone, and its close with it
	}
	s.Undo = nil
	if e.Author.Role != Agent || !undoable(e.Body) {
		return s
	}
	s.Undo = &Undoable{
		Seq: e.Seq, At: e.At, By: e.Author.ID, Kind: e.Body.kind(), Mode: before.Mode, Owner: before.Owner,
		Route: before.Route, TopicOpen: before.TopicOpen, WaitFrom: before.WaitFrom, Queued: before.Queued, Group: before.Group,
		Steps: before.Steps, Reset: before.Reset, Answers: before.Answers, Offers: before.Offers, Asks: before.Asks, Unanswered: before.Unanswered,
	}
	return s
}

func undoable(b Body) bool {
	switch b := b.(type) {
	case Closed:
		return b.Reason == ClosedByAgent
	case HandedBack, Blocked, Transferred:
		return true
	}
	return false
}

// restored is the conversation as it was before the act that is undone. What
// was said since stays said.
func (s State) restored() State {
	u := s.Undo
	if u == nil {
		return s
	}
	s.Mode, s.Owner, s.Route, s.TopicOpen, s.WaitFrom, s.Queued = u.Mode, u.Owner, u.Route, u.TopicOpen, u.WaitFrom, u.Queued
	s.Group, s.Steps, s.Reset, s.Answers, s.Offers, s.Asks = u.Group, u.Steps, u.Reset, u.Answers, u.Offers, u.Asks
	s.Closed, s.Closure, s.Accept, s.Undo = Mark{}, Closure{}, time.Time{}, nil
	if u.Kind == KindBlocked {
		s.BlockedUntil = time.Time{}
	}
	if s.Unanswered.Seq == 0 && s.LastBot.Seq < u.Seq {
		s.Unanswered = u.Unanswered
	}
	return s
}

// Undo takes back the act of when it is the last one, is not older than
// UndoWithin, and by did it (or force: an admin). Otherwise it is ErrTooLate.
func Undo(by Author, of Seq, now time.Time, force bool) Decider {
	return func(s State) ([]Draft, error) {
		u := s.Undo
		if u == nil || u.Seq != of || now.Sub(u.At) > UndoWithin || u.By != by.ID && !force {
			return nil, ErrTooLate
		}
		drafts := []Draft{by.acts(Undone{Of: of, Agent: by.staff(), What: u.Kind, From: s.Owner, To: u.Owner, Phase: s.restored().Phase()})}
		switch {
		case u.Mode == WithAgent:
			return append(drafts, NoticeClaimed.line(FromSlack, "agent", u.Owner.Name)), nil
		case u.Kind == KindClosed || u.Kind == KindBlocked:
			return append(drafts, NoticeReopened.line(FromSlack)), nil
		}
		return drafts, nil
	}
}
