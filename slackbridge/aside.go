package slackbridge

import (
	"fmt"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
)

// aside is a line of ours in the thread about something that happened. Quote is
// what a person wrote with it, shown as a quote.
type aside struct {
	spans []span
	quote string
	// alone lines get a post of their own: they mention, and a mention in the
	// middle of a transcript is read by nobody.
	alone bool
}

// asideOf says what the thread reads about an event. It is false for events that
// leave no line: what the card shows, and what only machines read.
func asideOf(e conversation.Event, visitor string) (aside, bool) {
	switch b := e.Body.(type) {
	case conversation.Claimed:
		return aside{spans: owns(b.Agent, claimWords(b.How)), alone: true}, true
	case conversation.Transferred:
		return transferred(b), true
	case conversation.Released:
		return aside{spans: []span{who(b.Agent), words(" released this chat. It is waiting again.")}}, true
	case conversation.HandedBack:
		return aside{spans: []span{who(b.Agent), words(" handed this chat back to the AI" + instructed(b.Instruction))}, quote: b.Instruction}, true
	case conversation.Cancelled:
		return aside{spans: []span{words(visitor + " no longer waits for a person. The AI answers again.")}}, true
	case conversation.Closed:
		return closed(b, visitor), true
	case conversation.Reopened:
		return reopened(b, visitor), true
	case conversation.ContactGiven:
		return aside{spans: []span{words(contact(b, visitor))}, quote: b.Message}, true
	case conversation.Rated:
		return aside{spans: []span{words(fmt.Sprintf("%s rated this chat %d of 5.", visitor, b.Score))}, quote: b.Comment}, true
	}
	return aside{}, false
}

func who(s conversation.Staff) span {
	switch {
	case userID.MatchString(s.ID):
		return person(s.ID)
	case s.Name != "":
		return strong(s.Name)
	}
	return words("The system")
}

func owns(s conversation.Staff, rest string) []span { return []span{who(s), words(rest)} }

func claimWords(how string) string {
	switch how {
	case conversation.ByReply:
		return " answered and has this chat now."
	case conversation.ByTakeover:
		return " took over from the AI and has this chat now."
	}
	return " has this chat now."
}

func transferred(b conversation.Transferred) aside {
	out := aside{alone: true, quote: b.Note}
	switch {
	case b.To.ID != "" && b.From.ID != "" && b.From.ID != b.To.ID:
		out.spans = []span{who(b.To), words(" has this chat now, passed on from "), who(b.From), words(".")}
	case b.To.ID != "":
		out.spans = owns(b.To, " has this chat now.")
	case b.Channel != "":
		out.spans, out.alone = []span{words("This chat was passed on to "), place(b.Channel), words(".")}, false
	default:
		out.spans, out.alone = []span{words("This chat is waiting again.")}, false
	}
	return out
}

func instructed(instruction string) string {
	if instruction == "" {
		return "."
	}
	return " and told it:"
}

func closed(b conversation.Closed, visitor string) aside {
	switch b.Reason {
	case conversation.ClosedByVisitor:
		return aside{spans: []span{words(visitor + " closed this chat.")}}
	case conversation.ClosedIdle:
		return aside{spans: []span{words("This chat was closed because it was quiet for a while.")}}
	case conversation.ClosedByAgent, conversation.ClosedByBlock:
	}
	return aside{spans: []span{who(b.Owner), words(" closed this chat.")}, quote: b.Note}
}

func reopened(b conversation.Reopened, visitor string) aside {
	if b.Agent.ID != "" {
		return aside{spans: owns(b.Agent, " reopened this chat and has it now."), alone: true}
	}
	return aside{spans: []span{words(visitor + " reopened this chat.")}}
}

func contact(b conversation.ContactGiven, visitor string) string {
	var parts []string
	for _, p := range []string{b.Name, b.Email, b.Phone} {
		if p = oneLine(p, 200); p != "" {
			parts = append(parts, p)
		}
	}
	if len(parts) == 0 {
		return visitor + " left a message."
	}
	return visitor + " can be reached at: " + strings.Join(parts, ", ") + " (not verified)"
}

// saidByCard are the notices that only repeat, to the visitor, what a line of the
// thread or the card says already.
func saidByCard(n conversation.Notice) bool {
	switch n {
	case conversation.NoticeEscalated, conversation.NoticeClaimed, conversation.NoticeTakenOver, conversation.NoticeReleased, conversation.NoticeTransferred,
		conversation.NoticeHandedBack, conversation.NoticeCancelled, conversation.NoticeClosed, conversation.NoticeClosedSelf, conversation.NoticeClosedIdle,
		conversation.NoticeReopened, conversation.NoticeContact, conversation.NoticeAgentAway, conversation.NoticeVerified, conversation.NoticeBlocked, conversation.NoticeAdded,
		conversation.NoticeEscalatedTopic, conversation.NoticeEscalatedUpset, conversation.NoticeEscalatedUpsetPlain, conversation.NoticeEscalatedUnknown,
		conversation.NoticeEscalatedRepeated, conversation.NoticeEscalatedDown, conversation.NoticeEscalatedDownPlain, conversation.NoticeEscalatedBudget,
		conversation.NoticeEscalatedRule, conversation.NoticeEscalatedHumanOnly, conversation.NoticeEscalatedReopened:
		return true
	case conversation.NoticeAsked, conversation.NoticeAway, conversation.NoticeUnreachable, conversation.NoticeAIOnly, conversation.NoticeModelDown,
		conversation.NoticeModelDownPlain, conversation.NoticeWithheld, conversation.NoticeAskContact, conversation.NoticeNobody, conversation.NoticeContinues,
		conversation.NoticeSuggest, conversation.NoticeIdleWarning, conversation.NoticeRecap, conversation.NoticeAwayKept, conversation.NoticeTrying:
	}
	return false
}
