package eval

import (
	"slices"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
)

// fromMarks is the Source of utterances that agents have labelled by a mark.
const fromMarks = "marks"

// labelled is what an agent's word about a decision says of one detector: that it had
// to see something in the line, or that it must not. It is false when no agent has
// said anything, or what was said is about no detector of words: the AI could not
// help, a rule held, the button was pressed.
//
// An escalation that was not needed is a line in which the detector that asked for a
// person must see nothing; one that was missed is a line in which the detector had to
// see what the agent says.
func (t turn) labelled() (Utterance, bool) {
	u := Utterance{ID: t.name, Source: fromMarks, Phrase: t.telling}
	label := 0
	switch t.says {
	case missed:
		label = 1
		u.Text, u.Detector = t.lineAt(t.decided.On), string(t.saw)
	case wrongly:
		u.Phrase = t.phrase()
		u.Text, u.Detector = t.wronglySeen(&u)
	}
	switch {
	case !slices.Contains(Detectors(), u.Detector) || u.Text == "" && u.Draft == "":
		return u, false
	case u.Detector == escalation.SignalTopic && label == 1:
		u.Topic = t.topic
	case u.Detector == escalation.SignalTopic:
		u.Topic = NoTopic
	default:
		u.Label = &label
	}
	return u, u.Detector != escalation.SignalTopic || u.Topic != ""
}

// wronglySeen is the line in which something asked for a person in vain, and the
// detector that saw it. What stood in the bot's draft, or was said before, is put
// into the utterance.
func (t turn) wronglySeen(u *Utterance) (text, detector string) {
	if t.decided.Reason == escalation.ReasonPromise {
		u.Draft = t.situation.Draft
		return "", escalation.SignalPromise
	}
	name := signalOf(t.decided)
	at := slices.IndexFunc(t.decided.Signals, func(s conversation.Signal) bool { return s.Name == name && s.By == "" })
	if name == "" || at < 0 {
		return "", ""
	}
	seq := t.decided.Signals[at].Seq
	if detector = name; t.decided.Reason == escalation.ReasonTopic {
		detector = escalation.SignalTopic
	}
	if seq == 0 {
		u.Draft = t.situation.Draft
		return "", detector
	}
	if detector == escalation.SignalRepeated {
		for _, l := range t.situation.Lines {
			if l.Role == conversation.Visitor && l.Seq < seq {
				u.Previous = l.Text
			}
		}
	}
	return t.lineAt(seq), detector
}

// lineAt is a line as it read when it was judged.
func (t turn) lineAt(seq conversation.Seq) string {
	for _, l := range t.situation.Lines {
		if l.Seq == seq {
			return l.Text
		}
	}
	return ""
}

// judgeMarks judges what agents have labelled, as the same lines of a file would be,
// and adds what came of it to the report.
func (r *Report) judgeMarks(labelled []marked, by Side) {
	outcomes := map[string][]Outcome{}
	for _, m := range labelled {
		outcomes[m.line.Detector] = append(outcomes[m.line.Detector], Judge(by.Policy, by.Level(m.widget), m.line))
		r.Recorded.Labelled = append(r.Recorded.Labelled, m.line)
	}
	for _, name := range Detectors() {
		if own := outcomes[name]; len(own) > 0 {
			r.Sections = append(r.Sections, section(name, own))
		}
	}
}

// marked is a labelled line, and the widget key whose level holds for it.
type marked struct {
	line   Utterance
	widget string
}
