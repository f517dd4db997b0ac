package slackbridge

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
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
	actMenu     = "handoff_menu"

	menuWhy        = "why"
	menuTranscript = "transcript"
)

// Card is everything the root message of a thread is drawn from.
type Card struct {
	State    conversation.State
	Brief    Brief
	Staffing Staffing
	// Moved says where the conversation goes on, on the card of a thread that it
	// has left; nil on the living one.
	Moved []span
}

// Staffing is how the card calls for people. Silent leaves the mention out:
// the channel has had too many.
type Staffing struct {
	Silent bool
}

// maxCardChars bounds each visitor-controlled part of the card.
const maxCardChars = 900

// Render draws the card. marker goes into the block id and the metadata, rev
// counts the redraws: Slack wants a new block id at each.
func (c Card) Render(marker string, rev int) message {
	head := c.headline()
	blocks := []slack.Block{richLine(fmt.Sprintf("%s:%d", marker, rev), head...), c.facts()}
	if tried := c.tried(); tried != nil {
		blocks = append(blocks, tried)
	}
	blocks = append(blocks, richBlock{elements: []any{slack.NewRichTextSection(c.status()...)}})
	if c.Moved == nil {
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
	if m, ok := mention(firstNonEmpty(c.State.Group, c.State.Route.Mention)); ok && c.calls() {
		out = append(out, words(" "), m)
	}
	return out
}

// calls says that the card may mention whom it waits for.
func (c Card) calls() bool {
	return c.State.Mode == conversation.Waiting && !c.State.Quiet && !c.Staffing.Silent && c.Moved == nil
}

// facts are the labelled lines below the headline.
func (c Card) facts() slack.Block {
	var spans []span
	add := func(label, text string) {
		if text = clip(strings.TrimSpace(text), maxCardChars); text == "" {
			return
		}
		if len(spans) > 0 {
			spans = append(spans, words("\n"))
		}
		spans = append(spans, strong(label+": "), words(text))
	}
	add("Who", c.Brief.who())
	add("Why", oneLine(firstNonEmpty(c.Brief.Why, reasonWords(c.State.Reason)), 400))
	add("Topic", oneLine(c.State.Topic, 120))
	for _, f := range sortedFields(c.Brief.Fields) {
		add(oneLine(f[0], 60), oneLine(f[1], 300))
	}
	add("Page", c.Brief.where())
	add("Tags", oneLine(strings.Join(c.Brief.Tags, ", "), 200))
	if len(spans) == 0 {
		spans = []span{words("A person was asked for.")}
	}
	return richLine("", spans...)
}

func firstNonEmpty(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
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

// tried quotes what the AI answered, shortened, never reworded.
func (c Card) tried() slack.Block {
	if len(c.Brief.Tried) == 0 {
		return nil
	}
	elements := []any{slack.NewRichTextSection(rich([]span{strong("What the AI tried")})...)}
	for _, t := range c.Brief.Tried {
		text := t.Text
		if len(t.Sources) > 0 {
			text += " (" + strings.Join(t.Sources, ", ") + ")"
		}
		elements = append(elements, quote(clip(text, 500)))
	}
	return richBlock{elements: elements}
}

func (c Card) status() []slack.RichTextSectionElement {
	s := c.State
	if c.Moved != nil {
		return rich(c.Moved)
	}
	switch s.Mode {
	case conversation.Waiting:
		out := rich([]span{words("⏳ Waiting since ")})
		out = append(out, clock(s.WaitFrom))
		if s.Routed() && !s.Route.Staffed {
			out = append(out, rich([]span{words(". Nobody is on duty.")})...)
		}
		return out
	case conversation.WithAgent:
		return rich([]span{words("💬 "), who(s.Owner), words(" has this chat.")})
	case conversation.IsClosed:
		return append(rich([]span{words("✔️ Closed " + closedBy(s.Closure) + " at ")}), clock(s.Closed.At))
	case conversation.WithBot:
	}
	return rich([]span{words("🤖 The AI is answering.")})
}

func closedBy(c conversation.Closure) string {
	switch c.Reason {
	case conversation.ClosedByVisitor:
		return "by the visitor"
	case conversation.ClosedIdle:
		return "after a quiet while"
	case conversation.ClosedByAgent, conversation.ClosedByBlock:
	}
	return "by the team"
}

// clock shows a time in the reader's own zone.
func clock(t time.Time) slack.RichTextSectionElement {
	fallback := t.UTC().Format("15:04 UTC")
	return slack.NewRichTextSectionDateElement(t.Unix(), "{time}", nil, &fallback)
}

// buttons are those of the mode. The block id tells who the owner was when the
// card was drawn, which is what a person who takes over has seen.
func (c Card) buttons(rev int) slack.Block {
	id := string(c.State.ID)
	press := func(action, label string) slack.BlockElement { return button(action, id, label) }
	var list []slack.BlockElement
	switch c.State.Mode {
	case conversation.Waiting:
		claim := button(actClaim, id, "Claim")
		claim.Style = slack.StylePrimary
		list = []slack.BlockElement{claim, press(actAssign, "Assign…"), press(actHandBack, "Hand back to AI"), press(actClose, "Close")}
	case conversation.WithAgent:
		list = []slack.BlockElement{press(actRelease, "Release"), press(actAssign, "Assign…"), press(actHandBack, "Hand back to AI"), press(actClose, "Close"), press(actTakeOver, "Take over")}
	case conversation.WithBot:
		list = []slack.BlockElement{press(actTakeOver, "Take over"), press(actClose, "Close")}
	case conversation.IsClosed:
		list = []slack.BlockElement{press(actReopen, "Reopen")}
	}
	list = append(list, slack.NewOverflowBlockElement(actMenu,
		slack.NewOptionBlockObject(menuWhy+":"+id, plain("Why?"), nil),
		slack.NewOptionBlockObject(menuTranscript+":"+id, plain("Transcript"), nil)))
	return slack.NewActionBlock(fmt.Sprintf("own:%s:%d", c.State.Owner.ID, rev), list...)
}

// seenOwner reads the owner from the block id of the buttons.
func seenOwner(blockID string) string {
	parts := strings.Split(blockID, ":")
	if len(parts) == 3 && parts[0] == "own" {
		return parts[1]
	}
	return ""
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
