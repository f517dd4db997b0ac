package conversation

import "time"

// Bodies about the people who answer: who is asked, who owns, how it ends.

type (
	// Routed says where a waiting conversation goes and whether somebody is on
	// duty. Mention is whom the card's first post mentions: "" for nobody, or
	// the platform's form ("here", a group id). Shown says that the visitor's
	// phase changed by it, Again that this escalation was routed before.
	Routed struct {
		Channel  string    `json:"channel" log:"fact"`
		Priority string    `json:"priority,omitempty" log:"fact"`
		Mention  string    `json:"mention,omitempty" log:"fact"`
		Staffed  bool      `json:"staffed" log:"fact"`
		NextOpen time.Time `json:"next_open,omitzero" log:"fact"`
		Shown    bool      `json:"shown,omitempty" log:"fact"`
		Again    bool      `json:"again,omitempty" log:"fact"`
	}

	// Announced says that the card of this epoch stands in the channel.
	Announced struct {
		Epoch   int    `json:"epoch" log:"fact"`
		Channel string `json:"channel" log:"fact"`
	}

	// Offered asks one agent to take a waiting conversation until a time. Anybody
	// may still claim it; after Until the next one is asked.
	Offered struct {
		Agent Staff     `json:"agent" log:"fact"`
		Until time.Time `json:"until" log:"fact"`
	}

	// Stepped is one step of the ladder handoff.when_nobody. Step counts from 0
	// within one wait. Address is that of an email step; Channel that of an
	// overflow, which comes with a Transferred; Group whom ping_group mentions.
	Stepped struct {
		Step    int    `json:"step" log:"fact"`
		Do      string `json:"do" log:"fact"`
		Channel string `json:"channel,omitempty" log:"fact"`
		Group   string `json:"group,omitempty" log:"fact"`
		Address string `json:"address,omitempty"`
	}

	// Reminded says that the owner was reminded of the visitor's line Of.
	Reminded struct {
		Agent Staff `json:"agent" log:"fact"`
		Of    Seq   `json:"of" log:"fact"`
	}

	// Claimed gives the conversation an owner. How: button, reply, takeover,
	// accept. From is since when the visitor had waited, zero when she did not
	// wait.
	Claimed struct {
		Agent Staff     `json:"agent" log:"fact"`
		How   string    `json:"how" log:"fact"`
		From  time.Time `json:"from,omitzero" log:"fact"`
	}

	// Released puts the conversation back into the queue. Agent is who had it;
	// Why is empty when the owner released it.
	Released struct {
		Agent Staff      `json:"agent" log:"fact"`
		Why   ReleaseWhy `json:"why,omitempty" log:"fact"`
	}

	// Transferred passes the conversation on: to a person (To), or to another
	// channel or a user group, where it waits. Shown says that the visitor's
	// phase or agent changed by it. Why is empty when a person did it. Accept is
	// until when an agent whom the queue has assigned must act. Waited is since when
	// the visitor had waited, zero when she did not or goes on waiting.
	Transferred struct {
		From    Staff       `json:"from,omitzero" log:"fact"`
		To      Staff       `json:"to,omitzero" log:"fact"`
		Channel string      `json:"channel,omitempty" log:"fact"`
		Group   string      `json:"group,omitempty" log:"fact"`
		Shown   bool        `json:"shown,omitempty" log:"fact"`
		Why     TransferWhy `json:"why,omitempty" log:"fact"`
		Accept  time.Time   `json:"accept,omitzero" log:"fact"`
		Waited  time.Time   `json:"waited,omitzero" log:"fact"`
		Note    string      `json:"note,omitempty"`
	}

	// HandedBack gives the conversation back to the bot. Why is empty when an
	// agent did it; nobody else may while a restricted topic is open.
	HandedBack struct {
		Agent       Staff       `json:"agent,omitzero" log:"fact"`
		Why         HandBackWhy `json:"why,omitempty" log:"fact"`
		Instruction string      `json:"instruction,omitempty"`
	}

	// Summarised is what the conversation was about when its card was made, with
	// the line each point comes from. By says who wrote it. It covers the events
	// up to Through.
	Summarised struct {
		Epoch   int       `json:"epoch" log:"fact"`
		Through Seq       `json:"through" log:"fact"`
		By      SummaryBy `json:"by" log:"fact"`
		Text    string    `json:"text"`
		Points  []Point   `json:"points,omitempty"`
	}

	// Undone takes back the act Of, of the kind What: what the conversation was
	// before it, it is again. Agent is who pressed Undo, From who had the
	// conversation until now and To who has it again; Phase is what the visitor
	// sees again.
	Undone struct {
		Of    Seq   `json:"of" log:"fact"`
		Agent Staff `json:"agent" log:"fact"`
		What  Kind  `json:"what,omitempty" log:"fact"`
		From  Staff `json:"from,omitzero" log:"fact"`
		To    Staff `json:"to,omitzero" log:"fact"`
		Phase Phase `json:"phase,omitempty" log:"fact"`
	}

	// Labelled is what an agent sets by hand: the priority and all the tags.
	Labelled struct {
		Agent    Staff    `json:"agent" log:"fact"`
		Priority string   `json:"priority,omitempty" log:"fact"`
		Tags     []string `json:"tags,omitempty" log:"fact"`
	}

	// Misjudged is an agent's word that the escalation of Epoch was not needed. It
	// changes nothing here; it is there for whoever tunes the policy.
	Misjudged struct {
		Agent Staff  `json:"agent" log:"fact"`
		Epoch int    `json:"epoch" log:"fact"`
		Note  string `json:"note,omitempty"`
	}

	// Missed is an agent's word that a person was needed at the visitor's line Of
	// and nobody was asked. Like Misjudged it changes nothing here. Saw is what
	// should have been seen in it, Topic the restricted topic it is about, and
	// Phrase the words that tell; each may be empty.
	Missed struct {
		Agent  Staff   `json:"agent" log:"fact"`
		Of     Seq     `json:"of" log:"fact"`
		Saw    MissSaw `json:"saw,omitempty" log:"fact"`
		Topic  string  `json:"topic,omitempty" log:"fact"`
		Phrase string  `json:"phrase,omitempty"`
		Note   string  `json:"note,omitempty"`
	}

	// Unmarked takes back what an agent said in the event Of, a Misjudged or a
	// Missed: it counts as if it had never been said.
	Unmarked struct {
		Agent Staff `json:"agent" log:"fact"`
		Of    Seq   `json:"of" log:"fact"`
	}

	// Proposed is what a thread proposes as knowledge after the close Of: a question
	// of the visitor's and the answer agents gave to it, out of the lines From, hers
	// first. By says who put it so. Without words there is nothing to keep, and only
	// what agents say of the policy is proposed. Nothing becomes knowledge before an
	// agent approves it, which is Learned.
	Proposed struct {
		Of       Seq       `json:"of" log:"fact"`
		By       SummaryBy `json:"by,omitempty" log:"fact"`
		From     []Seq     `json:"from,omitempty" log:"fact"`
		Question string    `json:"question,omitempty"`
		Answer   string    `json:"answer,omitempty"`
	}

	// Learned is a question and its answer that an agent has approved as knowledge,
	// out of the lines From, after the close Of. Neither names the visitor. It is
	// there for the file of learned answers and changes nothing here.
	Learned struct {
		Agent    Staff  `json:"agent" log:"fact"`
		Of       Seq    `json:"of" log:"fact"`
		From     []Seq  `json:"from,omitempty" log:"fact"`
		Question string `json:"question,omitempty"`
		Answer   string `json:"answer,omitempty"`
	}

	// Blocked keeps the visitor out until a time.
	Blocked struct {
		Agent  Staff     `json:"agent" log:"fact"`
		Until  time.Time `json:"until" log:"fact"`
		Reason string    `json:"reason,omitempty"`
	}

	// Unblocked lets the visitor in again.
	Unblocked struct {
		Agent Staff `json:"agent" log:"fact"`
	}

	// Closed ends the conversation. Owner is who owned it then. Outcome is the
	// agent's word for how it ended. Recap is what was agreed; Told says that the
	// visitor got it as a line.
	Closed struct {
		Reason  CloseReason `json:"reason" log:"fact"`
		Owner   Staff       `json:"owner,omitzero" log:"fact"`
		Outcome string      `json:"outcome,omitempty" log:"fact"`
		Told    bool        `json:"told,omitempty" log:"fact"`
		Note    string      `json:"note,omitempty"`
		Recap   string      `json:"recap,omitempty"`
	}

	// Reopened takes a closed conversation up again, with the bot, or with the
	// agent who reopened it.
	Reopened struct {
		Agent Staff `json:"agent,omitzero" log:"fact"`
	}

	// Verified says that the visitor proved the address given last: she typed the
	// code that was sent there. (Logs of before hold some for a link in a mail.)
	Verified struct{}

	// Mailed says what has become of a mail. For is what it was for and Of the
	// event it is about. Through is the last event that a mail to the visitor
	// covers, zero for the other mails. Notice says that it was the one mail
	// without anybody's words, which is all that an address nobody has proved may
	// get. Why is empty when the mail server has taken it; otherwise nothing has
	// reached anybody, and Code is the server's last answer (550), if it gave one.
	Mailed struct {
		For     MailFor `json:"for,omitempty" log:"fact"`
		Of      Seq     `json:"of,omitempty" log:"fact"`
		Through Seq     `json:"through" log:"fact"`
		Notice  bool    `json:"notice,omitempty" log:"fact"`
		Why     MailWhy `json:"why,omitempty" log:"fact"`
		Code    int     `json:"code,omitempty" log:"fact"`
	}
)

// Point is one fact of a summary and the line it comes from.
type Point struct {
	Text string `json:"text"`
	Seq  Seq    `json:"seq"`
}

// SummaryBy says who wrote a summary, or a proposal.
type SummaryBy string

// The writers: the model, or the lines themselves, cut out.
const (
	ByModel   SummaryBy = "model"
	ByExtract SummaryBy = "extract"
)

// MissSaw is what should have been seen in a line at which a person was missed:
// a signal of the policy, or "" for something else.
type MissSaw string

// What can be missed.
const (
	MissedAsking  MissSaw = "asks_person"
	MissedTopic   MissSaw = "restricted_topic"
	MissedAnger   MissSaw = "frustration"
	MissedUnknown MissSaw = "cannot_answer"
)

// ReleaseWhy says why a conversation went back into the queue.
type ReleaseWhy string

// Why, other than that the owner wanted it.
const (
	ReleasedSilent     ReleaseWhy = "silent"     // the owner did not answer
	ReleasedUnaccepted ReleaseWhy = "unaccepted" // the assigned agent did not act
	ReleasedGone       ReleaseWhy = "gone"       // the owner is no longer an agent
	ReleasedOff        ReleaseWhy = "off_duty"   // the owner went off duty
)

// TransferWhy says who passed a conversation on, when no person did.
type TransferWhy string

// The queue's reasons.
const (
	TransferAssigned TransferWhy = "assigned" // routing.mode: assign
	TransferOverflow TransferWhy = "overflow" // a step of the ladder
)

// HandBackWhy says why the bot has the conversation again, when no agent gave
// it back.
type HandBackWhy string

// The queue's reasons.
const (
	BackNobody HandBackWhy = "nobody" // the ladder's return_to_ai
	BackAway   HandBackWhy = "away"   // handoff.away: ai_continues
)

// MailFor says what a mail is for.
type MailFor string

// The mails.
const (
	MailCode       MailFor = "code"       // the code that proves an address
	MailNotice     MailFor = "notice"     // somebody answered; without anybody's words
	MailReply      MailFor = "reply"      // what agents wrote while she was away
	MailTranscript MailFor = "transcript" // the whole of it, at the close
	MailAsked      MailFor = "asked"      // the whole of it so far, as she asked
	MailTeam       MailFor = "team"       // the ladder's email step
)

// MailWhy says why a mail was not sent.
type MailWhy string

// Why not.
const (
	MailRefused MailWhy = "refused"  // the server will not take it, now or ever
	MailGivenUp MailWhy = "given_up" // the server has put it off for days
	MailLimit   MailWhy = "limit"    // the address, or she, has had enough for today
	MailStopped MailWhy = "stopped"  // whoever has the address wants no mails
)

// CloseReason says who ended a conversation.
type CloseReason string

// The close reasons.
const (
	ClosedByAgent   CloseReason = "agent"
	ClosedByVisitor CloseReason = "visitor"
	ClosedIdle      CloseReason = "idle"
	ClosedByBlock   CloseReason = "blocked"
)

// The outcomes an agent can choose at a close.
const (
	OutcomeSolved   = "solved"
	OutcomeUnsolved = "unsolved"
	OutcomeFollowUp = "follow_up"
	OutcomeSpam     = "spam"
)
