package session

import (
	"errors"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// Identification is a visitor's step from a session to one that is verified: a
// signed token was checked and says who she is.
type Identification struct {
	// Old is the hash of the session that was presented. It ends.
	Old [32]byte
	// Next is the session that takes its place, all but its Visitor, who is the one
	// that the widget key knows under Subject.
	Next Session
	// Subject is the token's sub as it was signed, byte for byte: two that only look
	// alike are two visitors.
	Subject string
	// Claims are what the token says, and Token is the hash of its own name (jti),
	// "" when it has none: such a token is good once. It is forgotten at Expires.
	Claims  conversation.Identified
	Token   string
	Expires time.Time
	// Within is how long a closed conversation can still be taken up: one that was
	// closed longer ago stays the anonymous visitor's.
	Within time.Duration
}

// Identity is what an Identification came to.
type Identity struct {
	Session
	// Taken is the anonymous conversation that is hers now, "" for none.
	Taken conversation.ID
	// Ended are the hashes of all sessions that ended with it.
	Ended [][32]byte
}

// ErrTokenUsed says that the token has a name of its own and was used already.
var ErrTokenUsed = errors.New("the token was used already")

// Tracked is what a visitor did on the site, as long as no conversation holds it.
type Tracked struct {
	When  time.Time      `json:"when"`
	Name  string         `json:"name"`
	Props map[string]any `json:"props,omitempty"`
}

// How much is kept of what a visitor did who has no open conversation: the last
// ones, in number and in bytes; at least the last one.
const (
	KeptEvents = 20
	KeptBytes  = 16 << 10
)
