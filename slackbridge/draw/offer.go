package draw

import (
	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// Offer names a button under a private line, which is about a line of the reader's.
type Offer string

// What is offered; the labels say what each does.
const (
	OfferSend        Offer = "handoff_line_send"
	OfferTake        Offer = "handoff_line_take"
	OfferTakeAndSend Offer = "handoff_line_take_send"
	OfferKeep        Offer = "handoff_line_keep"
	OfferReopen      Offer = "handoff_line_reopen"
	OfferAnyway      Offer = "handoff_line_anyway"
	OfferEdit        Offer = "handoff_edit_anyway"
	OfferMove        Offer = "handoff_line_move"
	OfferRetry       Offer = "handoff_line_retry" // sends it again
)

var offerLabels = map[Offer]string{
	OfferSend: "Send to visitor", OfferTake: "Take over", OfferTakeAndSend: "Take over and send",
	OfferKeep: "Keep inside", OfferReopen: "Reopen and send", OfferAnyway: "Send anyway",
	OfferEdit: "Send anyway", OfferMove: "Move to another chat", OfferRetry: "Retry",
}

// button offers something for a line. The value names the conversation and the
// line; both are looked up again at the press.
func (o Offer) button(id conversation.ID, line string) slack.BlockElement {
	return button(string(o), string(id)+" "+line, offerLabels[o])
}

// Offering is the message with some offers for a line below it.
func (m Message) Offering(id conversation.ID, line string, offers ...Offer) Message {
	return m.with(slack.NewActionBlock("", buttons(id, line, offers)...))
}

// OfferingOwned is Offering with buttons that tell who had the conversation when they
// were drawn, owner, "" for nobody.
func (m Message) OfferingOwned(id conversation.ID, line, owner string, offers []Offer) Message {
	return m.with(slack.NewActionBlock(ownedBy(owner, line), buttons(id, line, offers)...))
}

func buttons(id conversation.ID, line string, offers []Offer) []slack.BlockElement {
	var list []slack.BlockElement
	for _, o := range offers {
		list = append(list, o.button(id, line))
	}
	return list
}
