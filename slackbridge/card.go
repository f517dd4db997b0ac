package slackbridge

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// The buttons of the card. Their value is the conversation's id and nothing
// else; who may press is looked up at each press.
const (
	actClaim    = "handoff_claim"
	actTakeOver = "handoff_takeover"
	actRelease  = "handoff_release"
	actHandBack = "handoff_handback"
	actClose    = "handoff_close"
	actReopen   = "handoff_reopen"
	actAssign   = "handoff_assign"
	actTransfer = "handoff_transfer"
	actAccept   = "handoff_accept"
	actMenu     = "handoff_menu"

	menuWhy        = "why"
	menuTranscript = "transcript"
	menuLabels     = "labels"
	menuBlock      = "block"
	menuLift       = "lift"
	menuMisjudged  = "misjudged"
)

// Card is everything the root message of a thread is drawn from.
type Card struct {
	State    conversation.State
	Brief    Brief
	Staffing Staffing
	// Links are the addresses of the messages that the facts come from, by event,
	// as far as they stand in the thread.
	Links map[conversation.Seq]string
	// Before counts the visitor's earlier conversations, up to countEarlier and one
	// more; Earlier are the last of them, the newest first.
	Before  int
	Earlier []Earlier
	Visitor Presence
	// Unsent are the lines that can be sent again, the oldest first.
	Unsent []ledger.Receipt
	// Translates says that lines can be translated, or are.
	Translates bool
	// Moved says where the conversation goes on, on the card of a thread that it
	// has left; nil on the living one.
	Moved []span
}

// Staffing is how the card calls for people. Silent leaves the mention out:
// the channel has had too many.
type Staffing struct {
	Silent bool
}

// Presence is what is known of the visitor's screen. Since is when she came or
// left, zero when she was never seen. Read is how far she has read, in her
// numbering, and ReadAt when she last came to a line of an agent's. Mails says that answers reach her by mail, too.
type Presence struct {
	Here   bool
	Since  time.Time
	Read   conversation.Seq
	ReadAt time.Time
	Mails  bool
}

// Render draws the card. marker goes into the block id and the metadata, rev
// counts the redraws: Slack wants a new block id at each.
func (c Card) Render(marker string, rev int) message {
	head := c.headline()
	blocks := []slack.Block{richLine(fmt.Sprintf("%s:%d", marker, rev), append(slices.Clone(head), c.from(c.Brief.AskSeq)...)...), c.facts()}
	for _, part := range []slack.Block{c.summary(), c.tried()} {
		if part != nil {
			blocks = append(blocks, part)
		}
	}
	blocks = append(blocks, richLine("", c.status()...))
	if c.Moved == nil {
		blocks = append(blocks, c.unsent(rev)...)
		blocks = append(blocks, c.buttons(rev))
	}
	return message{
		blocks: blocks, text: clipEscaped(parsed(head), maxNoticeText),
		metadata: slack.SlackMetadata{EventType: metadataType, EventPayload: map[string]any{"conversation": string(c.State.ID), "marker": marker}},
	}
}

// Plain is the card without anything Slack could refuse: one line of text and
// the buttons.
func (c Card) Plain(marker string, rev int) message {
	m := c.Render(marker, rev)
	section := slack.NewSectionBlock(plain(clip(c.line(), maxBlockChars)), nil, nil, slack.SectionBlockOptionBlockID(fmt.Sprintf("%s:%d", marker, rev)))
	m.blocks = []slack.Block{section, c.buttons(rev)}
	m.text = clipEscaped(mrkdwn(c.line()), maxNoticeText)
	return m
}

func (c Card) line() string {
	return c.urgency() + c.Brief.visitor(c.State) + " · " + c.State.Reference + " · " + c.Brief.ask()
}

// urgency is the priority when it is not the normal one.
func (c Card) urgency() string {
	if p := strings.ToLower(c.State.Priority); p != "" && p != "normal" {
		return strings.ToUpper(oneLine(p, 20)) + " · "
	}
	return ""
}

func (c Card) headline() []span {
	out := []span{strong(c.urgency() + c.Brief.visitor(c.State)), words(" · " + c.State.Reference + " · " + c.Brief.ask())}
	if c.State.Test {
		out = append([]span{strong("TEST · ")}, out...)
	}
	if m, ok := mention(cmp.Or(c.State.Group, c.State.Route.Mention)); ok && c.calls() {
		out = append(out, words(" "), m)
	}
	return out
}

// calls says that the card may mention whom it waits for.
func (c Card) calls() bool {
	return c.State.Mode == conversation.Waiting && !c.State.Quiet && !c.Staffing.Silent && c.Moved == nil
}

func reasonWords(reason string) string {
	switch reason {
	case conversation.ReasonButton:
		return "The visitor asked for a person with the button."
	case conversation.ReasonReopened:
		return "The visitor wrote again after the chat was closed."
	case "":
		return ""
	}
	return oneLine(strings.ReplaceAll(reason, "_", " "), 200)
}

func sortedFields(fields map[string]string) [][2]string {
	var out [][2]string
	for _, k := range sortedKeys(fields) {
		if len(out) < 8 {
			out = append(out, [2]string{k, fields[k]})
		}
	}
	return out
}

// buttons are those of the mode. The block id tells who the owner was when the
// card was drawn, which is what a person who takes over has seen.
func (c Card) buttons(rev int) slack.Block {
	id := string(c.State.ID)
	press := func(action, label string) slack.BlockElement { return button(action, id, label) }
	first := func(action, label string) slack.BlockElement {
		out := button(action, id, label)
		out.Style = slack.StylePrimary
		return out
	}
	pass := []slack.BlockElement{press(actAssign, "Assign…"), press(actTransfer, "Transfer…"), press(actHandBack, "Hand back to AI"), press(actClose, "Close")}
	var list []slack.BlockElement
	switch c.State.Mode {
	case conversation.Waiting:
		list = append([]slack.BlockElement{first(actClaim, "Claim")}, pass...)
	case conversation.WithAgent:
		if !c.State.Accept.IsZero() {
			list = append(list, first(actAccept, "Accept"))
		}
		list = append(append(list, press(actRelease, "Release")), append(pass, press(actTakeOver, "Take over"))...)
	case conversation.WithBot:
		list = []slack.BlockElement{press(actTakeOver, "Take over"), press(actClose, "Close")}
	case conversation.IsClosed:
		list = []slack.BlockElement{press(actReopen, "Reopen")}
	}
	list = append(list, press(actReply, "Reply…"))
	switch {
	case c.State.Translate.Seq != 0:
		list = append(list, button(actTranslate, id+" "+switchOff, "Stop translating"))
	case c.Translates && c.State.Mode != conversation.IsClosed:
		list = append(list, button(actTranslate, id+" "+switchOn, "Translate"))
	}
	return slack.NewActionBlock(fmt.Sprintf("own:%s:%d", c.State.Owner.ID, rev), append(list, c.menu())...)
}

// menu holds what is needed seldom; Slack allows five entries.
func (c Card) menu() slack.BlockElement {
	entry := func(choice, label string) *slack.OptionBlockObject {
		return slack.NewOptionBlockObject(choice+":"+string(c.State.ID), plain(label), nil)
	}
	block := entry(menuBlock, "Block…")
	if !c.State.BlockedUntil.IsZero() {
		block = entry(menuLift, "Lift the block")
	}
	return slack.NewOverflowBlockElement(actMenu, entry(menuWhy, "Why?"), entry(menuTranscript, "Transcript"),
		entry(menuLabels, "Priority and tags…"), block, entry(menuMisjudged, "Wrong escalation…"))
}

// seenOwner reads the owner from the block id of the buttons.
func seenOwner(blockID string) string {
	parts := strings.Split(blockID, ":")
	if len(parts) == 3 && parts[0] == "own" {
		return parts[1]
	}
	return ""
}

// print tells whether two drawings of a card differ, and whether what matters
// does: links, the visitor's presence and the receipt of the last answer are the
// rest.
func (c Card) print(marker string) string {
	bare := c
	bare.Links, bare.Visitor, bare.Brief.ReplyAt = nil, Presence{}, time.Time{}
	return bare.Render(marker, 0).fingerprint() + ":" + c.Render(marker, 0).fingerprint()
}

// alike says that two prints differ in links and presence at most.
func alike(a, b string) bool {
	a, _, _ = strings.Cut(a, ":")
	b, _, _ = strings.Cut(b, ":")
	return a == b
}

// fingerprint tells whether two drawings of a card differ.
func (m message) fingerprint() string {
	body, err := json.Marshal(m.blocks)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(append(body, m.text...))
	return hex.EncodeToString(sum[:8])
}
