package escalation

import (
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// Act is what a verdict asks the bot to do.
type Act string

// The acts.
const (
	Answer   Act = "answer"
	Offer    Act = "offer"    // offer a person beside, or instead of, the answer
	Ask      Act = "ask"      // ask for the problem, once, before a person is asked
	Withhold Act = "withhold" // drop the draft and say so; nobody is asked
	Escalate Act = conversation.ActEscalate
)

// Line is one line of the conversation since the last hand back. Text is plain.
type Line struct {
	Seq  conversation.Seq
	Role conversation.Role
	Text string
}

// Finding is what the turn knows beside the words. The zero Finding is "the
// model has not been asked yet".
type Finding struct {
	Searched   bool    // the knowledge was searched
	Best       float64 // the best passage's score, 0 to 1
	Floor      float64 // below it the knowledge has no answer
	ToolFailed bool    // a tool that the model called could not be used
	Triage     *Triage // what the triage model says; nil when it was not asked, or said nothing of use
	Wants      string  // the model called request_handoff, with this reason
	ModelDown  bool
	OverBudget bool
	Final      bool // the draft is complete
}

// Situation is everything a verdict is computed from. Lines holds visitor and
// bot lines since State.Chapter, oldest first; the last visitor line is the one
// judged. Draft is the bot's own text so far, empty before the model is asked.
// Past holds the verdicts since State.Chapter, oldest first.
type Situation struct {
	Now     time.Time
	Level   string // the widget key's own level, "" for the policy's
	Locale  string // the visitor's language, for Say; "" is English
	State   conversation.State
	Lines   []Line
	Visitor map[string]any
	// Verified is what a signed token says of the visitor, nil for an anonymous
	// one; Events are the names of what she did on the site last, as [Remember]
	// keeps them.
	Verified map[string]any
	Events   []string
	Page     conversation.Page
	Draft    string
	Finding  Finding
	Past     []conversation.Decided
	// TakenUp says that the line was written before or while the visitor waited
	// for a person, and that the wait is over without one: nobody had time, or she
	// no longer wanted to wait.
	TakenUp bool

	// What the detectors of one judgement share.
	readings map[string]*reading
	unjudged []Line
}

// prepared is the situation with what its detectors share.
func (s Situation) prepared() Situation {
	s.unjudged = s.fresh()
	s.readings = map[string]*reading{}
	return s
}

// Verdict is a decision that explains itself. Rule names what decided:
// "topic/<name>", "rule/<name>", "level/<row of the table>", "" for nothing.
// Signals are what was seen, with places; those named "before:…" are what
// earlier verdicts saw and this one counted. Agents are those who may claim it,
// by user or user group, empty for everybody. Tried lists what was looked at, in
// order; Explain is one line for people. Say is what the visitor is told at an
// escalation, "" for the standard words. Notify asks for one line in Slack
// besides, for each of NotifyRules.
type Verdict struct {
	Act    Act
	Notify bool
	// NotifyRules are the names of the rules that notify, in order.
	NotifyRules []string
	Rule        string
	Reason      string
	Topic       string
	Level       string
	Priority    string
	Channel     string
	Agents      []string
	Say         string
	Tags        []string
	Signals     []conversation.Signal
	Tried       []string
	Policy      string // hash of the policy
	Detectors   string // version of the detectors
	Explain     string
}

// Decided returns the verdict as the event that is logged. on is the judged
// line; draft the withheld text, "" when the visitor's own words decided.
func (v Verdict) Decided(on conversation.Seq, turn, draft string) conversation.Decided {
	return conversation.Decided{
		On: on, Turn: turn, Act: string(v.Act), Rule: v.Rule, Reason: v.Reason, Level: v.Level,
		Topic: v.Topic, Priority: v.Priority, Channel: v.Channel, Tags: v.Tags, Notify: v.Notify, NotifyRules: v.NotifyRules,
		Agents:  v.Agents,
		Signals: v.Signals, Tried: v.Tried, Policy: v.Policy, Detectors: v.Detectors,
		Explain: v.Explain, Draft: draft,
	}
}

// Escalated returns the event that asks for a person because of this verdict.
func (v Verdict) Escalated() conversation.Escalated {
	return conversation.Escalated{
		Reason: v.Reason, Topic: v.Topic, Rule: v.Rule, Level: v.Level, Policy: v.Policy,
		Priority: v.Priority, Channel: v.Channel, Tags: v.Tags, Agents: v.Agents, Explain: v.Explain,
	}
}
