package conversation

import (
	"crypto/rand"
	"strings"
)

// ID names a conversation: "cnv_" and 130 random bits in base 32, lower case.
type ID string

// Seq numbers the events of one conversation: 1, 2, 3, … without holes. Zero
// means "before the first event".
type Seq int64

// NewID returns a random conversation id.
func NewID() ID { return ID(RandomID("cnv")) }

// RandomID returns prefix + "_" + 130 random bits in base 32, lower case.
func RandomID(prefix string) string {
	return prefix + "_" + strings.ToLower(rand.Text())
}

// handleAlphabet leaves out letters and digits that people confuse when they
// read a reference aloud (0/O, 1/I/L, U/V).
const handleAlphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewReference returns a short name for people, "H-" and n characters
// ("H-4F2K"). It is not a secret and not unique by itself: the store draws
// again, longer, when it is taken.
func NewReference(n int) string { return "H-" + handle(rand.Text(), n) }

// Handle is a stable short name for an unnamed visitor ("Visitor 7K2"),
// derived from the visitor's id.
func Handle(visitor string) string {
	s := visitor
	if i := strings.LastIndexByte(s, '_'); i >= 0 {
		s = s[i+1:]
	}
	return "Visitor " + handle(s, 3)
}

// handle maps the first bytes of s onto the handle alphabet.
func handle(s string, n int) string {
	var b strings.Builder
	for i := 0; i < n; i++ {
		c := byte('7')
		if i < len(s) {
			c = s[i]
		}
		b.WriteByte(handleAlphabet[(int(c)*31+i*7)%len(handleAlphabet)])
	}
	return b.String()
}
