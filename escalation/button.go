package escalation

import (
	"strings"

	"github.com/handoff-bot/handoff/conversation"
)

// Button is what pressing "Talk to a person" comes to. Without Nobody and Early
// people are asked: Verdict and what it escalates to are appended, and Say, when
// it is not empty, takes the place of the standard words. With them nothing is
// appended; Verdict says why.
type Button struct {
	Verdict   Verdict
	Escalated conversation.Escalated
	Say       string
	Nobody    bool // ai_only: nobody is asked, and she may leave a message
	Early     bool // human_button.strict: the bot has not answered often enough yet
}

// ruleButton names the button in a verdict.
const ruleButton = "button"

// Button decides what the button does in a situation whose last line of the
// visitor may not have been judged yet. It is deterministic and knows no model.
// She counts as having asked for a person: the rules and topics that hold then say
// where she goes, as they would for words. Strict never holds up who has a
// restricted topic open, was offered a person, met a model that fails, or is on a
// site where people answer everything.
func (p *Policy) Button(s Situation) Button {
	s.Draft, s.Finding, s.TakenUp = "", Finding{}, false
	st, on := s.State, s.judged().Seq
	pressed := []conversation.Signal{{Name: SignalAsks, Value: 1, Seq: on}, {Name: SignalPressed, Value: 1, Seq: on}}
	if st.Offer != 0 {
		pressed = append(pressed, conversation.Signal{Name: SignalAccepts, Value: 1, Seq: on})
	}
	v := p.weigh(s, pressed)
	b := p.config.HumanButton
	insists := st.TopicOpen || v.Topic != "" || st.Offer != 0 || st.Failed > 0 || v.Level == HumanOnly
	switch {
	case v.Level == AIOnly:
		return Button{Verdict: v, Nobody: true}
	case b.Strict && st.Answers < b.AfterAnswers && !insists:
		return Button{Verdict: p.weigh(s, append(pressed, conversation.Signal{Name: SignalEarly, Value: 1, Seq: on})), Early: true}
	}
	return Button{Verdict: v, Escalated: v.Escalated(), Say: v.Say}
}

// byButton: she has pressed it, so people are asked whatever the levels say,
// unless it is too early for that.
func byButton(v Verdict, e evidence) Verdict {
	if !e.has(SignalPressed) || v.Level == AIOnly {
		return v
	}
	if e.has(SignalEarly) {
		v.Act, v.Rule, v.Reason = Answer, ruleButton, ReasonButton
		v.Tried = append(v.Tried, "button: pressed: too early")
		return v
	}
	v.Act, v.Rule, v.Reason = Escalate, ruleButton, ReasonButton
	if e.has(SignalAccepts) {
		v.Reason = ReasonAsked
	}
	v.Tried = append(v.Tried, "button: pressed: escalate")
	return v
}

// explainButton says what was pressed, and which rules and topic say where it goes.
func explainButton(v Verdict, e evidence) string {
	if e.has(SignalEarly) {
		return "Pressed “Talk to a person” before the AI has answered often enough"
	}
	out := "Pressed “Talk to a person”"
	if v.Reason == ReasonAsked {
		out = "Accepted the offer of a person"
	}
	if v.Topic != "" {
		out += "; restricted topic " + v.Topic
	}
	var rules []string
	for _, s := range e.with(SignalRule) {
		_, name, _ := strings.Cut(s.Name, ":")
		rules = append(rules, name)
	}
	if len(rules) > 0 {
		out += "; rules that hold: " + strings.Join(rules, ", ")
	}
	return out
}
