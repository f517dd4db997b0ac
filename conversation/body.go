package conversation

import (
	"encoding/json"
)

// Body is what happened: one small struct per kind. The sum is sealed.
type Body interface{ kind() Kind }

// Kind is the stored name of a body. Names are for ever.
type Kind string

// The kinds.
const (
	KindOpened       Kind = "opened"
	KindPageChanged  Kind = "page_changed"
	KindMessage      Kind = "message"
	KindNote         Kind = "note"
	KindEdited       Kind = "edited"
	KindRetracted    Kind = "retracted"
	KindDecided      Kind = "decided"
	KindAsked        Kind = "asked"
	KindDeclined     Kind = "declined"
	KindEscalated    Kind = "escalated"
	KindRouted       Kind = "routed"
	KindAnnounced    Kind = "announced"
	KindClaimed      Kind = "claimed"
	KindReleased     Kind = "released"
	KindTransferred  Kind = "transferred"
	KindHandedBack   Kind = "handed_back"
	KindCancelled    Kind = "cancelled"
	KindClosed       Kind = "closed"
	KindReopened     Kind = "reopened"
	KindContactGiven Kind = "contact_given"
	KindRated        Kind = "rated"
	KindFeedback     Kind = "feedback"
	KindStopAsked    Kind = "stop_asked"
	KindTurnFailed   Kind = "turn_failed"
	KindOffered      Kind = "offered"
	KindStepped      Kind = "stepped"
	KindReminded     Kind = "reminded"
	KindSummarised   Kind = "summarised"
	KindUndone       Kind = "undone"
	KindBlocked      Kind = "blocked"
	KindUnblocked    Kind = "unblocked"
	KindVerified     Kind = "contact_verified"
	KindMailed       Kind = "mailed"
	KindLabelled     Kind = "labelled"
	KindMisjudged    Kind = "misjudged"
	KindMissed       Kind = "missed"
	KindUnmarked     Kind = "unmarked"
	KindTranslating  Kind = "translating"
	KindTranslated   Kind = "translated"
	KindProposed     Kind = "proposed"
	KindLearned      Kind = "learned"
	KindIdentified   Kind = "identified"
	KindTracked      Kind = "tracked"
	KindCleared      Kind = "cleared"

	KindTranscriptAsked Kind = "transcript_asked"
)

// Page is where the visitor is, without query string and fragment.
type Page struct {
	URL      string `json:"url,omitempty"`
	Title    string `json:"title,omitempty"`
	Referrer string `json:"referrer,omitempty"`
}

// Staff is an agent as the log knows one: the platform's user id and the name
// the visitor sees.
type Staff struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// Citation is a source shown under an answer.
type Citation struct {
	Title string `json:"title"`
	URL   string `json:"url,omitempty"`
	Path  string `json:"path,omitempty"`
}

// Signal is one observation of the policy: a name, a value in [0, 1], and where
// it was seen, as byte offsets [From, To) into the text of the event Seq. Seq 0
// means the withheld draft kept in the same [Decided]. By is who saw it, "" for
// the policy's own detectors.
type Signal struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Seq   Seq     `json:"seq,omitempty"`
	From  int     `json:"from,omitempty"`
	To    int     `json:"to,omitempty"`
	By    string  `json:"by,omitempty"`
}

// File is a file that a line carries, as it is kept by us: ID finds its content,
// Name is safe to show, Type is the media type that its content has, Size is in
// bytes. Width and Height are those of a picture, in pixels.
type File struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
}

// ActEscalate is the act of a [Decided] that asks for a person.
const ActEscalate = "escalate"

type (
	// Opened is the first event of every conversation. Context holds what the
	// site says of the visitor, unverified.
	Opened struct {
		Visitor   string         `json:"visitor" log:"fact"`
		Widget    string         `json:"widget" log:"fact"`
		Reference string         `json:"reference" log:"fact"`
		Test      bool           `json:"test,omitempty" log:"fact"`
		Page      Page           `json:"page,omitzero"`
		Context   map[string]any `json:"context,omitempty"`
		Locale    string         `json:"locale,omitempty"`
	}

	// PageChanged says the visitor moved on, or the site told more.
	PageChanged struct {
		Page    Page           `json:"page,omitzero"`
		Context map[string]any `json:"context,omitempty"`
	}

	// Message is a line everybody sees. Text is plain text, or the Markdown the
	// model wrote; Content is the message tree as JSON, empty for literal text.
	// Turn names the bot's turn; Answer marks a bot line that answers from
	// knowledge; Offer marks one that offers a person; Ask one that asks for
	// the problem; Stopped one that was cut by the visitor. Notice names the
	// catalogue entry of a system line, and Names holds the agents' names in its
	// words, by placeholder.
	Message struct {
		Turn     string            `json:"turn,omitempty" log:"fact"`
		Answer   bool              `json:"answer,omitempty" log:"fact"`
		Offer    bool              `json:"offer,omitempty" log:"fact"`
		Ask      bool              `json:"ask,omitempty" log:"fact"`
		Stopped  bool              `json:"stopped,omitempty" log:"fact"`
		Notice   Notice            `json:"notice,omitempty" log:"fact"`
		ClientID string            `json:"client_id,omitempty" log:"fact"`
		Text     string            `json:"text"`
		Names    map[string]string `json:"names,omitempty"`
		Content  json.RawMessage   `json:"content,omitempty"`
		Sources  []Citation        `json:"sources,omitempty"`
		// Moved marks an agent's line that was written in another conversation's
		// thread: it stands nowhere in this one yet.
		Moved bool `json:"moved,omitempty" log:"fact"`
		// Original is what an agent wrote, when Text is a machine's translation of it.
		// It never reaches the visitor.
		Original string `json:"original,omitempty"`
		// Files are what it carries. A line with files may be without text.
		Files []File `json:"files,omitempty"`
	}

	// Note is an agent's line that stays inside. It never reaches the visitor.
	// Files are the platform's ids of what it carries there.
	Note struct {
		Text    string          `json:"text"`
		Content json.RawMessage `json:"content,omitempty"`
		Files   []string        `json:"files,omitempty"`
	}

	// Edited replaces the text of event Of. Inside says that Of is a note. Dropped
	// are files that it no longer carries. Original is as in [Message].
	Edited struct {
		Of      Seq             `json:"of" log:"fact"`
		Inside  bool            `json:"inside,omitempty" log:"fact"`
		Text    string          `json:"text"`
		Content json.RawMessage `json:"content,omitempty"`

		Original string `json:"original,omitempty"`

		Dropped []string `json:"dropped,omitempty" log:"fact"`
	}

	// Retracted takes event Of back. Inside says that Of is a note. Unseen says
	// that it was taken back at once and the visitor had not seen it: it leaves
	// no trace on her screen. MovedTo is where it was said instead, "" for nowhere.
	Retracted struct {
		Of      Seq  `json:"of" log:"fact"`
		Inside  bool `json:"inside,omitempty" log:"fact"`
		Unseen  bool `json:"unseen,omitempty" log:"fact"`
		MovedTo ID   `json:"moved_to,omitempty" log:"fact"`
	}

	// Decided is a verdict of the policy with what it was computed from, so that
	// policy × signals gives the same verdict again. On is the visitor's line it
	// judged, 0 for the button's, which judges none. Draft is the withheld text when
	// the bot's own words tripped it.
	Decided struct {
		On       Seq      `json:"on" log:"fact"`
		Turn     string   `json:"turn,omitempty" log:"fact"`
		Act      string   `json:"act" log:"fact"`
		Rule     string   `json:"rule" log:"fact"`
		Reason   string   `json:"reason,omitempty" log:"fact"`
		Level    string   `json:"level" log:"fact"`
		Topic    string   `json:"topic,omitempty" log:"fact"`
		Priority string   `json:"priority,omitempty" log:"fact"`
		Channel  string   `json:"channel,omitempty" log:"fact"`
		Tags     []string `json:"tags,omitempty" log:"fact"`
		Notify   bool     `json:"notify,omitempty" log:"fact"`
		// NotifyRules are the rules for which Slack gets a line; nil in a log of before
		// they were named.
		NotifyRules []string `json:"notify_rules,omitempty" log:"fact"`
		Agents      []string `json:"agents,omitempty" log:"fact"`
		Signals     []Signal `json:"signals,omitempty" log:"fact"`
		Tried       []string `json:"tried,omitempty" log:"fact"`
		Policy      string   `json:"policy" log:"fact"`
		Detectors   string   `json:"detectors" log:"fact"`
		Explain     string   `json:"explain,omitempty"`
		Draft       string   `json:"draft,omitempty"`
		// Shadow is what a policy that is only tried out decided on the same
		// situation; nil when there was none. ShadowExplain is its explanation.
		Shadow        *ShadowVerdict `json:"shadow,omitempty" log:"fact"`
		ShadowExplain string         `json:"shadow_explain,omitempty"`
	}

	// Asked says that the visitor asked for a person: in words, by the button,
	// or by accepting an offer.
	Asked struct {
		How string `json:"how" log:"fact"`
	}

	// Declined says that the visitor turned an offer down.
	Declined struct{}

	// Escalated asks for a person. Reason is a code of the policy ("asked",
	// "topic", "unknown", …). Fields are the answers to the site's own form.
	Escalated struct {
		Reason   string   `json:"reason" log:"fact"`
		Topic    string   `json:"topic,omitempty" log:"fact"`
		Rule     string   `json:"rule,omitempty" log:"fact"`
		Level    string   `json:"level,omitempty" log:"fact"`
		Policy   string   `json:"policy,omitempty" log:"fact"`
		Decided  Seq      `json:"decided,omitempty" log:"fact"`
		Priority string   `json:"priority,omitempty" log:"fact"`
		Channel  string   `json:"channel,omitempty" log:"fact"`
		Tags     []string `json:"tags,omitempty" log:"fact"`
		Quiet    bool     `json:"quiet,omitempty" log:"fact"`
		// Agents are those who may claim it, by user or user group; empty for
		// every agent.
		Agents  []string          `json:"agents,omitempty" log:"fact"`
		Explain string            `json:"explain,omitempty"`
		Fields  map[string]string `json:"fields,omitempty"`
	}

	// Cancelled says that the visitor no longer waits for a person.
	Cancelled struct{}

	// ContactGiven is how the visitor can be reached, unverified.
	ContactGiven struct {
		Mail    bool   `json:"mail,omitempty" log:"fact"`
		Name    string `json:"name,omitempty"`
		Email   string `json:"email,omitempty"`
		Phone   string `json:"phone,omitempty"`
		Message string `json:"message,omitempty"`
	}

	// Rated is the visitor's rating, 1 to 5.
	Rated struct {
		Score   int    `json:"score" log:"fact"`
		Comment string `json:"comment,omitempty"`
	}

	// Feedback is the visitor's thumb on one answer.
	Feedback struct {
		Of Seq  `json:"of" log:"fact"`
		Up bool `json:"up" log:"fact"`
	}

	// StopAsked says that the visitor wants the running turn to end.
	StopAsked struct{}

	// TurnFailed says that the model could not finish a turn. Cause is a code.
	TurnFailed struct {
		Turn    string `json:"turn" log:"fact"`
		On      Seq    `json:"on" log:"fact"`
		Cause   string `json:"cause" log:"fact"`
		Attempt int    `json:"attempt" log:"fact"`
	}
)

func (Opened) kind() Kind       { return KindOpened }
func (PageChanged) kind() Kind  { return KindPageChanged }
func (Message) kind() Kind      { return KindMessage }
func (Note) kind() Kind         { return KindNote }
func (Edited) kind() Kind       { return KindEdited }
func (Retracted) kind() Kind    { return KindRetracted }
func (Decided) kind() Kind      { return KindDecided }
func (Asked) kind() Kind        { return KindAsked }
func (Declined) kind() Kind     { return KindDeclined }
func (Escalated) kind() Kind    { return KindEscalated }
func (Routed) kind() Kind       { return KindRouted }
func (Announced) kind() Kind    { return KindAnnounced }
func (Claimed) kind() Kind      { return KindClaimed }
func (Released) kind() Kind     { return KindReleased }
func (Transferred) kind() Kind  { return KindTransferred }
func (HandedBack) kind() Kind   { return KindHandedBack }
func (Cancelled) kind() Kind    { return KindCancelled }
func (Closed) kind() Kind       { return KindClosed }
func (Reopened) kind() Kind     { return KindReopened }
func (ContactGiven) kind() Kind { return KindContactGiven }
func (Rated) kind() Kind        { return KindRated }
func (Feedback) kind() Kind     { return KindFeedback }
func (StopAsked) kind() Kind    { return KindStopAsked }
func (TurnFailed) kind() Kind   { return KindTurnFailed }
func (Offered) kind() Kind      { return KindOffered }
func (Stepped) kind() Kind      { return KindStepped }
func (Reminded) kind() Kind     { return KindReminded }
func (Summarised) kind() Kind   { return KindSummarised }
func (Undone) kind() Kind       { return KindUndone }
func (Blocked) kind() Kind      { return KindBlocked }
func (Unblocked) kind() Kind    { return KindUnblocked }
func (Verified) kind() Kind     { return KindVerified }
func (Mailed) kind() Kind       { return KindMailed }
func (Labelled) kind() Kind     { return KindLabelled }
func (Misjudged) kind() Kind    { return KindMisjudged }
func (Missed) kind() Kind       { return KindMissed }
func (Unmarked) kind() Kind     { return KindUnmarked }
func (Proposed) kind() Kind     { return KindProposed }
func (Learned) kind() Kind      { return KindLearned }
