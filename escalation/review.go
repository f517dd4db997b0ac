package escalation

import (
	"slices"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
)

// Review decides a logged verdict anew from the words: what would this policy
// have made of that line? s is the situation of then, with the draft; without one
// what was seen in it is taken from the log. The lines are read again by this
// policy's detectors and the rules are looked at again. What was not in words is
// taken from the log: what the knowledge had, what the model said of itself, an
// open topic, a pressed button. What came before in the conversation stays as it
// was decided then.
//
// [Replay] answers a narrower question, what the table and the rules make of the
// same signals: a phrase that is new in this policy changes nothing there. With
// the policy of the verdict, and while the words still stand, both give the same.
func (p *Policy) Review(s Situation, d conversation.Decided) Verdict {
	s = s.prepared()
	var seen, known []conversation.Signal
	for _, detector := range p.detectors {
		for _, signal := range detector.Detect(s) {
			if !ofTheKnowledge(signal) {
				seen = append(seen, signal)
			}
		}
	}
	read := evidence{signals: slices.Concat(seen, found(s, 0))}
	for _, signal := range d.Signals {
		if signal.By == ByModel && p.knows(signal) || signal.By == "" && unread(signal, s) && !read.has(signal.Name) {
			known = append(known, signal)
		}
	}
	v := p.conclude(s, seen, known)
	if agrees(v, d) {
		v.Explain = d.Explain // it may quote what the log does not hold
	}
	return v
}

// unread: a signal that reading the words again does not find, because it was not
// in words, or in a draft that nobody has. Words have a place. A missing answer
// points to its question, but what the knowledge had is not in it.
func unread(signal conversation.Signal, s Situation) bool {
	switch {
	case strings.HasPrefix(signal.Name, signalBefore), strings.HasPrefix(signal.Name, SignalRule+":"):
		return false
	case signal.Seq == 0 && s.Draft == "":
		return true
	}
	return ofTheKnowledge(signal) || signal.From == signal.To
}

// ofTheKnowledge: the number of a missing answer, or a part of it.
func ofTheKnowledge(s conversation.Signal) bool {
	switch s.Name {
	case SignalCannot, SignalNoPassage, SignalSaysUnsure, SignalToolFailed, SignalDoubts:
		return true
	}
	return false
}

// knows: what the triage model said of the line, unless it is of a topic that this
// policy does not have. What the past and the rules make of it is found again.
func (p *Policy) knows(s conversation.Signal) bool {
	if strings.HasPrefix(s.Name, signalBefore) || strings.HasPrefix(s.Name, SignalRule+":") {
		return false
	}
	name, isTopic := strings.CutPrefix(s.Name, SignalTopic+":")
	_, known := p.topics[name]
	return !isTopic || known
}

func agrees(v Verdict, d conversation.Decided) bool {
	return string(v.Act) == d.Act && v.Rule == d.Rule && v.Reason == d.Reason && v.Topic == d.Topic
}
