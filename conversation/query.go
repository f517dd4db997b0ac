package conversation

// Query selects conversations for lists. Empty fields do not restrict.
type Query struct {
	Modes     []Mode
	Owner     string // an agent's id
	Escalated bool   // only those that ever asked for a person
	Text      string // words in any line, note or name; literal, case-insensitive
	Limit     int    // at most this many; 0 means 50
}
