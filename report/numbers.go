package report

import "time"

// Seconds is a length of time as the numbers keep it.
type Seconds int64

// Duration is the same as Go has it.
func (s Seconds) Duration() time.Duration { return time.Duration(s) * time.Second }

func seconds(d time.Duration) Seconds { return Seconds(max(0, d) / time.Second) }

// Numbers are those of one span. A conversation begins with the visitor's first
// line, or when she asks for a person before she has written any; one in which she
// did neither, and one that was opened to test the chat, count nowhere. "In the
// span" is by the time of the event, in the office's zone.
type Numbers struct {
	From time.Time `json:"from"`  // the first moment
	To   time.Time `json:"to"`    // the first moment after it
	AsOf time.Time `json:"as_of"` // its end, or when it was counted if that was before

	Conversations int         `json:"conversations"` // that began in the span
	Outcomes      Outcomes    `json:"outcomes"`      // of these; the sum is Conversations
	Days          []Day       `json:"days"`          // the same by the day on which they began, every day of the span
	Escalations   Escalations `json:"escalations"`
	// ToClaim is from an escalation to an agent's taking the conversation, ToWord to
	// an agent's first line, both for the escalations in the span that came to it by
	// its end. OnDuty are those of them that came while somebody was on duty: nights
	// and weekends are not in them.
	ToClaim       Spread `json:"to_claim"`
	ToClaimOnDuty Spread `json:"to_claim_on_duty"`
	ToWord        Spread `json:"to_first_word"`
	ToWordOnDuty  Spread `json:"to_first_word_on_duty"`
	Marks         Marks  `json:"marks"`
	// Ratings that were given in the span, for conversations in which no agent had
	// written a line by then, and for the others.
	AIRatings     Ratings `json:"ai_ratings"`
	PeopleRatings Ratings `json:"people_ratings"`
	// Thumbs on the AI's answers that were given in the span; of several on one
	// answer the last counts.
	ThumbsUp   int `json:"thumbs_up"`
	ThumbsDown int `json:"thumbs_down"`
	// Lines are those that visitors wrote in the span, Hours the same by weekday
	// (Monday is 0) and hour of the day.
	Lines int        `json:"visitor_lines"`
	Hours [7][24]int `json:"hours"`
	// Agents is what each has done, by name. Nothing else is told about a person:
	// no times, no ratings, no order by them.
	Agents  []Agent `json:"agents"`
	Backlog Backlog `json:"backlog"`
}

// Outcomes say what had become of the conversations that began in the span, at its
// end. Each is counted once: in the first of these that is true of it.
type Outcomes struct {
	// Escalated: a person was asked for, by the visitor, a rule or the AI, at least
	// once, whether or not anybody came.
	Escalated int `json:"escalated"`
	// TakenOver: nobody was asked for, and an agent took the conversation.
	TakenOver int `json:"taken_over"`
	// Open: with the AI, and not over. Over is a conversation that is closed, or in
	// which nobody has said anything for an hour (Quiet).
	Open int `json:"open"`
	// Resolved by the AI: over, with at least one answer from the AI and its word as
	// the last; not rated 1 or 2, not marked by an agent as one that needed a person,
	// and not closed by a block.
	Resolved int `json:"resolved"`
	// Left: over without that.
	Left int `json:"left"`
}

// Quiet is how long a conversation with the AI has to be silent at the end of a
// span to count as over before it is closed.
const Quiet = time.Hour

// Day is one day's conversations. Other are those neither resolved by the AI nor
// escalated.
type Day struct {
	Date      string `json:"date"` // 2026-11-16
	Resolved  int    `json:"resolved"`
	Escalated int    `json:"escalated"`
	Other     int    `json:"other"`
}

// Escalations are those that happened in the span, whenever their conversations
// began; one conversation may have several. What became of each is as of the end
// of the span: Claimed, Abandoned, Nobody and Waiting add up to Count.
type Escalations struct {
	Count     int `json:"count"`
	Claimed   int `json:"claimed"`   // an agent took it
	Abandoned int `json:"abandoned"` // the visitor took her wish back, or closed the chat, before that
	Nobody    int `json:"nobody"`    // it went back to the AI, or was closed by time or by an agent, without anybody
	Waiting   int `json:"waiting"`   // it still waits
	// Causes are they by reason and, for restricted topics, by topic; the most
	// frequent first.
	Causes []Cause `json:"causes"`
}

// Cause is why persons were asked for. Wrong are the marks in the span on
// escalations of this cause, which may have happened before it.
type Cause struct {
	Reason string `json:"reason"`
	Topic  string `json:"topic,omitempty"`
	Count  int    `json:"count"`
	Wrong  int    `json:"wrong,omitempty"`
}

// Spread is where the middle of some lengths of time lies, and how bad it gets:
// half are no longer than Median, nine of ten no longer than P90. Both are lengths
// that occurred (nearest rank). With Count 0 they mean nothing.
type Spread struct {
	Count  int     `json:"count"`
	Median Seconds `json:"median_seconds"`
	P90    Seconds `json:"p90_seconds"`
}

// Marks are what agents said of the policy's decisions in the span: escalations
// that were not needed, and lines at which a person was needed and nobody was
// asked. Two marks on the same are one.
type Marks struct {
	Wrong  int `json:"wrong"`
	Missed int `json:"missed"`
}

// Ratings by the number of stars: Stars[0] is how often one was given.
type Ratings struct {
	Stars [5]int `json:"stars"`
}

// Count is how many there are.
func (r Ratings) Count() (n int) {
	for _, s := range r.Stars {
		n += s
	}
	return n
}

// Average is their mean, 0 when there are none.
func (r Ratings) Average() float64 {
	sum, n := 0, r.Count()
	for i, s := range r.Stars {
		sum += (i + 1) * s
	}
	if n == 0 {
		return 0
	}
	return float64(sum) / float64(n)
}

// Agent is what one has done in the span: how often she took a conversation
// herself, and how many lines of hers went to visitors. ID is the platform's.
type Agent struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Claims  int    `json:"claims"`
	Replies int    `json:"replies"`
}

// Backlog is what was open at the end of the span, whenever it began.
type Backlog struct {
	Waiting int     `json:"waiting"` // wait for a person
	Longest Seconds `json:"longest_wait_seconds"`
	People  int     `json:"with_people"` // an agent has them
	Owed    int     `json:"owed"`        // of these: the visitor's last line has no answer
	AI      int     `json:"with_ai"`     // the AI has them, and they are not closed
}

// Empty says that nothing happened that a person would want to read about.
func (n Numbers) Empty() bool {
	return n.Conversations == 0 && n.Lines == 0 && n.Escalations.Count == 0 && n.Marks == (Marks{}) && n.Backlog == (Backlog{}) &&
		n.AIRatings.Count()+n.PeopleRatings.Count() == 0
}
