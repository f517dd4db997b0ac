package widgetapi

import (
	"context"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// Sessions keeps the visitors' proofs. The store implements it. A look-up that
// finds nothing returns conversation.ErrNotFound.
type Sessions interface {
	SaveSession(ctx context.Context, s session.Session) error
	Session(ctx context.Context, hash [32]byte) (session.Session, error)
	// Identify ends the session that was presented and stores the verified one that
	// takes its place, with everything that follows from it: see
	// [session.Identification]. session.ErrTokenUsed for a token that is good once
	// and was used.
	Identify(ctx context.Context, in session.Identification) (session.Identity, error)
	// Clear closes all conversations of the owner, hides them from every session of
	// hers and ends those. It returns their hashes.
	Clear(ctx context.Context, o session.Owner) ([][32]byte, error)
	// EndSession deletes a session and voids the unused links of its visitor.
	EndSession(ctx context.Context, v session.Session) error
	// TouchSession moves the expiry.
	TouchSession(ctx context.Context, hash [32]byte, expires time.Time) error
	// PurgeSessions deletes the sessions that expired by then, but none whose
	// visitor has a conversation that is open or was closed later than then.
	PurgeSessions(ctx context.Context, then time.Time) (int, error)
}

// Conversations is the visitor's view of the log. Every method takes the owner
// and treats another owner's conversation exactly like one that does not exist:
// conversation.ErrNotFound.
type Conversations interface {
	// Create appends Opened and returns the new conversation. The store draws the
	// id and a free reference.
	Create(ctx context.Context, by conversation.Author, o conversation.Opened) (conversation.State, error)
	// Owned returns the state of the owner's conversation.
	Owned(ctx context.Context, o session.Owner, id conversation.ID) (conversation.State, error)
	// Mine lists the owner's conversations, newest first.
	Mine(ctx context.Context, o session.Owner, limit int) ([]session.Summary, error)
	// VisitorEvents returns up to limit visible events with VSeq > after, ascending.
	VisitorEvents(ctx context.Context, id conversation.ID, after conversation.Seq, limit int) ([]conversation.Event, error)
	// VisitorEventsBefore returns the last limit visible events with VSeq < before,
	// ascending; before 0 means from the end.
	VisitorEventsBefore(ctx context.Context, id conversation.ID, before conversation.Seq, limit int) ([]conversation.Event, error)
	// VisitorSeq maps the visitor's number to the log's, or ErrNotFound.
	VisitorSeq(ctx context.Context, id conversation.ID, vseq conversation.Seq) (conversation.Seq, error)
	// VSeqOf is the reverse; 0 for an event the visitor may not see.
	VSeqOf(ctx context.Context, id conversation.ID, seq conversation.Seq) (conversation.Seq, error)
	// BlockedUntil is when the team lets the owner write again; a time that is
	// over, or the zero time, when it does now.
	BlockedUntil(ctx context.Context, o session.Owner, now time.Time) (time.Time, error)
	// MarkRead stores how far the visitor has read, in her numbering; it never
	// goes back.
	MarkRead(ctx context.Context, id conversation.ID, vseq conversation.Seq) error
	// Track keeps what she did on the site, in the open conversation or for the next.
	Track(ctx context.Context, o session.Owner, e session.Tracked) error
}

// Codes knows what was mailed to visitors, and the links they made. The store
// implements it.
type Codes interface {
	// SaveCode keeps a code in place of the conversation's last one for the purpose.
	SaveCode(ctx context.Context, c session.Code) error
	// UseCode uses a code up, or says why not: session.ErrCodeWrong, ErrCodeExpired
	// or ErrCodeSpent. One of a link is found by its hash, whatever the conversation.
	UseCode(ctx context.Context, p session.Purpose, id conversation.ID, hash [32]byte, now time.Time) (session.Grant, error)
	// OptOut says whether the mails to an address are stopped, and by which code.
	OptOut(ctx context.Context, address string) (code string, stopped bool, err error)
	// StopMails stops the mails to the address that a link with this code was mailed
	// to, or allows them again. conversation.ErrNotFound when no link holds it.
	StopMails(ctx context.Context, code string, stop bool) error
}

// Presences keeps whether visitors have their chat open.
type Presences interface {
	// SetPresence says that she has it open at this time, or had it until then. A
	// report from before what is kept is passed over.
	SetPresence(ctx context.Context, id conversation.ID, here bool, at time.Time) error
	// Presence returns what is kept; the zero time when nothing is.
	Presence(ctx context.Context, id conversation.ID) (here bool, at time.Time, err error)
}

// Counters keeps the limits that must survive a restart.
type Counters interface {
	// Count adds n to the counter (name, window start) and returns the sum. Old
	// windows are purged by the store.
	Count(ctx context.Context, name string, window time.Time, n int) (int, error)
}
