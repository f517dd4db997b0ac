// Package session holds the types of what the visitor's door remembers. It is a
// leaf, so that the store can keep these rows without knowing the door.
package session

import (
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// Session is one visitor's proof on one device. Hash is the SHA-256 of the
// opaque token; the token itself is never stored.
type Session struct {
	Hash     [32]byte
	Visitor  string
	Widget   string // the widget key it was minted for
	Origin   string
	Verified bool
	// Proof names the key of the widget key's configuration that a verified session
	// was verified with; "" for an anonymous one.
	Proof   string
	Created time.Time
	Expires time.Time
}

// Owner is who may see a conversation: a visitor of a widget key.
type Owner struct {
	Visitor string
	Widget  string
}

// Summary is a line of a visitor's own list of conversations, newest first.
type Summary struct {
	State   conversation.State
	Updated time.Time
	Read    conversation.Seq // her own numbering: how far she has read
}
