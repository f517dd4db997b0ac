package conversation

import "time"

// Query selects conversations for lists, newest activity first. Empty fields do
// not restrict.
type Query struct {
	Modes     []Mode
	Owner     string // an agent's id
	Visitor   string // a visitor's id
	NotOwner  string // an agent's id: leaves out what she has
	Handler   string // an agent's id: hers, or hers when it was closed
	Escalated bool   // only those that ever asked for a person
	Blocked   bool   // only those whose visitor is blocked now
	Topic     string // of the last escalation
	Priority  string // as the State has it; "normal" finds those without one, too
	Tag       string // one of its tags
	Text      string // words in any line, note or name, literal, case-insensitive; or a reference, H-4F2K
	Oldest    bool   // those who wait first, in the order in which they began to wait
	// Unanswered puts those first whose visitor has written what nobody has
	// answered, the oldest such line first.
	Unanswered bool
	Limit      int // at most this many; 0 means 50
	Offset     int // so many are passed over; [Listing] only
}

// MostCounted is how far a [Listing] counts.
const MostCounted = 1000

// Listing is one page of what a Query finds. Total is how many there are, and
// MostCounted+1 stands for all beyond. Found is the last event of each that has the
// text of the Query, or a name with it.
type Listing struct {
	States []State
	Total  int
	Found  map[ID]Event
}

// Labels is what conversations are told apart by, each once and in order: the
// topics, tags and agents' ids of the last ones that something happened in.
type Labels struct{ Topics, Tags, Handlers []string }

// Numbers counts the desk. Waiting, Open (with an agent) and WithBot are of now,
// the rest since a moment: the conversations in which the AI has answered, those
// that were escalated, how many waits have ended with an agent, and their median.
// Waits are counted up to 500, the newest.
type Numbers struct {
	Waiting, Open, WithBot      int
	Answered, Escalated, Claims int
	Median                      time.Duration
}

// Wait is one place in the line of a channel: a conversation that waits for a
// person and has a route. From is since when she waits ([State.WaitFrom]);
// Staffed says that somebody was on duty when it was routed.
type Wait struct {
	ID      ID
	Channel string
	From    time.Time
	Staffed bool
}

// Waited is a wait that an agent's claim has ended: when, and how long it was.
type Waited struct {
	At  time.Time
	For time.Duration
}
