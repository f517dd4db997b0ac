// Package ledger holds the types of what is remembered of files. It is a leaf, so
// that the store can keep these rows without knowing the room, and both doors can
// ask it without knowing how a file is kept.
package ledger

import (
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

// State says how sure we are that a file's content is there.
type State string

// The states of a file.
const (
	Taking State = "taking" // the row is written, the content may be on its way
	Kept   State = "kept"   // the content is there
	Gone   State = "gone"   // nobody gets it any more; the content is about to be deleted
)

// File is a file and whose it is. The row is written before its content and
// deleted after it, so that no content is without a row. Conversation is empty and
// Seq zero until a line carries it; until then it is Owner's alone. Source names
// where it came from, "" for the visitor's own: of one source there is one row.
type File struct {
	conversation.File
	Owner        session.Owner
	Conversation conversation.ID
	Seq          conversation.Seq
	Source       string
	State        State
	Created      time.Time
}

// Why says why a file was refused.
type Why string

// The reasons. They are codes of the visitor's API, too.
const (
	WrongType Why = "file_type"       // its kind is not taken, or name and content disagree
	TooLarge  Why = "file_too_large"  // more bytes, pixels or frames than are taken
	Empty     Why = "file_empty"      // there is nothing in it
	Damaged   Why = "file_unreadable" // it cannot be read to its end
	Blocked   Why = "file_blocked"    // the scanner has found something
)

// Refusal is a file that is not taken. It is an error that is safe to show.
type Refusal struct{ Why Why }

func (r *Refusal) Error() string { return Words[r.Why] }

// Words says each reason as the end of a sentence about the file: what is wrong,
// then what to do.
var Words = map[Why]string{
	WrongType: "can't be sent. Allowed: images (PNG, JPEG, WebP, GIF), PDF, text.",
	TooLarge:  "is too large. Send a smaller one.",
	Empty:     "is empty. Send one with content.",
	Damaged:   "can't be read. Save it again and send that.",
	Blocked:   "was blocked by the virus scanner.",
}

// IsPicture says that a type is one whose content was written by us.
func IsPicture(kind string) bool {
	return kind == "image/png" || kind == "image/jpeg" || kind == "image/gif"
}
