// Package ledger holds the type of what the mail room remembers. It is a leaf, so
// that the store can keep these rows without knowing the room.
package ledger

import (
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// Mail is a mail that is meant to be sent. The row is written before the mail
// server is called and deleted after the log says what has become of the mail.
// Conversation, For and Of name a mail for ever. There is no address in it and no
// word of anybody: both are read from the log when the mail is written.
type Mail struct {
	Conversation conversation.ID
	For          conversation.MailFor
	Of           conversation.Seq // the event it is about
	Through      conversation.Seq // the last event it covers; fixed with the first try
	Since        time.Time        // since when it is meant to be sent
	Due          time.Time        // not before
	Tries        int              // that reached the mail server
}
