package slackbridge

import (
	"context"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// Threads keeps where conversations stand in Slack. Each method is one
// transaction. A look-up that finds nothing returns conversation.ErrNotFound.
type Threads interface {
	// OpenThread writes a row with State Opening before the root is posted. When
	// the conversation has an Opening or Open thread in that channel already, it
	// returns that one and false; one that it has left it makes Open again, with
	// the Since of t and without the fingerprint of its card, and returns false too.
	OpenThread(ctx context.Context, t ledger.Thread) (ledger.Thread, bool, error)
	// ChangeThread reads a thread, changes it, stores what may change (TS, State,
	// Attempted, Card, CardAt, Seen, Since) and returns it. change may run more than once.
	ChangeThread(ctx context.Context, id int64, change func(*ledger.Thread)) (ledger.Thread, error)
	// ThreadOf returns the thread the conversation is in, or the newest that it has
	// left; never one that is Lost.
	ThreadOf(ctx context.Context, id conversation.ID) (ledger.Thread, error)
	// ThreadsOf is ThreadOf for many; what has no thread is missing.
	ThreadsOf(ctx context.Context, ids []conversation.ID) (map[conversation.ID]ledger.Thread, error)
	// ThreadAt returns the thread whose root is (team, channel, ts), in any state.
	ThreadAt(ctx context.Context, team, channel, ts string) (ledger.Thread, error)
	// OpenThreads lists the Open threads of conversations that are not closed, or
	// were closed after since, oldest root first.
	OpenThreads(ctx context.Context, since time.Time, limit int) ([]ledger.Thread, error)
	// KnowsChannel says whether a conversation ever had a thread in the channel.
	KnowsChannel(ctx context.Context, team, channel string) (bool, error)
}

// Posts keeps which events of a conversation stand in which message.
type Posts interface {
	// SavePost inserts (ID 0) or updates a row and returns it with its ID.
	SavePost(ctx context.Context, p ledger.Post) (ledger.Post, error)
	// PostsOf lists the posts of a thread, by First.
	PostsOf(ctx context.Context, thread int64) ([]ledger.Post, error)
	// PostWith returns the post of a conversation that contains the event.
	PostWith(ctx context.Context, id conversation.ID, seq conversation.Seq) (ledger.Post, error)
}

// Errands keeps what is done in Slack beside the posts of a thread.
type Errands interface {
	// SaveErrand inserts or updates an errand by its conversation and name.
	SaveErrand(ctx context.Context, e ledger.Errand) error
	// Errand returns an errand, or conversation.ErrNotFound.
	Errand(ctx context.Context, id conversation.ID, name string) (ledger.Errand, error)
	// Waiting lists the errands of the installation's own that are not done and whose
	// names begin so, by name, a hundred at most.
	Waiting(ctx context.Context, prefix string) ([]ledger.Errand, error)
}

// Inbox keeps what Slack told us until it is dealt with.
type Inbox interface {
	// PutInbound stores rows, all in one transaction. Rows whose key is there
	// already are passed over; those whose Gesture is there are stored as Dropped.
	// It returns the rows that are new, with their IDs.
	PutInbound(ctx context.Context, rows ...ledger.Inbound) ([]ledger.Inbound, error)
	// PendingInbound lists rows in state New whose RetryAt has passed, ordered by
	// (team, channel, thread, ts), at most limit.
	PendingInbound(ctx context.Context, now time.Time, limit int) ([]ledger.Inbound, error)
	// HeldInbound lists rows in state Held that wait for the message ts.
	HeldInbound(ctx context.Context, team, channel, ts string) ([]ledger.Inbound, error)
	// SaveInbound stores State, Attempts and RetryAt.
	SaveInbound(ctx context.Context, r ledger.Inbound) error
	// HasInbound says whether a key was ever stored.
	HasInbound(ctx context.Context, key string) (bool, error)
	// PurgeInbound deletes rows in state Done or Dropped received before t, and
	// Held ones too.
	PurgeInbound(ctx context.Context, t time.Time) (int, error)
}

// Visitors tells of the visitors' screens.
type Visitors interface {
	// Presence says whether the visitor has the chat open and since when, or until
	// when she had; the zero time when nothing is known.
	Presence(ctx context.Context, id conversation.ID) (here bool, since time.Time, err error)
	// Seen is how far she has read, in her numbering.
	Seen(ctx context.Context, id conversation.ID) (conversation.Seq, error)
	// SeenAt is when she last came to a line of an agent's, zero for never.
	SeenAt(ctx context.Context, id conversation.ID) (time.Time, error)
}

// Log is the part of the log the bridge needs.
type Log interface {
	conversation.Appender
	conversation.Reader
	// ByKey returns the event that was appended under an idempotency key, or
	// conversation.ErrNotFound.
	ByKey(ctx context.Context, id conversation.ID, key string) (conversation.Event, error)
	// ByOrder returns the events, of any conversation, that carry this order key.
	ByOrder(ctx context.Context, order string) ([]conversation.Event, error)
	// Search lists conversations, newest activity first.
	Search(ctx context.Context, q conversation.Query) ([]conversation.State, error)
	Lists
}
