// Package duty says who is there to take a conversation.
//
// It is a leaf and pure: an [Agent] is a person who may answer, as the chat
// platform showed her last; a [Roster] is all of them with what each has in
// hand. The platform's side fills the rows, the store keeps them, and the queue
// asks the Roster whom to offer a waiting conversation. Nothing here reads a
// clock or asks anybody: a row that is old is a row that is old, and what is not
// known counts as present, so that a silent platform never empties the office.
package duty

import "time"

// Choice is what an agent has said about being on duty.
type Choice string

// The choices. Under routing.duty: auto whoever has not said Off counts; under
// manual only who has said On.
const (
	Unsaid Choice = ""
	On     Choice = "on"
	Off    Choice = "off"
)

// Agent is a person who may answer. Name is what the visitor reads. Places are
// the ids of the channels and user groups she was last seen a member of. Until
// is when her choice ends by itself (closing time), zero for never; Asked is the
// last day (2026-11-21, in the office's zone) on which she was asked to go on
// duty. Away and DNDUntil are the platform's presence, asked at AwayAt, which is
// zero while it is not known. Gone marks somebody who is no longer an agent.
type Agent struct {
	ID, Name string
	Places   []string
	Choice   Choice
	Since    time.Time
	Until    time.Time
	Asked    string
	Away     bool
	AwayAt   time.Time
	DNDUntil time.Time
	Gone     bool
}

// Roster is everybody, with what each has in hand: the conversations she owns.
// Known is false until the platform has said for the first time who there is;
// then nothing can be concluded from an empty list.
type Roster struct {
	Agents []Agent
	Load   map[string]int
	Known  bool
}
