package escalation

import (
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
)

// evidence is everything a verdict is decided from: the level and the signals
// that are logged with it.
type evidence struct {
	level   string
	signals []conversation.Signal
}

// with returns the signals of that name, also "name:…".
func (e evidence) with(name string) []conversation.Signal {
	var found []conversation.Signal
	for _, s := range e.signals {
		if bears(s, name) {
			found = append(found, s)
		}
	}
	return found
}

func (e evidence) has(name string) bool {
	return slices.ContainsFunc(e.signals, func(s conversation.Signal) bool { return bears(s, name) })
}

// bears: the signal has that name, or is "name:…".
func bears(s conversation.Signal, name string) bool {
	return strings.HasPrefix(s.Name, name) && (len(s.Name) == len(name) || s.Name[len(name)] == ':')
}

// strongest is the signal of that name with the greatest value.
func (e evidence) strongest(name string) conversation.Signal {
	var top conversation.Signal
	for _, s := range e.signals {
		if s.Value > top.Value && bears(s, name) {
			top = s
		}
	}
	return top
}

// telling is the strongest signal of that name, frustration with its trend, as it
// was counted: of the detectors' own when that is enough to count, else of all. So
// what counts without the triage model is not taken for the model's.
func (e evidence) telling(name string, least float64) conversation.Signal {
	if !e.has(name) {
		return conversation.Signal{}
	}
	strongest := func(e evidence) conversation.Signal {
		s := e.strongest(name)
		if name == SignalFrustrated && s.Value > 0 {
			s.Value = max(s.Value, e.strongest(SignalTrend).Value)
		}
		return s
	}
	if !byModel(e.signals) {
		return strongest(e)
	}
	if own := strongest(evidence{signals: ownOnly(e.signals)}); own.Value >= least {
		return own
	}
	s := strongest(e)
	if s.Value > 0 && byModel(e.with(name)) {
		s.By = ByModel
	}
	return s
}

// once: it counts each time as the first.
func once(name string) func(evidence) int {
	return func(e evidence) int { return min(1, len(e.with(name))) }
}

// counted: the first, second, third time since the last hand back.
func counted(name string) func(evidence) int {
	return func(e evidence) int {
		if !e.has(name) {
			return 0
		}
		return 1 + len(e.with(signalBefore+name))
	}
}

// sure returns the signals of that name that are strong enough.
func (e evidence) sure(name string, least float64) []conversation.Signal {
	return slices.DeleteFunc(e.with(name), func(s conversation.Signal) bool { return s.Value < least })
}

func (e evidence) topics() int {
	return min(1, len(e.sure(SignalTopic, TopicSure))+len(e.with(SignalTopicOpen)))
}

// unanswered counts the questions in a row that the bot could not answer.
func (e evidence) unanswered() int {
	if len(e.sure(SignalCannot, Unanswered)) == 0 {
		return 0
	}
	return 1 + len(e.with(signalBefore+SignalCannot))
}

// asked: a person was asked for. When the problem is known, or an offer was
// accepted, there is nothing left to ask for: that counts as asked again. So
// does the problem itself when the bot has asked for it.
func (e evidence) asked() int {
	stated := e.has(SignalStated) || e.has(signalBefore+SignalStated)
	asks := len(e.sure(SignalAsks, AsksSure)) > 0
	switch {
	case e.has(SignalAccepts):
		return 2
	case asks && stated:
		return 2
	case asks:
		return 1 + len(e.sure(signalBefore+SignalAsks, AsksSure))
	case e.has(SignalAwaits) && e.has(SignalStated):
		return 2
	}
	return 0
}

// frustrated counts clear signs, and after one also a rise. At ai_first a sign
// from before the problem was stated is taken up, once, when it is stated.
func (e evidence) frustrated() int {
	now, trend := e.strongest(SignalFrustrated).Value, e.strongest(SignalTrend).Value
	before := e.clear(signalBefore + SignalFrustrated)
	n := len(before)
	if e.level == AIFirst {
		stated, known := e.statedAt()
		if !known {
			return 0
		}
		after := slices.DeleteFunc(before, func(s conversation.Signal) bool { return s.Seq < stated })
		held := min(1, n-len(after))
		if held == 1 && !e.has(signalBefore+SignalStated) {
			return 1
		}
		n = len(after) + held
	}
	// Verdicts of detectors 2 have no trend: with them the line alone decides.
	rises := n > 0 && now >= Rises && (trend == 0 || trend >= ClearSign)
	if now >= ClearSign || rises || e.addsUp() {
		return 1 + n
	}
	return 0
}

// addsUp: no line was a clear sign, and this one makes the trend one. After a
// clear sign it takes a rise, so that what was counted is not counted again.
func (e evidence) addsUp() bool {
	return e.has(SignalFrustrated) && len(e.clear(signalBefore+SignalFrustrated)) == 0 && e.strongest(SignalTrend).Value >= ClearSign
}

func (e evidence) clear(name string) []conversation.Signal {
	return slices.DeleteFunc(e.with(name), func(s conversation.Signal) bool { return s.Value < ClearSign })
}

// statedAt is the line that stated the problem first.
func (e evidence) statedAt() (conversation.Seq, bool) {
	at, known := conversation.Seq(0), false
	for _, s := range append(e.with(signalBefore+SignalStated), e.with(SignalStated)...) {
		if !known || s.Seq < at {
			at, known = s.Seq, true
		}
	}
	return at, known
}

// repeated counts the lines at which she asked the same again or the bot said the
// same again; both at one line are one.
func (e evidence) repeated() int {
	if !e.has(SignalRepeated) && !e.has(SignalLoop) {
		return 0
	}
	return 1 + len(e.with(signalBefore+SignalRepeated)) + len(e.with(signalBefore+SignalLoop))
}

// topicNames lists the restricted topics that were touched or are open, in
// order, without repeats.
func (e evidence) topicNames() []string {
	var names []string
	for _, prefix := range []string{SignalTopic, SignalTopicOpen} {
		for _, s := range e.sure(prefix, TopicSure) {
			_, name, _ := strings.Cut(s.Name, ":")
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// soft are the signals of which the same evidence never counts twice.
var soft = []string{SignalChallenge, SignalFrustrated, SignalCannot, SignalRepeated, SignalLoop, SignalWants}

// unspent drops soft evidence that a verdict on the same line has used already.
func unspent(signals []conversation.Signal, past []conversation.Decided, on conversation.Seq) []conversation.Signal {
	type sender struct{ name, by string }
	spent := map[sender]bool{}
	for i := range past {
		if past[i].On != on {
			continue
		}
		for _, s := range past[i].Signals {
			if !slices.Contains(soft, s.Name) || s.Name == SignalCannot && s.Value < Unanswered {
				continue
			}
			// What the detectors saw, nobody may say again; what the model said
			// does not use up what they see.
			spent[sender{s.Name, ByModel}] = true
			spent[sender{s.Name, s.By}] = true
		}
	}
	return slices.DeleteFunc(signals, func(s conversation.Signal) bool { return spent[sender{s.Name, s.By}] })
}
