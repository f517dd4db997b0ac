package conversation

import (
	"errors"
	"fmt"
)

// What callers branch on.
var (
	// ErrNotFound: there is no such conversation, or it is somebody else's.
	ErrNotFound = errors.New("no such conversation")
	// ErrClosed: the conversation is closed, for a visitor beyond the time in
	// which she may reopen it.
	ErrClosed = errors.New("the conversation is closed")
	// ErrWithBot: the bot is answering; an agent has to take over first.
	ErrWithBot = errors.New("the conversation is with the bot")
	// ErrNotWaiting: nobody waits for a person here.
	ErrNotWaiting = errors.New("the conversation is not waiting for a person")
	// ErrSuperseded: what the bot wanted to say is no longer wanted: a person
	// was asked for, an agent claimed, or the visitor wrote something new.
	ErrSuperseded = errors.New("the turn is superseded")
	// ErrRated: the conversation has a rating already.
	ErrRated = errors.New("the conversation is rated already")
	// ErrTooLate: the act cannot be undone any more, or is somebody else's.
	ErrTooLate = errors.New("it is too late to undo this")
	// ErrTopicOpen: a restricted topic is open; only an agent hands it back.
	ErrTopicOpen = errors.New("a restricted topic stays with people")
	// ErrBlocked: the team has blocked this visitor for now.
	ErrBlocked = errors.New("the visitor is blocked")
	// ErrUnproved: the visitor has proved no address that this could be mailed to.
	ErrUnproved = errors.New("no address is proved")
	// ErrNothingNew: what is asked for was mailed, and nobody has spoken since.
	ErrNothingNew = errors.New("nothing was said since the last time")
	// ErrStorageFull: the disk, or the quota, of the log is full. Nothing was
	// written and nothing that was acknowledged is lost; writes work again as soon
	// as there is room.
	ErrStorageFull = errors.New("the disk of the database is full")
)

// OwnedError refuses an act because somebody else owns the conversation. The
// message is safe to show.
type OwnedError struct{ Owner Staff }

func (e *OwnedError) Error() string {
	if e.Owner.Name == "" {
		return "a colleague has this chat"
	}
	return e.Owner.Name + " has this chat"
}

// Refusal is an event that the invariants of the log forbid. It points to a
// mistake in the program: deciders refuse earlier and with better words.
type Refusal struct {
	Kind Kind
	Mode Mode
	Why  string
}

func (e *Refusal) Error() string {
	return fmt.Sprintf("a %s event is not allowed in mode %s: %s", e.Kind, e.Mode, e.Why)
}
