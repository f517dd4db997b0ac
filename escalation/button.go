package escalation

import "github.com/handoff-bot/handoff/conversation"

// Button is what pressing "Talk to a person" comes to. Without Nobody and Early
// people are asked: Escalated is appended, and Say, when it is not empty, takes
// the place of the standard words.
type Button struct {
	Escalated conversation.Escalated
	Say       string
	Nobody    bool // ai_only: nobody is asked, and she may leave a message
	Early     bool // human_button.strict: the bot has not answered often enough yet
}

// Button decides what the button does; level is the widget key's own, "" for
// the policy's. It is deterministic and knows no model. Strict never holds up who
// has a restricted topic open, was offered a person, met a model that fails, or is
// on a site where people answer everything.
func (p *Policy) Button(level, locale string, st conversation.State) Button {
	level = p.Level(level)
	if level == AIOnly {
		return Button{Nobody: true}
	}
	b := p.config.HumanButton
	insists := st.TopicOpen || st.Offer != 0 || st.Failed > 0 || level == HumanOnly
	if b.Strict && st.Answers < b.AfterAnswers && !insists {
		return Button{Early: true}
	}
	e := conversation.Escalated{Reason: ReasonButton, Level: level, Policy: p.hash, Explain: "Pressed “Talk to a person”"}
	if st.Offer != 0 {
		e.Reason, e.Explain = ReasonAsked, "Accepted the offer of a person"
	}
	if !st.TopicOpen {
		return Button{Escalated: e}
	}
	t := p.topics[st.Topic]
	e.Topic, e.Channel, e.Priority, e.Agents = st.Topic, t.Channel, t.Priority, t.Agents
	return Button{Escalated: e, Say: t.Say.In(locale)}
}
