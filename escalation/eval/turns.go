package eval

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
)

// turn is one decision of a recording with the situation it was made in, and
// what agents have said of it.
type turn struct {
	name      string // H-4F2K, line 5
	widget    string
	at        conversation.Seq // where the decision stands
	decided   conversation.Decided
	situation escalation.Situation
	text      string // the line that was judged
	epoch     int    // the escalation that came of it, 0 for none
	says      string // what agents say: wrongly, missed, or nothing
	note      string
	// What an agent says was missed: the signal, its topic, and the words that tell.
	saw     conversation.MissSaw
	topic   string
	telling string
}

// What agents say of a decision.
const (
	wrongly = "no person was needed"
	missed  = "a person was needed"
)

// playback follows a recording as the bot followed the conversation.
type playback struct {
	state     conversation.State
	lines     []escalation.Line
	decisions []conversation.Decided
	at        []conversation.Seq // of decisions
	visitor   map[string]any
	verified  map[string]any
	events    []string
	page      conversation.Page
	locale    string
	turns     []turn
	unmatched int
}

// turns returns the decisions of a recording. unmatched is how many words of
// agents fit none of them.
func (r Recording) turns() (list []turn, unmatched int) {
	p := playback{visitor: map[string]any{}}
	back := takenBack(r.Events)
	for i, e := range r.Events {
		if !back[e.Seq] {
			p.hear(e, r.Events[i+1:])
		}
		p.state = p.state.Apply(e)
	}
	return p.turns, p.unmatched
}

// takenBack are the events that an agent has taken back later.
func takenBack(events []conversation.Event) map[conversation.Seq]bool {
	out := map[conversation.Seq]bool{}
	for _, e := range events {
		if b, ok := e.Body.(conversation.Unmarked); ok {
			out[b.Of] = true
		}
	}
	return out
}

func (p *playback) hear(e conversation.Event, rest []conversation.Event) {
	switch b := e.Body.(type) {
	case conversation.Opened:
		p.page, p.locale = b.Page, b.Locale
		maps.Copy(p.visitor, b.Context)
	case conversation.PageChanged:
		if b.Page.URL != "" {
			p.page = b.Page
		}
		maps.Copy(p.visitor, b.Context)
	case conversation.Identified:
		p.verified = b.Claims()
	case conversation.Tracked:
		p.events = escalation.Remember(p.events, b.Name)
	case conversation.Message:
		p.lines = append(p.lines, escalation.Line{Seq: e.Seq, Role: e.Author.Role, Text: b.Text})
	case conversation.Edited:
		p.reword(b.Of, b.Text)
	case conversation.Retracted:
		p.reword(b.Of, "")
	case conversation.Decided:
		t := p.turn(b, rest)
		t.at = e.Seq
		p.turns = append(p.turns, t)
		p.decisions, p.at = append(p.decisions, b), append(p.at, e.Seq)
	case conversation.Escalated:
		if n := len(p.turns); n > 0 && p.turns[n-1].decided.Act == conversation.ActEscalate && p.turns[n-1].epoch == 0 {
			p.turns[n-1].epoch = p.state.Apply(e).Epoch
		}
	case conversation.Misjudged:
		p.say(turn{says: wrongly, note: b.Note}, func(t turn) bool { return t.epoch == b.Epoch && b.Epoch > 0 })
	case conversation.Missed:
		said := turn{says: missed, note: b.Note, saw: b.Saw, topic: b.Topic, telling: b.Phrase}
		p.say(said, func(t turn) bool { return t.decided.On == b.Of && t.decided.Act != conversation.ActEscalate })
	default:
		// The other kinds are only folded.
	}
}

func (p *playback) reword(of conversation.Seq, text string) {
	for i := range p.lines {
		if p.lines[i].Seq == of {
			p.lines = slices.Clone(p.lines) // what was judged before keeps its words
			p.lines[i].Text = text
		}
	}
}

// say marks the last turn that an agent's word is about with what she says.
func (p *playback) say(said turn, about func(turn) bool) {
	for i := len(p.turns) - 1; i >= 0; i-- {
		if t := &p.turns[i]; about(*t) {
			t.says, t.note, t.saw, t.topic, t.telling = said.says, said.note, said.saw, said.topic, said.telling
			return
		}
	}
	p.unmatched++
}

// turn is a decision with its situation. rest is what follows it: the answer
// that the policy looked at stands there.
func (p *playback) turn(d conversation.Decided, rest []conversation.Event) turn {
	s := escalation.Situation{State: p.state, Visitor: maps.Clone(p.visitor), Verified: p.verified, Events: p.events, Page: p.page, Locale: p.locale, Draft: d.Draft}
	if d.On > 0 {
		s.State.LastVisitor.Seq = min(s.State.LastVisitor.Seq, d.On)
	}
	t := turn{widget: p.state.Widget, decided: d}
	for _, l := range p.lines {
		later := l.Role == conversation.Visitor && d.On > 0 && l.Seq > d.On
		if l.Seq <= p.state.Chapter() || l.Text == "" || later || l.Role != conversation.Visitor && l.Role != conversation.Bot {
			continue
		}
		s.Lines = append(s.Lines, l)
		if l.Role == conversation.Visitor {
			t.text = l.Text
		}
	}
	for i, past := range p.decisions {
		if p.at[i] > p.state.Chapter() {
			s.Past = append(s.Past, past)
		}
	}
	if s.Draft == "" && d.Turn != "" {
		s.Draft = answerOf(d.Turn, rest)
	}
	s.Finding.Final = s.Draft != ""
	t.situation = s
	t.name = fmt.Sprintf("%s, line %d", cmp.Or(p.state.Reference, string(p.state.ID)), d.On)
	if d.On == 0 {
		t.name = cmp.Or(p.state.Reference, string(p.state.ID)) + ", the button"
	}
	return t
}

// answerOf is the answer that a turn ended with, "" for none.
func answerOf(id string, rest []conversation.Event) string {
	for _, e := range rest {
		switch b := e.Body.(type) {
		case conversation.Message:
			if b.Turn == id && b.Answer {
				return b.Text
			}
		case conversation.Decided:
			return ""
		default:
		}
	}
	return ""
}

// phrase is the words by which a decision was made, in small letters, "" when it
// was not made by words.
func (t turn) phrase() string {
	for _, s := range t.decided.Signals {
		if name := signalOf(t.decided); name == "" || s.Name != name {
			continue
		}
		text := t.situation.Draft
		for _, l := range t.situation.Lines {
			if l.Seq == s.Seq {
				text = l.Text
			}
		}
		if s.From >= 0 && s.To <= len(text) && s.From < s.To {
			return lower(text[s.From:s.To])
		}
	}
	return ""
}

// signalOf is the signal that a decision rests on.
func signalOf(d conversation.Decided) string {
	switch d.Reason {
	case escalation.ReasonTopic:
		return escalation.SignalTopic + ":" + d.Topic
	case escalation.ReasonAsked:
		return escalation.SignalAsks
	case escalation.ReasonFrustrated:
		return escalation.SignalFrustrated
	case escalation.ReasonUnknown:
		return escalation.SignalCannot
	case escalation.ReasonRepeated:
		return escalation.SignalRepeated
	case escalation.ReasonChallenge:
		return escalation.SignalChallenge
	}
	return ""
}
