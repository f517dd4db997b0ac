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
	Locale    string `json:"locale,omitempty"` // what she reads
	Test      bool   `json:"test,omitempty"`
	Seq       Seq    `json:"seq"`
	VSeq      Seq    `json:"vseq"`
	Opened    Mark   `json:"opened"`
	Last      Mark   `json:"last"`
	Mode      Mode   `json:"mode"`
	Owner     Staff  `json:"owner,omitzero"`

	// Epoch counts the escalations; each has its card or continues one.
	Epoch     int      `json:"epoch,omitempty"`
	Escalated Mark     `json:"escalated,omitzero"`
	Reason    string   `json:"reason,omitempty"`
	Level     string   `json:"level,omitempty"` // the policy's level then
	Topic     string   `json:"topic,omitempty"`
	Priority  string   `json:"priority,omitempty"`
	Tags      []string `json:"tags,omitempty"` // of the last escalation, or as an agent has set them
	Quiet     bool     `json:"quiet,omitempty"`
	Wants     string   `json:"wants,omitempty"` // the channel the policy asked for
	Route     Route    `json:"route,omitzero"`
	Announced int      `json:"announced,omitempty"` // the last epoch whose card stands
	Agents    []string `json:"agents,omitempty"`    // who may claim it; empty for every agent
	Claims    int      `json:"claims,omitempty"`
	Claimed   Mark     `json:"claimed,omitzero"`
	Taken     Mark     `json:"taken,omitzero"` // since when the present owner has it

	// WaitFrom is since when the visitor waits for a person: her request, or her
	// oldest line that the owner before has not answered. It decides her place in
	// line. Queued is since when the queue has the conversation this time: the
	// ladder's clock. Neither is moved by anything the bot or the system says.
	WaitFrom time.Time `json:"wait_from,omitzero"`
	Queued   Mark      `json:"queued,omitzero"`
	// Within one wait: the group it was passed on to, the agent who is asked and
	// those who were, the steps of the ladder taken, and whether the visitor was
	// told that her lines are added.
	Group  string   `json:"group,omitempty"`
	Seat   Seat     `json:"seat,omitzero"`
	Passed []string `json:"passed,omitempty"`
	Steps  int      `json:"steps,omitempty"`
	Added  bool     `json:"added,omitempty"`
	// Told are the other notices she was given within this wait.
	Told []Notice `json:"told,omitempty"`

	// Accept is until when the agent whom the queue assigned has to act, zero
	// when nothing is open. Reminded is the visitor's line the present owner was
	// last reminded of, and RemindedAt is when.
	Accept     time.Time `json:"accept,omitzero"`
	Reminded   Seq       `json:"reminded,omitempty"`
	RemindedAt time.Time `json:"reminded_at,omitzero"`

	// TopicOpen holds from a restricted topic's verdict until an agent hands
	// back or closes.
	TopicOpen bool `json:"topic_open,omitempty"`

	// Since the last hand back (or cancel, or reopening). Left is the place before
	// the lines that a wait without a person has left to the bot, 0 for none.
	Reset   Seq `json:"reset,omitempty"`
	Left    Seq `json:"left,omitempty"`
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
	Judged     Seq  `json:"judged,omitempty"`  // the last visitor line with a verdict
	Verdict    Seq  `json:"verdict,omitempty"` // that verdict's event
	StopAsked  Seq  `json:"stop_asked,omitempty"`
	Failed     int  `json:"failed,omitempty"` // failed attempts at the current turn

	// Active is the last act of a person or the bot; IdleWarned the last warning
	// that the conversation will be closed.
	Active     Mark `json:"active,omitzero"`
	IdleWarned Mark `json:"idle_warned,omitzero"`

	// ContactAsked is the last system line that asked for an address. Verified
	// is when the visitor proved the address given last. Mailed is the last event
	// a mail to her covers; NoticeMailed the one mail an unproved address gets.
	// LastReply is when agents' words were mailed last; MailRefused the last mail
	// that the address given last would not take, 0 when the one after was taken.
	// TranscriptAsked is when she asked last for all of it by mail.
	Contact      Mark      `json:"contact,omitzero"`
	HasMail      bool      `json:"has_mail,omitempty"`
	Address      Seq       `json:"address,omitempty"` // the event that gave the address she is mailed at
	ContactAsked Seq       `json:"contact_asked,omitempty"`
	Verified     Mark      `json:"verified,omitzero"`
	Mailed       Seq       `json:"mailed,omitempty"`
	NoticeMailed Seq       `json:"notice_mailed,omitempty"`
	LastReply    time.Time `json:"last_reply,omitzero"`
	MailRefused  Seq       `json:"mail_refused,omitempty"`

	TranscriptAsked Seq `json:"transcript_asked,omitempty"`

	Summarised   int       `json:"summarised,omitempty"` // the last epoch with a summary
	Proposed     Seq       `json:"proposed,omitempty"`   // the close that has proposed something to learn
	BlockedUntil time.Time `json:"blocked_until,omitzero"`
	// Undo is the act that can be taken back, nil when there is none.
	Undo *Undoable `json:"undo,omitempty"`

	// Translate is since when lines are translated, zero for not at all. Translated
	// is the last of the visitor's lines that the machine has dealt with since;
	// Speaks the language that it saw her write in.
	Translate    Mark         `json:"translate,omitzero"`
	Translated   Seq          `json:"translated,omitempty"`
	Untranslated Untranslated `json:"untranslated,omitzero"`
	Speaks       string       `json:"speaks,omitempty"`

	// Identity is when a signed token said last who the visitor is; zero for an
	// anonymous one. Cleared is when she cleared her chat: nobody reads it on her
	// side any more.
	Identity Mark `json:"identity,omitzero"`
	Cleared  Mark `json:"cleared,omitzero"`

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
	// Since is when somebody came on duty after the office was open and empty;
	// zero when that never happened.
	Since time.Time `json:"since,omitzero"`
}

// Seat is an agent who is asked to take a waiting conversation.
type Seat struct {
	Agent Staff     `json:"agent,omitzero"`
	Until time.Time `json:"until,omitzero"`
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

// Chapter is where begins what the policy looks at: at the last hand back, or
// before the lines that it has left to the bot.
func (s State) Chapter() Seq {
	if s.Left != 0 {
		return s.Left
	}
	return s.Reset
}

// Owed is the oldest thing that the people who answer owe the visitor: a line of
// hers, or her request for a person when no agent has said anything since. The
// zero Mark is "nothing".
func (s State) Owed() Mark {
	asked := s.Escalated.Seq > max(s.LastAgent.Seq, s.Reset, s.Closed.Seq)
	if asked && (s.Unanswered.Seq == 0 || s.Escalated.Seq < s.Unanswered.Seq) {
		return s.Escalated
	}
	return s.Unanswered
}
