package escalation

import (
	"slices"

	"github.com/handoff-bot/handoff/conversation"
)

// DetectorsVersion changes whenever a detector would see something else in the
// same words.
const DetectorsVersion = "3"

// Detector looks at a situation and says what it sees. It is pure. Each has its
// own file and its line in [detectors].
type Detector interface {
	// Name is the name of its signals, in snake_case.
	Name() string
	// Detect returns signals with a strength in (0, 1] and a place; none when
	// there is nothing to see.
	Detect(Situation) []conversation.Signal
}

// The signals.
const (
	SignalAsks       = "asks_person"
	SignalAccepts    = "accepts_offer"
	SignalChallenge  = "bot_challenge"
	SignalTopic      = "restricted_topic" // "restricted_topic:<name>"
	SignalFrustrated = "frustration"
	SignalTrend      = "frustration_trend" // over her lines since the last hand back
	SignalSatisfied  = "satisfied"
	SignalCannot     = "cannot_answer" // one number; the next four are its parts
	SignalNoPassage  = "no_passage"    // no passage fits what was asked
	SignalSaysUnsure = "says_unsure"   // the finished draft says that it does not know
	SignalToolFailed = "tool_failed"   // a tool that the model called could not be used
	SignalDoubts     = "model_doubts"  // the triage model doubts that it can be answered
	SignalLanguage   = "language"      // "language:<code>": what she writes in, by the triage model
	SignalRepeated   = "repeated_question"
	SignalLoop       = "bot_repeats" // the bot says what it has said before
	SignalStated     = "problem_stated"
	SignalSmallTalk  = "small_talk"
	SignalPromise    = "promise" // "promise:<kind>": the draft promises what only staff may decide
	SignalWants      = "model_wants"
	SignalDown       = "model_down"
	SignalBudget     = "over_budget"
	SignalTopicOpen  = "topic_open"     // "topic_open:<name>"
	SignalTakenUp    = "taken_up"       // the wait for a person is over, the line is still open
	SignalPressed    = "pressed"        // the button; 1
	SignalEarly      = "too_early"      // human_button.strict refuses it still
	SignalAwaits     = "awaits_problem" // the bot asked for the problem and has not heard it
	SignalRule       = "rule"           // "rule:<name>": the condition holds
	signalBefore     = "before:"        // "before:<signal>": counted at an earlier verdict
)

// detectors is the table: what looks, in this order.
func detectors(c Config, language []*language) []Detector {
	asks, words := asksDetector{language}, newTempers(language)
	return []Detector{
		newTopicDetector(c.RestrictedTopics, language),
		asks,
		acceptsDetector{language},
		frustrationDetector{language, words},
		satisfiedDetector{language},
		newRepeatedDetector(asks, words),
		loopDetector{asks},
		unknownDetector{asks},
		statedDetector{language, words},
		smallTalkDetector{language},
		promiseDetector{promising()},
	}
}

// fresh returns the visitor's lines that no verdict has judged yet, and always
// the last one.
func (s Situation) fresh() []Line {
	if s.unjudged != nil {
		return s.unjudged
	}
	var judged conversation.Seq
	for i := range s.Past {
		judged = max(judged, s.Past[i].On)
	}
	on := s.judged()
	var lines []Line
	for _, l := range slices.Backward(s.Lines) {
		if l.Seq <= judged && l.Seq < on.Seq {
			break // the lines are in order
		}
		if l.Role == conversation.Visitor && l.Seq <= on.Seq {
			lines = append(lines, l)
		}
	}
	slices.Reverse(lines)
	return lines
}

// judged is the last line of the visitor, the zero Line when there is none. A
// line without words, such as a file alone, is not among the Lines but is in the
// State.
func (s Situation) judged() Line {
	var last Line
	for i := len(s.Lines) - 1; i >= 0 && last.Seq == 0; i-- {
		if s.Lines[i].Role == conversation.Visitor {
			last = s.Lines[i]
		}
	}
	if s.State.LastVisitor.Seq > last.Seq {
		return Line{Seq: s.State.LastVisitor.Seq, Role: conversation.Visitor}
	}
	return last
}
