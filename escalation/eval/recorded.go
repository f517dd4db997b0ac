package eval

import (
	"cmp"
	"slices"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
)

// Escalations in place of a detector is about recorded ones. An escalation that
// no agent has called wrong counts as right; a line at which an agent says that a
// person was needed counts as one to be seen.
const Escalations = "escalation"

// Side is a policy with the levels that widget keys have beside it.
type Side struct {
	Policy *escalation.Policy
	Level  func(widget string) string
	By     string // the file's name
}

func (s Side) review(t turn) escalation.Verdict {
	t.situation.Level = s.Level(t.widget)
	return s.Policy.Review(t.situation, t.decided)
}

// Recorded is what the policy makes of recorded decisions. Own counts those that
// this very policy made with these detectors, Replayed those of them that come
// out the same from their logged signals, which should be all. Since is what the
// policy, reading the words again, decides otherwise than it was decided then.
type Recorded struct {
	Conversations int       `json:"conversations"`
	Decisions     int       `json:"decisions"`
	Own           int       `json:"own"`
	Replayed      int       `json:"replayed"`
	Unlike        []Change  `json:"replayed_otherwise,omitempty"`
	Since         *Changes  `json:"since"`
	Said          []Opinion `json:"said_by_agents,omitempty"`
	Blamed        []Blame   `json:"blamed,omitempty"` // by which words people were asked in vain
	Unmatched     int       `json:"said_of_no_decision,omitempty"`
	// Labelled is what they say of single detectors, as lines of a file.
	Labelled []Utterance `json:"labelled,omitempty"`
}

// Opinion is an agent's word about a decision, and whether the policy as it is
// now decides as the agent says.
type Opinion struct {
	Name   string `json:"name"`
	Text   string `json:"text"`
	Says   string `json:"says"`
	Saw    string `json:"saw,omitempty"` // what should have been seen
	Topic  string `json:"topic,omitempty"`
	Note   string `json:"note,omitempty"`
	Rule   string `json:"rule,omitempty"`
	Phrase string `json:"phrase,omitempty"`
	Was    Ruling `json:"was"`
	Now    Ruling `json:"now"`
	Agrees bool   `json:"agrees"`
}

// Recall judges recordings by a side, and adds what came of it to the report,
// with what another side and the near misses were asked for. seen is called after
// each recording.
func (r *Report) Recall(recordings []Recording, by Side, other *Side, seen func()) {
	rec := &Recorded{Since: NewChanges(by.Policy, by.By)}
	section := Section{Detector: Escalations, By: map[string][]Group{}}
	counts := map[string]map[string]*Count{}
	var labels []marked
	if other != nil {
		r.Changes = NewChanges(other.Policy, other.By)
	}
	for _, one := range recordings {
		turns, unmatched := one.turns()
		rec.Conversations++
		rec.Unmatched += unmatched
		for _, t := range turns {
			v := by.review(t)
			rec.turn(t, v, by)
			if other != nil {
				r.Changes.Add(Change{Name: t.name, Text: t.text, Was: RulingOf(v), Becomes: RulingOf(other.review(t))})
			}
			if r.Near != nil {
				r.Near.Add(t.name, t.text, t.decided.Act, slices.Concat(by.Policy.Measure(t.situation), t.unanswered()))
			}
			section.count(t, v, counts)
			if u, ok := t.labelled(); ok {
				labels = append(labels, marked{u, t.widget})
			}
		}
		seen()
	}
	rec.Since.Sorted()
	rec.worstFirst()
	r.Changes.Sorted()
	r.Near.Sorted()
	for column, groups := range counts {
		if list := sorted(groups); len(list) <= maxValues {
			section.By[column] = list
		}
	}
	r.Recorded = rec
	if section.All.Lines > 0 {
		r.Sections = append(r.Sections, section)
	}
	r.judgeMarks(labels, by)
}

func (rec *Recorded) turn(t turn, v escalation.Verdict, by Side) {
	rec.Decisions++
	rec.blame(t)
	was := ruled(t.decided)
	rec.Since.Add(Change{Name: t.name, Text: t.text, Was: was, Becomes: RulingOf(v)})
	if t.decided.Policy == by.Policy.Hash() && t.decided.Detectors == escalation.DetectorsVersion {
		rec.Own++
		again := Change{Name: t.name, Text: t.text, Was: was, Becomes: RulingOf(escalation.Replay(by.Policy, t.decided))}
		if again.title() == "" {
			rec.Replayed++
		} else {
			rec.Unlike = append(rec.Unlike, again)
		}
	}
	if t.says != "" {
		rec.Said = append(rec.Said, Opinion{
			Name: t.name, Text: t.text, Says: t.says, Saw: string(t.saw), Topic: t.topic, Note: t.note,
			Rule: t.decided.Rule, Phrase: cmp.Or(t.telling, t.phrase()), Was: was, Now: RulingOf(v),
			Agrees: (v.Act == escalation.Escalate) == (t.says == missed),
		})
	}
}

// count holds an escalation, or a missed one, against what agents say.
func (s *Section) count(t turn, v escalation.Verdict, counts map[string]map[string]*Count) {
	escalated := t.decided.Act == conversation.ActEscalate
	if !escalated && t.says != missed {
		return
	}
	seen, there := v.Act == escalation.Escalate, t.says != wrongly
	s.All.add(seen, there)
	for column, value := range map[string]string{
		ByRule: cmp.Or(t.decided.Rule, "none"), ByPhrase: t.phrase(), ByTopic: t.decided.Topic,
	} {
		if value == "" {
			continue
		}
		if counts[column] == nil {
			counts[column] = map[string]*Count{}
		}
		if counts[column][value] == nil {
			counts[column][value] = &Count{}
		}
		counts[column][value].add(seen, there)
	}
	if seen != there {
		s.Wrong = append(s.Wrong, Mistake{Name: t.name, Text: t.text, Seen: seen, Why: v.Explain})
	}
}

// unanswered is how likely it was that the bot cannot answer, as it was logged:
// what the knowledge had then is not known any more.
func (t turn) unanswered() []escalation.Measured {
	most := escalation.Measured{Threshold: escalation.Unanswered}
	for _, s := range t.decided.Signals {
		if s.Name == escalation.SignalCannot && s.Value > most.Value {
			most.Signal = s
		}
	}
	if most.Value == 0 {
		return nil
	}
	return []escalation.Measured{most}
}

// Blame is a rule and the words it saw: how often people were asked because of
// them, and how often agents say that nobody was needed.
type Blame struct {
	Rule      string  `json:"rule"`
	Phrase    string  `json:"phrase,omitempty"`
	Escalated int     `json:"escalated"`
	Wrong     int     `json:"wrong"`
	Precision float64 `json:"precision"`
}

// blame counts an escalation as it was made then.
func (rec *Recorded) blame(t turn) {
	if t.decided.Act != conversation.ActEscalate {
		return
	}
	phrase := t.phrase()
	at := slices.IndexFunc(rec.Blamed, func(b Blame) bool { return b.Rule == t.decided.Rule && b.Phrase == phrase })
	if at < 0 {
		at = len(rec.Blamed)
		rec.Blamed = append(rec.Blamed, Blame{Rule: t.decided.Rule, Phrase: phrase})
	}
	b := &rec.Blamed[at]
	b.Escalated++
	if t.says == wrongly {
		b.Wrong++
	}
	b.Precision = share(b.Escalated-b.Wrong, b.Escalated)
}

// worstFirst keeps what agents have blamed, the most often wrong first.
func (rec *Recorded) worstFirst() {
	rec.Blamed = slices.DeleteFunc(rec.Blamed, func(b Blame) bool { return b.Wrong == 0 })
	slices.SortStableFunc(rec.Blamed, func(a, b Blame) int { return b.Wrong - a.Wrong })
}
