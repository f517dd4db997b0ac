// Package ledger holds the types of what the Slack mirror remembers: threads,
// posts, errands and the inbox. It is a leaf, so that the store can keep these rows
// without knowing the bridge, and the bridge can use them without knowing SQL.
package ledger

import (
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// ThreadState says how sure we are that a root message stands in Slack.
type ThreadState string

// The states of a thread.
const (
	Opening ThreadState = "opening" // about to be posted, or posted without an answer
	Open    ThreadState = "open"    // it stands
	Lost    ThreadState = "lost"    // its root was deleted or cannot be reached
	Moved   ThreadState = "moved"   // the conversation goes on in another channel
)

// Thread is the place of a conversation in a channel: its card is the root. The
// row is written before the post (Opening, with Marker) and completed after it
// (Open, with TS). (Team, Channel, TS) → (Conversation, Epoch) is kept for ever.
type Thread struct {
	ID           int64
	Conversation conversation.ID
	Epoch        int // the escalation that opened it
	Team         string
	Channel      string
	TS           string // root ts, empty while Opening
	State        ThreadState
	Marker       string    // block_id and metadata of the root
	Attempted    time.Time // when the root was last sent
	Card         string    // fingerprint of the card as it was last drawn
	CardAt       time.Time // when it was last drawn
	Seen         string    // newest reply ts the backfill has read
	OpenedAt     time.Time
	// Since is how far the log had gone when the conversation came here, or came
	// back: what happened before stands in the thread as history and calls nobody.
	Since conversation.Seq
}

// PostState says how sure we are that a post stands in Slack.
type PostState string

// The states of a post.
const (
	Sending PostState = "sending"
	Sent    PostState = "sent"
	Gone    PostState = "gone" // deleted, or its thread is lost
)

// Post is one message of the mirror: the consecutive events First to Last of
// one author in a thread. Rev counts its redraws (edits); Stale says that it has
// to be drawn again. Part and Parts say which part of one event too long for a post it
// is, from 1, and of how many; zero for whole events.
type Post struct {
	ID           int64
	Conversation conversation.ID
	Thread       int64
	First, Last  conversation.Seq
	Rev          int
	TS           string
	State        PostState
	Attempted    time.Time
	Stale        bool
	Part, Parts  int
}

// Errand is something done in Slack beside the posts of a thread, once: a direct
// message, a file. The row is written before (Sending) and completed after
// (Sent). Name says what it is and which event it is for. Ref is Slack's id of
// what is being made, "" before there is one. One without a Conversation is the
// installation's own: a weekly post.
type Errand struct {
	Conversation conversation.ID
	Name         string
	State        PostState
	Ref          string
	Attempted    time.Time
}

// Receipt is an emoji of ours that a line in Slack has to carry, or, with On false,
// no longer. Again says that the line can be sent again, Done that Slack shows it so.
type Receipt struct {
	Conversation conversation.ID
	Channel, TS  string // the line
	Author       string // of the line
	Name         string // of the emoji
	On           bool
	Again        bool
	Done         bool
	Asked        time.Time
}

// InboundState says what has become of something Slack told us.
type InboundState string

// The states of an inbox row.
const (
	New     InboundState = "new"
	Done    InboundState = "done"
	Held    InboundState = "held" // an edit or delete whose message is unknown so far
	Dropped InboundState = "dropped"
)

// Inbound is something Slack told us, stored before it is acknowledged. Key is
// made of the content (team, channel, ts, …), never of the delivery, so the same
// message under a new event id is the same row. Thread is empty for what does
// not belong to a thread. Gesture, when there is one, names what a person did: of
// several rows of one gesture the first counts. It is not read back.
type Inbound struct {
	ID       int64
	Key      string
	Gesture  string
	Team     string
	Channel  string
	Thread   string // thread ts
	TS       string // what rows of a thread are ordered by
	Kind     string // message, changed, deleted, action, view, command, shortcut, home, member, …
	Raw      []byte
	State    InboundState
	Attempts int
	RetryAt  time.Time
	Received time.Time
}

// Tombstone remembers the deletion of a message that was never seen.
type Tombstone struct {
	Team, Channel, TS string
}
