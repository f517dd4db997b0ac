// Package feed moves readers along the log. It knows positions, not meanings.
//
// A reader (a "consumer": bot, queue, slack) has one row per conversation: how
// far it has read and when it wants to be called again. A [Runner] claims the
// rows that are ready, calls the consumer's [Handler] with what is new, and
// then, in one transaction, appends what the handler decided and moves the row.
// Kill the process between any two steps and the row starts again where it was:
// nothing is lost, and only effects outside the database (a post in Slack) need
// a trick against doing them twice, which belongs to the handler.
//
// Wake-ups travel through a [Notifier] and carry no data; every wait also has a
// slow tick, so a lost wake-up costs latency, never a message. What is not
// worth storing (typing, the partial text of an answer) travels through [Live]
// and may be lost.
package feed

import (
	"context"
	"errors"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// ErrLeaseLost says that another process has taken the row over, or that it was
// moved since: whatever was done must not be committed.
var ErrLeaseLost = errors.New("the lease on the reader row is lost")

// Claim is a reader row taken by this process for the length of a lease. After
// is the last event the consumer has read. Attempts counts the claims since the
// last success, this one included: above 1 a crash or an error in the middle of
// the same work has to be assumed. Token proves the lease.
type Claim struct {
	Consumer     string
	Conversation conversation.ID
	After        conversation.Seq
	Attempts     int
	Token        string
}

// Work is what a handler gets: the claim, the conversation's state now, and the
// events after the position up to State.Seq, oldest first, at most [BatchSize].
// Events is empty when the row was due by time.
type Work struct {
	Claim
	State  conversation.State
	Events []conversation.Event
	Now    time.Time
}

// BatchSize is the most events one call of a handler gets.
const BatchSize = 200

// Done is what a handler wants to happen next, in one transaction.
//
// Through is the new position; leaving it at Claim.After keeps the events for
// the next call. Due is when to be called again even if nothing happens; zero
// means not before the next event. When events newer than Through exist, the row
// is ready at once, unless this is a back-off: Through left at Claim.After in
// spite of events, and a Due. Then nothing happens before Due, whatever comes.
// BackOff says that; the Runner sets it, because it knows what the handler saw.
// Decide, when set, is run under the conversation's lock with the idempotency
// key Key; when it returns an error, Finish returns that error and nothing
// changes: not the log, not the row.
type Done struct {
	Through conversation.Seq
	Due     time.Time
	BackOff bool
	Key     string
	Decide  conversation.Decider
}

// Handler reads one consumer's share of a conversation. It is never called
// twice at once for the same conversation. ctx ends when the lease is lost or
// the process stops. A handler never sleeps: to wait it returns a Due. An error
// means "this work is broken": it is tried again with growing pauses and parked
// after [MaxAttempts], or at once with [ErrPark]; an outage of somebody else is not an error but a Due.
type Handler interface {
	Handle(ctx context.Context, w Work) (Done, error)
}

// ErrPark is inside a handler's error that parks the row at once: trying again
// soon is of no use.
var ErrPark = errors.New("given up")

// MaxAttempts is after how many failures in a row a row is parked.
const MaxAttempts = 8

// Cursors keeps the reader rows. The store implements it.
type Cursors interface {
	// Claim takes up to limit rows of consumer that are ready at now and not
	// leased or parked, oldest first, until now+lease, and counts the attempt.
	Claim(ctx context.Context, consumer string, now time.Time, lease time.Duration, limit int) ([]Claim, error)
	// NextDue returns when the next row of consumer becomes ready; zero when no
	// row will without an event.
	NextDue(ctx context.Context, consumer string) (time.Time, error)
	// Renew prolongs the lease; ErrLeaseLost when it is no longer ours.
	Renew(ctx context.Context, c Claim, until time.Time) error
	// Finish appends and moves the row in one transaction, frees the lease and
	// sets the attempts to zero. ErrLeaseLost when the lease is no longer ours.
	Finish(ctx context.Context, c Claim, d Done) (conversation.Outcome, error)
	// Fail frees the lease and keeps the position: the row is ready again at
	// retry, or parked until Resume. cause is kept for doctor, without visitor
	// text.
	Fail(ctx context.Context, c Claim, retry time.Time, cause string, park bool) error
	// Yield frees the lease without counting the attempt: the process stops, or
	// the work was cancelled because something newer happened. The row is ready
	// at once.
	Yield(ctx context.Context, c Claim) error
}

// Parked is a reader row that gave up.
type Parked struct {
	Consumer     string
	Conversation conversation.ID
	Reference    string
	After        conversation.Seq
	Attempts     int
	Cause        string
	Since        time.Time
}

// Leases elects one holder per name across processes. The store implements it.
type Leases interface {
	// Acquire takes or prolongs the lease name for holder until now+ttl and says
	// whether holder has it.
	Acquire(ctx context.Context, name, holder string, now time.Time, ttl time.Duration) (bool, error)
	// ReleaseLease gives it up; it does nothing when holder does not have it.
	ReleaseLease(ctx context.Context, name, holder string) error
}
