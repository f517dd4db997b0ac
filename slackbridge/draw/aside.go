package draw

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/handoff-bot/handoff/conversation"
)

// aside is a line of ours in the thread about something that happened. quote is
// what a person wrote with it, shown as a quote.
type aside struct {
	spans []Span
	quote string
	// alone lines get a post of their own: they mention, and a mention in the
	// middle of a transcript is read by nobody.
	alone bool
}

// plainly is an aside that mentions nobody who has to notice.
func plainly(spans ...Span) (aside, bool) { return aside{spans: spans}, true }

// loudly is an aside that somebody has to notice.
func loudly(spans ...Span) (aside, bool) { return aside{spans: spans, alone: true}, true }

// asideOf says what the thread reads about an event. It is false for events that
// leave no line: what the card shows, and what only machines read.
func asideOf(e conversation.Event, visitor string) (aside, bool) {
	switch b := e.Body.(type) {
	case conversation.Claimed:
		return loudly(Who(b.Agent), Words(claimWords(b.How)))
	case conversation.Transferred:
		return transferred(e, b), true
	case conversation.Released:
		return released(b), true
	case conversation.HandedBack:
		return handedBack(b), true
	case conversation.Offered:
		return loudly(Who(b.Agent), Words(", can you take this chat? You are asked until "), moment(b.Until), Words("; anybody may claim it."))
	case conversation.Reminded:
		return loudly(Who(b.Agent), Words(", "+visitor+" is still waiting for your answer."))
	case conversation.Stepped:
		return stepped(b)
	case conversation.Cancelled:
		return plainly(Words(visitor + " no longer waits for a person. The AI answers again."))
	case conversation.Closed:
		return closed(b, visitor)
	case conversation.Reopened:
		return reopened(b, visitor), true
	case conversation.Undone:
		return undone(b), true
	}
	return asideOfLabels(e, visitor)
}

// asideOfLabels are the lines about the visitor, and about what agents say of
// the conversation.
func asideOfLabels(e conversation.Event, visitor string) (aside, bool) {
	switch b := e.Body.(type) {
	case conversation.ContactGiven:
		return aside{spans: []Span{Words(contact(b, visitor))}, quote: b.Message}, true
	case conversation.Identified:
		return identified(b, visitor)
	case conversation.Cleared:
		return plainly(Words(visitor + " has cleared this chat. What is written here now reaches nobody."))
	case conversation.Verified:
		return plainly(Words(visitor + " has confirmed the address."))
	case conversation.Rated:
		return aside{spans: []Span{Words(fmt.Sprintf("%s rated this chat %d of 5.", visitor, b.Score))}, quote: b.Comment}, true
	case conversation.Blocked:
		return aside{spans: []Span{Who(b.Agent), Words(" blocked " + visitor + " until "), Day(b.Until), Words(".")}, quote: b.Reason}, true
	case conversation.Unblocked:
		return plainly(Who(b.Agent), Words(" lifted the block of "+visitor+"."))
	case conversation.Labelled:
		return plainly(Who(b.Agent), Words(" set the priority to "+cmp.Or(b.Priority, "normal")+" and the tags to "+cmp.Or(strings.Join(b.Tags, ", "), "none")+"."))
	case conversation.Misjudged:
		return aside{spans: []Span{Who(b.Agent), Words(" says that no person was needed here.")}, quote: b.Note}, true
	case conversation.Missed:
		return aside{spans: []Span{Who(b.Agent), Words(" says that a person was needed earlier.")}, quote: b.Note}, true
	case conversation.Translating:
		if b.On {
			return plainly(Who(b.Agent), Words(" switched translation on. "+visitor+" reads your lines in her own language, translated by a machine; hers stand here translated, too."))
		}
		return plainly(Who(b.Agent), Words(" switched translation off. "+visitor+" reads your lines as you write them."))
	case conversation.Unmarked:
		return plainly(Who(b.Agent), Words(" took that mark back."))
	case conversation.Learned:
		return aside{spans: []Span{Who(b.Agent), Words(" approved an answer as knowledge: "), Words(OneLine(b.Question, 200))}}, true
	}
	return aside{}, false
}

// Who is an agent as a line of ours names her: a mention where Slack knows her.
func Who(s conversation.Staff) Span {
	switch {
	case IsUser(s.ID):
		return Named(s.ID, s.Name)
	case s.Name != "":
		return Strong(s.Name)
	}
	return Words("The system")
}

func claimWords(how string) string {
	switch how {
	case conversation.ByReply:
		return " answered and has this chat now."
	case conversation.ByTakeover:
		return " took over from the AI and has this chat now."
	case conversation.ByAccept:
		return " accepted and has this chat now."
	}
	return " has this chat now."
}

// transferred says who has it now, from whom and by whom: whoever of them did
// not press learns it by the mention.
func transferred(e conversation.Event, b conversation.Transferred) aside {
	out := aside{alone: true, quote: b.Note}
	by := conversation.Staff{ID: e.Author.ID, Name: e.Author.Name}
	switch {
	case b.Why == conversation.TransferAssigned:
		out.spans = []Span{Who(b.To), Words(", this chat is yours. Please answer or accept it until "), moment(b.Accept), Words(".")}
	case b.Why == conversation.TransferOverflow:
		out.spans, out.alone = []Span{Words("Nobody has taken this chat yet, so it was passed on to "), Place(b.Channel), Words(".")}, false
	case b.To.ID != "":
		out.spans = passedOn(by, b)
	case b.Group != "":
		group, _ := Mention(b.Group)
		out.spans = []Span{Who(by), Words(" passed this chat on to "), group, Words(". It is waiting.")}
	case b.Channel != "":
		out.spans, out.alone = []Span{Who(by), Words(" passed this chat on to "), Place(b.Channel), Words(".")}, false
	default:
		out.spans, out.alone = []Span{Words("This chat is waiting again.")}, false
	}
	return out
}

func passedOn(by conversation.Staff, b conversation.Transferred) []Span {
	switch {
	case by.ID == b.To.ID:
		return []Span{Who(b.To), Words(" took over from "), Who(b.From), Words(" and has this chat now.")}
	case b.From.ID == "":
		return []Span{Who(b.To), Words(" has this chat now, assigned by "), Who(by), Words(".")}
	case by.ID == b.From.ID:
		return []Span{Who(b.To), Words(" has this chat now, passed on from "), Who(b.From), Words(".")}
	}
	return []Span{Who(b.To), Words(" has this chat now, passed on from "), Who(b.From), Words(" by "), Who(by), Words(".")}
}

func released(b conversation.Released) aside {
	rest := map[conversation.ReleaseWhy]string{
		"":                              " released this chat.",
		conversation.ReleasedSilent:     " has not answered in time.",
		conversation.ReleasedUnaccepted: " has not accepted in time.",
		conversation.ReleasedGone:       " is no longer an agent here.",
		conversation.ReleasedOff:        " went off duty.",
	}[b.Why]
	return aside{spans: []Span{Who(b.Agent), Words(cmp.Or(rest, " let go of this chat.") + " It is waiting again.")}, alone: b.Why != ""}
}

func handedBack(b conversation.HandedBack) aside {
	switch {
	case b.Why == conversation.BackAway:
		return aside{spans: []Span{Words("Nobody is in, so the AI answers again.")}}
	case b.Why != "":
		return aside{spans: []Span{Words("Nobody has taken this chat, so the AI answers again.")}}
	case b.Instruction == "":
		return aside{spans: []Span{Who(b.Agent), Words(" handed this chat back to the AI.")}}
	}
	return aside{spans: []Span{Who(b.Agent), Words(" handed this chat back to the AI and told it:")}, quote: b.Instruction}
}

// stepped is the line of a step of the ladder. Of the others the visitor's line,
// the transfer or the hand back that comes with them tells.
func stepped(b conversation.Stepped) (aside, bool) {
	if b.Do == stepMail {
		return plainly(Words("Nobody has taken this chat yet, so the team was told by mail."))
	}
	return aside{}, false
}

// The steps of the ladder that leave a line of their own (handoff.when_nobody).
const (
	stepPing = "ping_group"
	stepMail = "email"
)

func closed(b conversation.Closed, visitor string) (aside, bool) {
	switch b.Reason {
	case conversation.ClosedByVisitor:
		return plainly(Words(visitor + " closed this chat."))
	case conversation.ClosedIdle:
		return plainly(Words("This chat was closed because it was quiet for a while."))
	case conversation.ClosedByBlock:
		return aside{}, false // the block's own line tells
	case conversation.ClosedByAgent:
	}
	out := aside{spans: []Span{Who(b.Owner), Words(" closed this chat" + outcomeWords(b.Outcome) + ".")}, quote: b.Note}
	if b.Recap != "" && !b.Told { // what the visitor was told stands there already
		out.quote = strings.TrimSpace(b.Note + "\nRecap: " + b.Recap)
	}
	return out, true
}

func outcomeWords(outcome string) string {
	switch outcome {
	case conversation.OutcomeSolved:
		return " as solved"
	case conversation.OutcomeUnsolved:
		return " as not solved"
	case conversation.OutcomeFollowUp:
		return " with something left to do"
	case conversation.OutcomeSpam:
		return " as spam"
	}
	return ""
}

func reopened(b conversation.Reopened, visitor string) aside {
	if b.Agent.ID != "" {
		return aside{spans: []Span{Who(b.Agent), Words(" reopened this chat and has it now.")}, alone: true}
	}
	return aside{spans: []Span{Words(visitor + " reopened this chat.")}}
}

// undone names both who loses it and who has it again.
func undone(b conversation.Undone) aside {
	what := map[conversation.Kind]string{
		conversation.KindClosed: "the close", conversation.KindHandedBack: "the hand back",
		conversation.KindBlocked: "the block", conversation.KindTransferred: "the transfer",
	}[b.What]
	out := aside{spans: []Span{Who(b.Agent), Words(" undid " + cmp.Or(what, "the last step") + ".")}, alone: true}
	switch {
	case b.To.ID == "":
		return out
	case b.From.ID != "" && b.From.ID != b.To.ID:
		out.spans = append(out.spans, Words(" "), Who(b.To), Words(" has this chat again, and "), Who(b.From), Words(" no longer."))
	default:
		out.spans = append(out.spans, Words(" "), Who(b.To), Words(" has this chat again."))
	}
	return out
}

func contact(b conversation.ContactGiven, visitor string) string {
	var parts []string
	for _, p := range []string{b.Name, b.Email, b.Phone} {
		if p = OneLine(p, 200); p != "" {
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
		conversation.NoticeHandedBack, conversation.NoticeHandedBackPeople, conversation.NoticeCancelled, conversation.NoticeCancelledPeople, conversation.NoticeClosed, conversation.NoticeClosedSelf, conversation.NoticeClosedIdle,
		conversation.NoticeReopened, conversation.NoticeContact, conversation.NoticeCall, conversation.NoticeMessage, conversation.NoticeAgentAway, conversation.NoticeVerified, conversation.NoticeBlocked, conversation.NoticeAdded,
		conversation.NoticeEscalatedTopic, conversation.NoticeEscalatedPromise, conversation.NoticeEscalatedUpset, conversation.NoticeEscalatedUpsetPlain, conversation.NoticeEscalatedUnknown,
		conversation.NoticeEscalatedRepeated, conversation.NoticeEscalatedDown, conversation.NoticeEscalatedDownPlain, conversation.NoticeEscalatedBudget,
		conversation.NoticeEscalatedRule, conversation.NoticeEscalatedHumanOnly, conversation.NoticeEscalatedReopened:
		return true
	case conversation.NoticeAsked, conversation.NoticeAway, conversation.NoticeUnreachable, conversation.NoticeAIOnly, conversation.NoticeModelDown,
		conversation.NoticeModelDownPlain, conversation.NoticeWithheld, conversation.NoticeAwayKept, conversation.NoticeTrying, conversation.NoticeAskContact,
		conversation.NoticeNobody, conversation.NoticeContinues, conversation.NoticeSuggest, conversation.NoticeIdleWarning, conversation.NoticeRecap:
	}
	return false
}

// identified tells agents that they talk to somebody known from here on.
func identified(b conversation.Identified, visitor string) (aside, bool) {
	if !b.Taken {
		return aside{}, false // the card says so
	}
	return plainly(Words(visitor + " has signed in on the site; the card shows who the site says she is. What stands above was written before that."))
}
