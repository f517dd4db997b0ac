// Package duty says who is there to take a conversation.
//
// It is a leaf and pure: an [Agent] is a person who may answer, as the chat
// platform showed her last; a [Roster] is all of them with what each has in
// hand. The platform's side fills the rows, the store keeps them, and the queue
// asks the Roster whom to offer a waiting conversation: [Roster.Staffed] says
// whether anybody is there for it, [Roster.Free] who may be asked, best first.
// Nothing here reads a clock or asks anybody: a row that is old is a row that is
// old, and what is not known counts as present, so that a silent platform never
// empties the office.
package duty

import (
	"slices"
	"time"
)

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
// zero while it is not known. Took is when she last took a conversation or was
// given one. Gone marks somebody who is no longer an agent.
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
	Took     time.Time
	Gone     bool
}

// PresenceFor is how long a presence counts after it was asked. Slack has no
// event for it and answers one question at a time.
const PresenceFor = 3 * time.Minute

// OnDuty says whether she counts at now; manual is routing.duty: manual. Office
// hours are not looked at.
func (a Agent) OnDuty(manual bool, now time.Time) bool {
	choice := a.Choice
	if !a.Until.IsZero() && !now.Before(a.Until) {
		choice = Unsaid
	}
	switch {
	case a.Gone:
		return false
	case manual:
		return choice == On
	}
	return choice != Off
}

// Among says whether she is one of ids or a member of one of them: ids of users,
// user groups and channels, mixed.
func (a Agent) Among(ids []string) bool {
	return slices.Contains(ids, a.ID) || slices.ContainsFunc(a.Places, func(p string) bool { return slices.Contains(ids, p) })
}

// Known says whether her presence at now is known.
func (a Agent) Known(now time.Time) bool {
	return !a.AwayAt.IsZero() && now.Sub(a.AwayAt) < PresenceFor
}

// Absent says that she is known to be away or not to be disturbed. It lowers her
// rank and excludes nobody.
func (a Agent) Absent(now time.Time) bool {
	return a.Known(now) && (a.Away || now.Before(a.DNDUntil))
}
