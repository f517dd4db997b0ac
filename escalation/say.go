package escalation

import "github.com/handoff-bot/handoff/conversation"

// notices says which words go with an escalation for a reason. A reason that is
// not here is the visitor's own wish.
var notices = map[string]conversation.Notice{
	ReasonTopic:      conversation.NoticeEscalatedTopic,
	ReasonPromise:    conversation.NoticeEscalatedPromise,
	ReasonFrustrated: conversation.NoticeEscalatedUpset,
	ReasonUnknown:    conversation.NoticeEscalatedUnknown,
	ReasonRepeated:   conversation.NoticeEscalatedRepeated,
	ReasonRule:       conversation.NoticeEscalatedRule,
	ReasonModelDown:  conversation.NoticeEscalatedDown,
	ReasonOverBudget: conversation.NoticeEscalatedBudget,
	ReasonHumanOnly:  conversation.NoticeEscalatedHumanOnly,
	ReasonReopened:   conversation.NoticeEscalatedReopened,
}

// Words is what the visitor is told of a verdict that escalates or withholds: the
// words of the rule or topic, as the operator wrote them, or those of the reason.
// before is the last line that the bot or the system has said to her: when that
// apologises already, these words do not. reference is that of the conversation.
func (p *Policy) Words(v Verdict, before, reference string) conversation.Message {
	n := v.notice()
	sorry := p.Apologises(before)
	if sorry {
		n = n.Plain()
	}
	m := n.Say("ref", reference)
	if v.Say != "" && (!sorry || !p.Apologises(v.Say)) {
		m.Text = v.Say
	}
	return m
}

func (v Verdict) notice() conversation.Notice {
	down := v.Reason == ReasonModelDown || v.Reason == ReasonOverBudget
	switch {
	case v.Act == Withhold && down:
		return conversation.NoticeModelDown
	case v.Act == Withhold:
		return conversation.NoticeAIOnly
	case v.Rule == "level/"+rowWants:
		return conversation.NoticeEscalatedTopic // it is not the knowledge that is missing
	}
	if n, ok := notices[v.Reason]; ok {
		return n
	}
	return conversation.NoticeEscalated
}

// WantsPerson says that the verdict is about a person who is wanted: the visitor
// asked, or the model understood her so.
func (v Verdict) WantsPerson() bool { return v.Reason == ReasonAsked || v.Rule == "level/"+rowWants }

// Apologises says that a text says sorry, in any of the languages we know.
func (p *Policy) Apologises(text string) bool {
	return Situation{}.read(text).first(p.languages, "sorry") != nil
}

// OnlyPeople says that a conversation that waits is for people alone: a
// restricted topic is open, or it came at level human_only, be it the site's or
// that of a rule. For it the
// ladder's return_to_ai and away: ai_continues act as contact.
func OnlyPeople(s conversation.State) bool { return s.TopicOpen || s.Level == HumanOnly }
