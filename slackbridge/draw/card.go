package draw

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// The buttons of the card. Their value is the conversation's id and nothing
// else; who may press is looked up at each press.
const (
	ActClaim    = "handoff_claim"
	ActTakeOver = "handoff_takeover"
	ActRelease  = "handoff_release"
	ActHandBack = "handoff_handback"
	ActClose    = "handoff_close"
	ActReopen   = "handoff_reopen"
	ActAssign   = "handoff_assign"
	ActTransfer = "handoff_transfer"
	ActAccept   = "handoff_accept"
	ActReply    = "handoff_reply"
	ActMenu     = "handoff_menu"

	MenuWhy        = "why"
	MenuTranscript = "transcript"
	MenuLabels     = "labels"
	MenuBlock      = "block"
	MenuLift       = "lift"
	MenuMisjudged  = "misjudged"
)

// ActTranslate switches the translation; what follows the conversation's id in its
// value says which way, so that a press on a card that is too old does nothing.
const (
	ActTranslate = "handoff_translate"

	SwitchOn  = "on"
	switchOff = "off"
)

// Card is everything the root message of a thread is drawn from.
type Card struct {
	State conversation.State
	Brief Brief
	// Silent leaves the mention out: the channel has had too many.
	Silent bool
	// Links are the addresses of the messages that the facts come from, by event,
	// as far as they stand in the thread.
	Links map[conversation.Seq]string
	// Before counts the visitor's earlier conversations, up to countEarlier and one
	// more; Earlier are the last of them, the newest first.
	Before  int
	Earlier []Earlier
	Visitor Presence
	// Unsent are the lines that can be sent again, by their ts, the oldest first.
	Unsent []string
	// Translates says that lines can be translated, or are.
	Translates bool
	// Moved says where the conversation goes on, on the card of a thread that it
	// has left; nil on the living one.
	Moved []Span
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
func (c Card) Render(marker string, rev int) Message {
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
	return Message{
		Blocks: blocks, Text: ClipEscaped(parsed(head), MaxNoticeText),
		Metadata: Marked(c.State.ID, marker),
	}
}

// Plain is the card without anything Slack could refuse: one line of text and
// the buttons.
func (c Card) Plain(marker string, rev int) Message {
	m := c.Render(marker, rev)
	section := slack.NewSectionBlock(plain(Clip(c.line(), MaxBlockChars)), nil, nil, slack.SectionBlockOptionBlockID(fmt.Sprintf("%s:%d", marker, rev)))
	m.Blocks = []slack.Block{section, c.buttons(rev)}
	m.Text = ClipEscaped(Mrkdwn(c.line()), MaxNoticeText)
	return m
}

func (c Card) line() string {
	return c.urgency() + c.Brief.Visitor(c.State) + " · " + c.State.Reference + " · " + c.Brief.question()
}

// urgency is the priority when it is not the normal one.
func (c Card) urgency() string {
	if p := strings.ToLower(c.State.Priority); p != "" && p != "normal" {
		return strings.ToUpper(OneLine(p, 20)) + " · "
	}
	return ""
}

func (c Card) headline() []Span {
	out := []Span{Strong(c.urgency() + c.Brief.Visitor(c.State)), Words(" · " + c.State.Reference + " · " + c.Brief.question())}
	if c.State.Test {
		out = append([]Span{Strong("TEST · ")}, out...)
	}
	if m, ok := Mention(cmp.Or(c.State.Group, c.State.Route.Mention)); ok && c.calls() {
		out = append(out, Words(" "), m)
	}
	return out
}

// calls says that the card may mention whom it waits for.
func (c Card) calls() bool {
	return c.State.Mode == conversation.Waiting && !c.State.Quiet && !c.Silent && c.Moved == nil
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
	return OneLine(strings.ReplaceAll(reason, "_", " "), 200)
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
	pass := []slack.BlockElement{press(ActAssign, "Assign…"), press(ActTransfer, "Transfer…"), press(ActHandBack, "Hand back to AI"), press(ActClose, "Close")}
	var list []slack.BlockElement
	switch c.State.Mode {
	case conversation.Waiting:
		list = append([]slack.BlockElement{first(ActClaim, "Claim")}, pass...)
	case conversation.WithAgent:
		if !c.State.Accept.IsZero() {
			list = append(list, first(ActAccept, "Accept"))
		}
		list = append(append(list, press(ActRelease, "Release")), append(pass, press(ActTakeOver, "Take over"))...)
	case conversation.WithBot:
		list = []slack.BlockElement{press(ActTakeOver, "Take over"), press(ActClose, "Close")}
	case conversation.IsClosed:
		list = []slack.BlockElement{press(ActReopen, "Reopen")}
	}
	list = append(list, press(ActReply, "Reply…"))
	switch {
	case c.State.Translate.Seq != 0:
		list = append(list, button(ActTranslate, id+" "+switchOff, "Stop translating"))
	case c.Translates && c.State.Mode != conversation.IsClosed:
		list = append(list, button(ActTranslate, id+" "+SwitchOn, "Translate"))
	}
	return slack.NewActionBlock(ownedBy(c.State.Owner.ID, strconv.Itoa(rev)), append(list, c.menu())...)
}

// menu holds what is needed seldom; Slack allows five entries.
func (c Card) menu() slack.BlockElement {
	entry := func(choice, label string) *slack.OptionBlockObject {
		return slack.NewOptionBlockObject(choice+":"+string(c.State.ID), plain(label), nil)
	}
	block := entry(MenuBlock, "Block…")
	if !c.State.BlockedUntil.IsZero() {
		block = entry(MenuLift, "Lift the block")
	}
	return slack.NewOverflowBlockElement(ActMenu, entry(MenuWhy, "Why?"), entry(MenuTranscript, "Transcript"),
		entry(MenuLabels, "Priority and tags…"), block, entry(MenuMisjudged, "Wrong escalation…"))
}

// ownedBy is the block id of buttons that tells who the owner was when they were
// drawn; what makes it unlike the others of the message or the view.
func ownedBy(owner, what string) string { return "own:" + owner + ":" + what }

// SeenOwner reads the owner from the block id of the buttons, "" where it tells none.
func SeenOwner(blockID string) string {
	parts := strings.Split(blockID, ":")
	if len(parts) == 3 && parts[0] == "own" {
		return parts[1]
	}
	return ""
}

// Print tells whether two drawings of a card differ, and whether what matters
// does: links, the visitor's presence and the receipt of the last answer are the
// rest.
func (c Card) Print(marker string) string {
	bare := c
	bare.Links, bare.Visitor, bare.Brief.ReplyAt = nil, Presence{}, time.Time{}
	return bare.Render(marker, 0).fingerprint() + ":" + c.Render(marker, 0).fingerprint()
}

// Alike says that two prints differ in links and presence at most.
func Alike(a, b string) bool {
	a, _, _ = strings.Cut(a, ":")
	b, _, _ = strings.Cut(b, ":")
	return a == b
}
