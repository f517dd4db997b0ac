package slackbridge

import (
	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// line is what is known of a line somebody wrote in a thread, enough to say
// what becomes of it.
type line struct {
	Mode   conversation.Mode
	Owner  string // the owner's id, "" for nobody
	Author string
	// Agent says that the author may act here; Why says why not.
	Agent bool
	// Relay is the setting: owner or group.
	Relay string
	// Note marks a line with a note prefix, Mentions one that mentions a person,
	// a group or a channel, Elsewhere one in a thread the conversation has left.
	Note, Mentions, Elsewhere bool
	// Empty marks a line without words: only files.
	Empty bool
	// Barred says that the conversation is kept for others: the author may write,
	// but not become its owner.
	Barred bool
	// Asked is what the author pressed for this line, "" when she only wrote it.
	Asked string
}

// What an author can press for a line that stayed inside.
const (
	askSend   = "send"   // Send to visitor
	askAnyway = "anyway" // Send anyway
	askTake   = "take"   // Take over and send, Reopen and send
	askCut    = "cut"    // the shortcut Send to visitor: takes the chat from the AI or reopens it, but from nobody else
)

// fate is what becomes of a line.
type fate struct {
	// Do is goesOut, staysInside or nothing.
	Do deed
	// How is the way it goes out.
	How conversation.Send
	// Take makes the author the owner before the line goes out.
	Take bool
	// Tell is what the author is told privately, "" for nothing.
	Tell telling
	// Offer lists the buttons under it.
	Offer []draw.Offer
	// Mark is the reaction put on the line, "" for none.
	Mark string
}

type deed int

const (
	nothing deed = iota
	goesOut
	staysInside
)

// telling names what is said privately; the words are in tell.go.
type telling string

const (
	tellNotAgent  telling = "not_agent"
	tellOwned     telling = "owned"
	tellWithBot   telling = "with_bot"
	tellClosed    telling = "closed"
	tellMentions  telling = "mentions"
	tellElsewhere telling = "elsewhere"
	tellEmpty     telling = "empty"
	tellBarred    telling = "barred"
	tellClaimed   telling = "claimed"
)

// The reactions.
const (
	markInside = "lock"    // 🔒 stayed inside
	markFailed = "warning" // ⚠️ could not be delivered
)

// fateOf is the table "what a line in the thread does". It is pure; the log's
// own deciders check the same again under the conversation's lock.
func fateOf(l line) fate {
	switch {
	case !l.Agent:
		return fate{Do: nothing, Tell: tellNotAgent}
	case l.Empty:
		return fate{Do: nothing, Tell: tellEmpty, Mark: markFailed}
	case l.Note:
		return fate{Do: staysInside, Mark: markInside}
	case l.Elsewhere && l.Asked == "":
		return fate{Do: staysInside, Tell: tellElsewhere, Offer: []draw.Offer{draw.OfferSend}, Mark: markInside}
	case l.Mentions && l.Asked == "":
		return fate{Do: staysInside, Tell: tellMentions, Offer: []draw.Offer{draw.OfferAnyway, draw.OfferKeep}, Mark: markInside}
	}
	return byMode(l)
}

func byMode(l line) fate {
	switch l.Mode {
	case conversation.WithAgent:
		return withAgent(l)
	case conversation.Waiting:
		if l.Barred {
			return barred()
		}
		return fate{Do: goesOut, How: conversation.AsOwner, Tell: tellClaimed, Offer: []draw.Offer{draw.OfferMove}}
	case conversation.WithBot, conversation.IsClosed:
		if l.Barred {
			return barred()
		}
		if l.Asked == askTake || l.Asked == askCut {
			return fate{Do: goesOut, How: conversation.TakingIt}
		}
		if l.Mode == conversation.IsClosed {
			return fate{Do: staysInside, Tell: tellClosed, Offer: []draw.Offer{draw.OfferReopen, draw.OfferKeep}, Mark: markInside}
		}
		return fate{Do: staysInside, Tell: tellWithBot, Offer: []draw.Offer{draw.OfferTakeAndSend, draw.OfferKeep}, Mark: markInside}
	}
	return fate{Do: staysInside, Mark: markInside}
}

func withAgent(l line) fate {
	switch {
	case l.Owner == l.Author:
		return fate{Do: goesOut, How: conversation.AsOwner}
	case l.Asked == askTake && l.Barred:
		return barred()
	case l.Asked == askTake:
		return fate{Do: goesOut, How: conversation.AsMember, Take: true}
	case l.Relay == RelayGroup || l.Asked == askSend || l.Asked == askCut:
		return fate{Do: goesOut, How: conversation.AsMember}
	case l.Barred:
		return fate{Do: staysInside, Tell: tellOwned, Offer: []draw.Offer{draw.OfferSend}, Mark: markInside}
	}
	return fate{Do: staysInside, Tell: tellOwned, Offer: []draw.Offer{draw.OfferSend, draw.OfferTake}, Mark: markInside}
}

// barred is the fate of a line that would make somebody the owner who may not be.
func barred() fate { return fate{Do: staysInside, Tell: tellBarred, Mark: markInside} }
