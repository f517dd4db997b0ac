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
	NoticeContact     Notice = "contact_taken"
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

// english holds the words; {agent} is the agent's name, {from} the one before,
// {when} a time, {ref} the reference.
var english = map[Notice]string{
	NoticeEscalated:   "I've asked the team. You can keep typing; they will see everything. You can also close this; we'll keep your place.",
	NoticeAsked:       "The team already knows you are waiting. You can keep typing; they will see everything.",
	NoticeAway:        "Nobody from the team is here right now. Leave an address and we'll answer there. Your reference is {ref}.",
	NoticeContact:     "Thank you. The team will answer there. Your reference is {ref}.",
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
	NoticeModelDown:   "I couldn't finish that answer. Leave an address and the team will reply there. Your reference is {ref}.",
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
}

// AsksContact says that the line asks the visitor for an address.
func (n Notice) AsksContact() bool {
	return slices.Contains([]Notice{NoticeAway, NoticeAskContact, NoticeUnreachable, NoticeAIOnly, NoticeModelDown, NoticeSuggest}, n)
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
			value = cmp.Or(value, "A colleague")
		}
		args = append(args, "{"+name+"}", value)
	}
	m.Text = strings.NewReplacer(args...).Replace(english[n])
	return m
}

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
		if !strings.Contains(english[m.Notice], "{"+place+"}") {
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
