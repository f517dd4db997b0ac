package conversation

import (
	"context"
	"time"
)

// Role says who speaks or acts.
type Role string

// The four roles.
const (
	Visitor Role = "visitor"
	Bot     Role = "bot"
	Agent   Role = "agent"
	System  Role = "system"
)

// Source says through which door an event came in. A reader skips the events
// of its own side.
type Source string

// The sources.
const (
	FromWidget Source = "widget"
	FromBot    Source = "bot"
	FromQueue  Source = "queue"
	FromSlack  Source = "slack"
	FromAdmin  Source = "admin"
	FromMail   Source = "mail"
)

// Author is who an event is by. ID is the visitor id or the platform's user id
// and is a fact; Name is what people see and is payload.
type Author struct {
	Role Role   `json:"role"`
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// Draft is an event that has no number yet. Order is the platform's own sort
// key of the line (Slack's ts), empty where there is none: inside a run of
// agent lines it decides the order on every screen.
type Draft struct {
	Author Author
	Source Source
	Order  string
	Body   Body
}

// Event is a fact of the log. VSeq is the visitor's own numbering, 1, 2, 3, …
// over the events she may see, and 0 for every other event. Key is the
// idempotency key of the act that appended it, on the act's last event only.
// At has millisecond precision, in UTC, and never runs backwards inside a
// conversation.
type Event struct {
	Conversation ID
	Seq          Seq
	VSeq         Seq
	At           time.Time
	Key          string
	Draft
}

// Decider looks at the current State and returns the events to append, in
// order. No events and no error means "nothing to do". It is pure: it may be
// called more than once and must not do I/O.
type Decider func(State) ([]Draft, error)

// Outcome is what an append did. Replayed is true when the key was in the log
// already: then nothing was decided and Events holds the original event.
type Outcome struct {
	State    State
	Events   []Event
	Replayed bool
}

// Appender adds to the log.
//
// Append runs decide under the conversation's lock and writes what it returns,
// all or nothing. A key names the act within the conversation ("v:<client id>",
// "s:<team>:<channel>:<ts>"): it is looked up before deciding, so a repeated
// act returns the original event even when it would be refused today. An empty
// key means the act may repeat. Errors: ErrNotFound, whatever decide returns,
// [Refusal] for an event the invariants forbid, or a storage error, after which
// nothing was written.
type Appender interface {
	Append(ctx context.Context, id ID, key string, decide Decider) (Outcome, error)
}

// Reader reads the log.
type Reader interface {
	// State returns the current fold, or ErrNotFound.
	State(ctx context.Context, id ID) (State, error)
	// Events returns up to limit events with Seq > after, ascending.
	Events(ctx context.Context, id ID, after Seq, limit int) ([]Event, error)
}
