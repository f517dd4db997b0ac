package slackbridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// channelOrID reads an id that comes as a string or as an object with an id.
type channelOrID string

// UnmarshalJSON implements json.Unmarshaler.
func (c *channelOrID) UnmarshalJSON(raw []byte) error {
	var object struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(raw, (*string)(c)) == nil {
		return nil
	}
	if err := json.Unmarshal(raw, &object); err == nil {
		*c = channelOrID(object.ID)
	}
	return nil
}

const helpText = `/handoff status — who waits, who has what, and whether everything works
/handoff find WORDS — chats with these words
/handoff try WORDS — what the policy would do with a sentence
/handoff help — this list
In a chat's thread: write to answer, start a line with ;; to keep it inside, and use the buttons of the card.`

// workCommand deals with /handoff.
func (b *Bridge) workCommand(ctx context.Context, me identity, e envelope) error {
	reply := func(m message) error {
		b.respond(ctx, e.Response, m, false)
		return nil
	}
	say := func(text string) error {
		return reply(message{text: mrkdwn(text), blocks: block1(richLine("", words(text)))})
	}
	_, why, err := b.people.standing(ctx, me.Team, b.Config.Channel, e.UserID)
	if err != nil {
		return fmt.Errorf("look the user up: %w", err)
	}
	if why != "" {
		return say(why)
	}
	verb, rest, _ := strings.Cut(strings.TrimSpace(e.Text), " ")
	rest = unescape(strings.TrimSpace(rest))
	switch strings.ToLower(verb) {
	case "", "help":
		return say(helpText)
	case "status":
		return b.replyStatus(ctx, say)
	case "find":
		return b.replyFind(ctx, rest, say, reply)
	case "try":
		return b.replyTry(ctx, rest, say)
	case "on", "off":
		return say("/handoff " + verb + " is not in this version. Every agent counts within office hours.")
	}
	return say("There is no /handoff " + oneLine(verb, 40) + ".\n" + helpText)
}

func (b *Bridge) replyStatus(ctx context.Context, say func(string) error) error {
	var lines []string
	for _, l := range []struct {
		mode  conversation.Mode
		label string
	}{{conversation.Waiting, "waiting"}, {conversation.WithAgent, "with an agent"}, {conversation.WithBot, "with the AI"}} {
		states, err := b.Log.Search(ctx, conversation.Query{Modes: []conversation.Mode{l.mode}, Limit: 100})
		if err != nil {
			return fmt.Errorf("count conversations: %w", err)
		}
		count := fmt.Sprint(len(states))
		if len(states) == 100 {
			count = "100 or more"
		}
		lines = append(lines, count+" "+l.label)
	}
	if ok, why := b.Health(); !ok {
		lines = append(lines, "Not well: "+why)
	} else {
		lines = append(lines, "Everything works.")
	}
	return say(strings.Join(lines, "\n"))
}

func (b *Bridge) replyFind(ctx context.Context, wanted string, say func(string) error, reply func(message) error) error {
	if wanted == "" {
		return say("Say what to look for: /handoff find WORDS")
	}
	states, err := b.Log.Search(ctx, conversation.Query{Text: wanted, Limit: homeLimit})
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	if len(states) == 0 {
		return say("No chat has these words.")
	}
	m := message{text: mrkdwn(fmt.Sprintf("%d chats", len(states)))}
	for _, s := range states {
		row, err := b.inboxRow(ctx, s, "")
		if err != nil {
			return err
		}
		m.blocks = append(m.blocks, row...)
	}
	return reply(m)
}

func (b *Bridge) replyTry(ctx context.Context, sentence string, say func(string) error) error {
	switch {
	case b.Try == nil:
		return say("/handoff try is not in this version.")
	case sentence == "":
		return say("Say a sentence to try: /handoff try I was charged twice")
	}
	text, err := b.Try(ctx, sentence)
	if err != nil {
		return fmt.Errorf("try a sentence: %w", err)
	}
	return say(clip(text, maxBlockChars))
}

// respond answers through the address Slack gave us for this one interaction.
func (b *Bridge) respond(ctx context.Context, address string, m message, replace bool) {
	off := false
	err := slack.PostWebhookCustomHTTPContext(ctx, address, b.HTTP, &slack.WebhookMessage{
		Text: m.text, Blocks: &slack.Blocks{BlockSet: m.blocks}, ResponseType: "ephemeral", ReplaceOriginal: replace, Parse: "none",
		UnfurlLinks: &off, UnfurlMedia: &off,
	})
	var named *url.Error
	if errors.As(err, &named) {
		err = named.Err // the address is a secret
	}
	if err != nil {
		b.log.Warn("an answer was not delivered", "error", err)
	}
}

// workShortcut deals with the shortcuts: the inbox, and the two of a message.
func (b *Bridge) workShortcut(ctx context.Context, me identity, e envelope, fresh bool) error {
	switch e.CallbackID {
	case "handoff_inbox":
		return b.openInbox(ctx, me, e, fresh)
	case "handoff_note", "handoff_send":
	default:
		return errDrop
	}
	if e.Message == nil {
		return errDrop
	}
	root := firstNonEmpty(e.Message.thread(), e.Message.TS)
	t, err := b.Threads.ThreadAt(ctx, me.Team, e.Channel.ID, root)
	if errors.Is(err, conversation.ErrNotFound) {
		b.whisper(ctx, e.Channel.ID, e.User.ID, "", "This works on lines in the thread of a chat.")
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for the thread: %w", err)
	}
	p := press{me: me, e: e, id: t.Conversation, channel: t.Channel, thread: t.TS, fresh: fresh}
	p.e.Container = container{MessageTS: t.TS, ThreadTS: t.TS, ChannelID: t.Channel}
	p.action = pressed{ActionID: e.CallbackID, ActionTS: e.Trigger}
	if ok, err := b.admitPress(ctx, &p); err != nil || !ok {
		return err
	}
	return b.lineShortcut(ctx, p, e.Message.TS)
}

// lineShortcut keeps a line inside, or sends it.
func (b *Bridge) lineShortcut(ctx context.Context, p press, ts string) error {
	w, err := b.find(ctx, p.me.Team, p.channel, p.thread, ts)
	if errors.Is(err, errHold) {
		b.tellPresser(ctx, p, words("Only lines that agents wrote in this thread can be sent or kept inside."))
		return nil
	}
	if err != nil {
		return err
	}
	_, gone := w.last()
	switch {
	case gone:
		b.tellPresser(ctx, p, words("This line was taken back already."))
	case p.e.CallbackID == "handoff_send" && !w.inside():
		b.tellPresser(ctx, p, words("This line has gone out already."))
	case p.e.CallbackID == "handoff_send":
		return b.shortcutSend(ctx, p, w)
	case w.inside():
		b.tellPresser(ctx, p, words("This line is inside already. The visitor does not see it."))
	case w.event.Author.ID != p.who.ID && !p.admin:
		b.tellPresser(ctx, p, words("Only its author can take this line back."))
	default:
		if err := b.keepInside(ctx, w, p.me.Team, p.channel, ts, lastText(w)); err != nil {
			return err
		}
		b.tellPresser(ctx, p, words("This line had gone out. It was taken back from the visitor, who may have read it, and is a note now."))
	}
	return nil
}

// shortcutSend sends a note in the way the state asks for: on purpose it takes
// the chat over from the AI, or reopens it.
func (b *Bridge) shortcutSend(ctx context.Context, p press, w where) error {
	asked := askSend
	if p.state.Mode == conversation.WithBot || p.state.Mode == conversation.IsClosed {
		asked = askTake
	}
	return b.sendKept(ctx, p, w, asked)
}

// lastText is the text of a line after its edits.
func lastText(w where) string {
	text := ""
	switch body := w.event.Body.(type) {
	case conversation.Message:
		text = body.Text
	case conversation.Note:
		text = body.Text
	}
	for _, e := range w.since {
		if edit, ok := e.Body.(conversation.Edited); ok && edit.Of == w.event.Seq {
			text = edit.Text
		}
	}
	return text
}

func (b *Bridge) openInbox(ctx context.Context, me identity, e envelope, fresh bool) error {
	_, why, err := b.people.standing(ctx, me.Team, b.Config.Channel, e.User.ID)
	if err != nil {
		return fmt.Errorf("look the reader up: %w", err)
	}
	if why != "" {
		b.directly(ctx, e.User.ID, words(why))
		return nil
	}
	blocks, err := b.inbox(ctx, e.User.ID)
	if err != nil {
		return err
	}
	view := modal(modalRead, "Handoff inbox", "", blocks...)
	view.Close = plain("Close")
	if !fresh || !b.openModal(ctx, e.Trigger, view) {
		b.directly(ctx, e.User.ID, words("The inbox did not open in time. It is also in the Home of this app."))
	}
	return nil
}
