package session

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// Purpose says what a code is good for.
type Purpose string

// The purposes of codes. A conversation has at most one code of each: a new one
// replaces the old.
const (
	Verify Purpose = "verify" // the visitor types it to prove her address
	Resume Purpose = "resume" // a mailed link with it continues the conversation on any device, once
	Device Purpose = "device" // the same, of a link that the visitor has made herself
)

// Code is a secret that a mail or a link carried. Hash is the SHA-256 of it; the code
// itself is never stored. A code to Resume or for a Device is found by its hash alone and
// has to be long and random; one to Verify only counts within its conversation, so a few
// digits are enough. Address is where it was sent. Proof is that of the session which
// made a code for another Device.
type Code struct {
	Hash         [32]byte
	Purpose      Purpose
	Conversation conversation.ID
	Address      string
	Expires      time.Time
	Proof        string
}

// HashOf is what is stored of a code, and what a code is found by.
func HashOf(code string) [32]byte { return sha256.Sum256([]byte(code)) }

// NewDigits makes a code to Verify: six digits.
func NewDigits() string {
	n, _ := rand.Int(rand.Reader, big.NewInt(1_000_000)) // never fails, see crypto/rand
	return fmt.Sprintf("%06d", n)
}

// NewLink makes a code to Resume: 130 random bits, in letters and digits.
func NewLink() string { return rand.Text() }

// devicePrefix tells a code for another device from a mailed one, whose letters
// are capitals.
const devicePrefix = "dev_"

// NewDevice makes a code for another Device.
func NewDevice() string { return devicePrefix + NewLink() }

// LinkPurpose says what the code of a link is good for.
func LinkPurpose(code string) Purpose {
	if strings.HasPrefix(code, devicePrefix) {
		return Device
	}
	return Resume
}

// IsDigits says that a code has the form of one to Verify.
func IsDigits(code string) bool {
	return len(code) == 6 && strings.Trim(code, "0123456789") == ""
}

// Grant is what a code was good for: the conversation, whose it is, and the
// address that is proved by it. Proof is that of the session which made the code.
type Grant struct {
	Conversation conversation.ID
	Owner        Owner
	Address      string
	Proof        string
}

// CodeTries is how many wrong tries use a code up.
const CodeTries = 5

// Why a code was refused.
var (
	// ErrCodeWrong: no code reads like this one, or a newer one has replaced it.
	ErrCodeWrong = errors.New("the code is wrong")
	// ErrCodeExpired: the code was right once, or none was sent.
	ErrCodeExpired = errors.New("the code has expired")
	// ErrCodeSpent: the code was used already, or guessed at too often.
	ErrCodeSpent = errors.New("the code is used up")
)
