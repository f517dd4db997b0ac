package conversation

import "time"

// Query selects conversations for lists, newest activity first. Empty fields do
// not restrict.
type Query struct {
	Modes     []Mode
	Owner     string // an agent's id
	Visitor   string // a visitor's id
	Escalated bool   // only those that ever asked for a person
	Blocked   bool   // only those whose visitor is blocked now
	Text      string // words in any line, note or name; literal, case-insensitive
	Oldest    bool   // those who wait first, in the order in which they began to wait
	Limit     int    // at most this many; 0 means 50
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
