package conversation

import (
	"cmp"
	"slices"
	"strings"
)

// Notice names a line that the system says to the visitor. The words are stored
// with the line, so the log reads as she saw it; the name lets a reader say it
// in her language.
type Notice string

// The notices.
const (
	NoticeEscalated   Notice = "escalated"
	NoticeAsked       Notice = "asked_again" // asked again while waiting
	NoticeAway        Notice = "away"
	NoticeContact     Notice = "contact_taken" // she left an address
	NoticeCall        Notice = "call_taken"    // a number, and no address
	NoticeMessage     Notice = "message_taken" // words alone
	NoticeUnreachable Notice = "team_unreachable"
	NoticeClaimed     Notice = "claimed"
	NoticeTakenOver   Notice = "taken_over"
	NoticeReleased    Notice = "released"
	NoticeTransferred Notice = "transferred"
	NoticeHandedBack  Notice = "handed_back"
	NoticeCancelled   Notice = "cancelled"
	NoticeClosed      Notice = "closed"
	NoticeClosedSelf  Notice = "closed_by_visitor"
	NoticeClosedIdle  Notice = "closed_idle"
	NoticeReopened    Notice = "reopened"
	NoticeAIOnly      Notice = "ai_only"
	NoticeModelDown   Notice = "model_down"
	NoticeWithheld    Notice = "withheld"

	NoticeAwayKept    Notice = "away_kept"   // nobody is in; nothing is asked
	NoticeTrying      Notice = "team_trying" // the team cannot be reached; nothing is asked
	NoticeAdded       Notice = "added"       // once per wait
	NoticeAgentAway   Notice = "agent_away"  // the owner is silent or gone
	NoticeAskContact  Notice = "ask_contact" // a step of the ladder
	NoticeNobody      Notice = "nobody"      // the bot is back: nobody had time
	NoticeContinues   Notice = "continues"   // the bot is back: nobody is in
	NoticeSuggest     Notice = "suggest"     // handoff.away: suggest
	NoticeIdleWarning Notice = "idle_warning"
	NoticeRecap       Notice = "recap" // what an agent sends with the close
	NoticeVerified    Notice = "contact_verified"
	NoticeBlocked     Notice = "blocked"
)

// The same at the level human_only, where there is no assistant to go back to.
const (
	NoticeHandedBackPeople Notice = "handed_back_people"
	NoticeCancelledPeople  Notice = "cancelled_people"
)

// What the visitor is told at an escalation, by its reason; [NoticeEscalated] is
// for her own wish. Each says what happens and what she can do, and none says
// when: who is on duty is the queue's to tell. The escalation room chooses.
const (
	NoticeEscalatedTopic     Notice = "escalated_topic"
	NoticeEscalatedPromise   Notice = "escalated_promise"
	NoticeEscalatedUpset     Notice = "escalated_upset"
	NoticeEscalatedUnknown   Notice = "escalated_unknown"
	NoticeEscalatedRepeated  Notice = "escalated_repeated"
	NoticeEscalatedDown      Notice = "escalated_model_down"
	NoticeEscalatedBudget    Notice = "escalated_over_budget"
	NoticeEscalatedRule      Notice = "escalated_rule"
	NoticeEscalatedHumanOnly Notice = "escalated_human_only"
	NoticeEscalatedReopened  Notice = "escalated_reopened"

	// The same without an apology, for when the line before has one.
	NoticeEscalatedUpsetPlain Notice = "escalated_upset_plain"
	NoticeEscalatedDownPlain  Notice = "escalated_model_down_plain"
	NoticeModelDownPlain      Notice = "model_down_plain"
)

// notices holds the words in English; {agent} is the agent's name, {from} the one before,
// {when} a time, {ref} the reference.
var notices = map[Notice]string{
	NoticeEscalated:   "I've asked the team. You can keep typing or close this: they will see everything, and your place is kept.",
	NoticeAsked:       "The team already knows you are waiting. You can keep typing; they will see everything.",
	NoticeAway:        "Nobody from the team is here right now. Leave an address and we'll answer there. Your reference is {ref}.",
	NoticeContact:     "Thank you. The team will answer there. Your reference is {ref}.",
	NoticeCall:        "Thank you. The team will call you. Your reference is {ref}.",
	NoticeMessage:     "Thank you. The team will read it. Your reference is {ref}.",
	NoticeUnreachable: "I could not reach the team yet; I keep trying. Leave an address if you do not want to wait here.",
	NoticeClaimed:     "You're now chatting with {agent}.",
	NoticeTakenOver:   "{agent} has taken over from {from}.",
	NoticeReleased:    "{agent} has left; the team has been asked again. Everything you wrote is kept.",
	NoticeTransferred: "Your chat has been passed on to a colleague, who can read everything so far.",
	NoticeHandedBack:  "{agent} has left; the assistant is back.",
	NoticeCancelled:   "You are back with the assistant. Ask for a person again at any time.",
	NoticeClosed:      "{agent} has closed this chat. Still not solved? Write here to reopen it.",
	NoticeClosedSelf:  "You have closed this chat. Write here to reopen it.",
	NoticeClosedIdle:  "This chat was closed because it was quiet for a while. Write here to reopen it.",
	NoticeReopened:    "This chat is open again.",
	NoticeAIOnly:      "I can't answer this one. Leave an address and the team will reply there. Your reference is {ref}.",
	NoticeModelDown:   "I'm sorry, I couldn't finish that answer. Leave an address and the team will reply there. Your reference is {ref}.",
	NoticeWithheld:    "Let me bring in a colleague for this.",
	NoticeAwayKept:    "Nobody from the team is here right now. What you wrote is kept, and you will get an answer. Your reference is {ref}.",
	NoticeTrying:      "I could not reach the team yet; I keep trying. What you wrote is kept.",
	NoticeAdded:       "Added for the team.",
	NoticeAgentAway:   "{agent} is away; a colleague will read what you wrote.",
	NoticeAskContact:  "Everybody is still busy. Leave an address and we'll answer there, or keep waiting: your place is kept.",
	NoticeNobody:      "Nobody from the team could answer in time, so the assistant is back. Ask for a person again at any time.",
	NoticeContinues:   "Nobody from the team is here right now. The assistant keeps helping; ask for a person again at any time.",
	NoticeSuggest:     "Nobody from the team is here right now.",
	NoticeIdleWarning: "Still there? This chat closes {when} unless you write.",
	NoticeRecap:       "{text}",
	NoticeVerified:    "Thank you, your address is confirmed. The team's answers go there too.",
	NoticeBlocked:     "The team has ended this chat.",

	NoticeHandedBackPeople: "{agent} has left. Everything is kept: write again whenever you need us.",
	NoticeCancelledPeople:  "You no longer wait for the team. Everything is kept: write again whenever you need us.",

	NoticeEscalatedTopic:     "This needs a person, so I've asked the team. You can add details: they will see everything.",
	NoticeEscalatedPromise:   "A colleague has to decide this, so I've asked the team. You can add what they should know: they will see everything.",
	NoticeEscalatedUpset:     "I'm sorry this has been so tiresome; I've asked the team to take over. You needn't repeat anything: they can read the whole chat.",
	NoticeEscalatedUnknown:   "I don't have the answer to this, so I've asked the team. You can add what may help them: they will see everything.",
	NoticeEscalatedRepeated:  "My answers don't settle this, so I've asked the team. You needn't repeat anything: they can read the whole chat.",
	NoticeEscalatedDown:      "I'm sorry, I couldn't finish that answer, so I've asked the team. You can keep typing or close this: your question is kept.",
	NoticeEscalatedBudget:    "I can't answer any more today, so I've asked the team. You can keep typing or close this: your question is kept.",
	NoticeEscalatedRule:      "I've asked the team to look after this. You can add details: they will see everything.",
	NoticeEscalatedHumanOnly: "The team has your message. You can add to it or close this: they will see everything, and your place is kept.",
	NoticeEscalatedReopened:  "This chat is open again, and I've asked the team. You can keep typing or close this: they will see everything, and your place is kept.",

	NoticeEscalatedUpsetPlain: "I've asked the team to take over. You needn't repeat anything: they can read the whole chat.",
	NoticeEscalatedDownPlain:  "I couldn't finish that answer, so I've asked the team. You can keep typing or close this: your question is kept.",
	NoticeModelDownPlain:      "I couldn't finish that answer. Leave an address and the team will reply there. Your reference is {ref}.",
}

// plain has the notices that say the same without an apology.
var plain = map[Notice]Notice{
	NoticeEscalatedUpset: NoticeEscalatedUpsetPlain,
	NoticeEscalatedDown:  NoticeEscalatedDownPlain,
	NoticeModelDown:      NoticeModelDownPlain,
}

// levelHumanOnly is the level at which no bot answers (the escalation room's
// levels).
const levelHumanOnly = "human_only"

// HumanOnly says that no bot answers in this conversation: its last escalation
// came at that level.
func (s State) HumanOnly() bool { return s.Level == levelHumanOnly }

// among is the notice as it is true for a conversation: the one for people when
// only people answer there.
func (s State) among(n, people Notice) Notice {
	if s.HumanOnly() {
		return people
	}
	return n
}

// Plain is the notice that says the same without an apology: n itself when it
// has none.
func (n Notice) Plain() Notice {
	if p, ok := plain[n]; ok {
		return p
	}
	return n
}

// SaysEscalated says that the line tells the visitor of an escalation.
func (n Notice) SaysEscalated() bool { return strings.HasPrefix(string(n), string(NoticeEscalated)) }

// AsksContact says that the line asks the visitor for an address.
func (n Notice) AsksContact() bool {
	return slices.Contains([]Notice{NoticeAway, NoticeAskContact, NoticeUnreachable, NoticeAIOnly, NoticeModelDown, NoticeModelDownPlain, NoticeSuggest}, n)
}

// Say returns a system line with the notice's English words; pairs are
// placeholder names and values ("agent", "Maya"). An empty agent name reads
// "A colleague".
func (n Notice) Say(pairs ...string) Message {
	args := make([]string, 0, len(pairs))
	m := Message{Notice: n}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, value := pairs[i], pairs[i+1]
		if slices.Contains(agentPlaces, name) {
			m.Names = put(m.Names, name, value)
			value = cmp.Or(value, aColleague)
		}
		args = append(args, "{"+name+"}", value)
	}
	m.Text = strings.NewReplacer(args...).Replace(notices[n])
	return m
}

// aColleague is an agent without a name.
const aColleague = "A colleague"

// agentPlaces are the placeholders that stand for an agent's name.
var agentPlaces = []string{"agent", "from"}

func put(m map[string]string, key, value string) map[string]string {
	if m == nil {
		m = make(map[string]string)
	}
	m[key] = value
	return m
}

// Called returns the words of a system line with each agent in them named by
// name, which gets the stored one: "" when the line is older than its names. The
// stored words stand as they are unless a name changes. A line that was erased
// stays empty.
func (m Message) Called(name func(string) string) string {
	if m.Text == "" {
		return ""
	}
	var pairs []string
	changed := false
	for _, place := range agentPlaces {
		if !strings.Contains(notices[m.Notice], "{"+place+"}") {
			continue
		}
		called := name(m.Names[place])
		changed = changed || called != m.Names[place]
		pairs = append(pairs, place, called)
	}
	if !changed {
		return m.Text
	}
	return m.Notice.Say(pairs...).Text
}

// line makes a system draft that says n.
func (n Notice) line(src Source, pairs ...string) Draft {
	return Draft{Author: Author{Role: System}, Source: src, Body: n.Say(pairs...)}
}
