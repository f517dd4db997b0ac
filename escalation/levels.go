package escalation

// Reasons of a verdict. ReasonButton and ReasonReopened come from the domain;
// the rest from the table of levels.
const (
	ReasonAsked      = "asked"
	ReasonTopic      = "topic"
	ReasonFrustrated = "frustration"
	ReasonPromise    = "promise"
	ReasonUnknown    = "unknown"
	ReasonRepeated   = "repeated"
	ReasonChallenge  = "bot_challenge"
	ReasonRule       = "rule"
	ReasonModelDown  = "model_down"
	ReasonOverBudget = "over_budget"
	ReasonHumanOnly  = "human_only"
	ReasonAIOnly     = "ai_only"
	ReasonButton     = "button"
	ReasonReopened   = "reopened"
)

// The thresholds of frustration. A clear sign is one line at or above
// ClearSign, or several that are together: the line adds to a trend that has
// come to it. Frustration rises when, after a clear sign, another line is at or
// above Rises and the trend is still, or again, at or above ClearSign; an old
// outburst that has faded since lends a mild word nothing.
const (
	ClearSign = 0.4
	Rises     = 0.2
)

// Unanswered is how likely it has to be that the bot cannot answer to count as
// unanswered. It is what the best passage below the floor has always come to: one
// minus the floor of the built-in model.
const Unanswered = 0.64

// What the detectors see in words is certain to them; what a model says is not. A
// restricted topic that is missed costs more than one too many, so as likely as not
// is enough. A visitor who wants a person and is not understood can say it again,
// or press the button; so that nobody is sent to people unasked, the model has to
// be more than half sure. Of frustration it is told the scale of [ClearSign].
const (
	TopicSure = 0.5
	AsksSure  = 0.7
)

// Rows that are named elsewhere.
const (
	rowAsked = "asked"
	rowWants = "model_wants"
)

// row is one line of the table of levels: what is seen, and for each level what
// is done at the first, second, third time; the last step stays. An empty list
// means nothing is done. turn counts the time, 0 for "not seen".
type row struct {
	name   string
	reason string
	turn   func(evidence) int
	steps  map[string][]Act
}

// escalating is a row that brings a person in at once wherever there are people.
func escalating(atAIOnly []Act) map[string][]Act {
	now := []Act{Escalate}
	return map[string][]Act{AIOnly: atAIOnly, Quick: now, Balanced: now, AIFirst: now}
}

// levels is the table. Of the rows that are seen the strongest act wins, and of
// equal ones the first row.
func levels() []row {
	never := []Act{}
	topic := escalating([]Act{Withhold})
	topic[HumanOnly] = []Act{Escalate}
	return []row{
		{name: "topic", reason: ReasonTopic, turn: evidence.topics, steps: topic},
		// Before the model that is down: a draft that is withheld is why.
		{name: "promise", reason: ReasonPromise, turn: once(SignalPromise), steps: escalating([]Act{Withhold})},
		{name: "model_down", reason: ReasonModelDown, turn: once(SignalDown), steps: escalating([]Act{Withhold})},
		{name: "over_budget", reason: ReasonOverBudget, turn: once(SignalBudget), steps: escalating([]Act{Withhold})},
		{name: "human_only", reason: ReasonHumanOnly, turn: func(evidence) int { return 1 }, steps: map[string][]Act{
			HumanOnly: {Escalate},
		}},
		{name: rowAsked, reason: ReasonAsked, turn: evidence.asked, steps: map[string][]Act{
			AIOnly: {Withhold}, Quick: {Escalate}, Balanced: {Escalate}, AIFirst: {Ask, Escalate},
		}},
		// Whether it is a machine is answered truthfully, with an offer the first time.
		{name: "bot_challenge", reason: ReasonChallenge, turn: counted(SignalChallenge), steps: map[string][]Act{
			AIOnly: never, Quick: {Offer, Answer}, Balanced: {Offer, Answer}, AIFirst: {Offer, Answer},
		}},
		{name: "frustration", reason: ReasonFrustrated, turn: evidence.frustrated, steps: map[string][]Act{
			AIOnly: never, Quick: {Escalate}, Balanced: {Offer, Escalate}, AIFirst: {Offer, Escalate},
		}},
		{name: rowWants, reason: ReasonUnknown, turn: once(SignalWants), steps: map[string][]Act{
			AIOnly: never, Quick: {Escalate}, Balanced: {Escalate}, AIFirst: {Offer},
		}},
		{name: "unknown", reason: ReasonUnknown, turn: evidence.unanswered, steps: map[string][]Act{
			AIOnly: never, Quick: {Escalate}, Balanced: {Offer, Escalate}, AIFirst: {Answer, Offer, Escalate},
		}},
		{name: "repeated", reason: ReasonRepeated, turn: evidence.repeated, steps: map[string][]Act{
			AIOnly: never, Quick: {Escalate}, Balanced: {Offer, Escalate}, AIFirst: {Answer, Offer, Escalate},
		}},
	}
}

// step is what the row does at a level for the n-th time.
func (r row) step(level string, n int) (Act, bool) {
	steps := r.steps[level]
	if n < 1 || len(steps) == 0 {
		return Answer, false
	}
	return steps[min(n, len(steps))-1], true
}

// strength orders the acts: a stronger one wins.
var strength = map[Act]int{Answer: 0, Offer: 1, Ask: 2, Withhold: 3, Escalate: 4}
