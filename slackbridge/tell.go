package slackbridge

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
)

// tellLine says privately, in the thread, what became of somebody's line, with
// the buttons to decide otherwise.
func (b *Bridge) tellLine(ctx context.Context, s said, f fate, state conversation.State) {
	spans := b.lineWords(ctx, s, f.Tell, state)
	if len(spans) == 0 {
		return
	}
	m := message{text: parsed(spans), blocks: block1(richLine("", spans...))}
	if len(f.Offer) > 0 {
		m.blocks = append(m.blocks, lineButtons(f, s, state))
	}
	b.aside.add(whisper{user: s.who.ID, channel: s.thread.Channel, thread: s.thread.TS, m: m})
}

func (b *Bridge) lineWords(ctx context.Context, s said, what telling, state conversation.State) []span {
	switch what {
	case tellNotAgent:
		if s.who.Bot {
			return nil
		}
		return []span{words(s.why)}
	case tellOwned:
		return []span{who(state.Owner), words(" has this chat, so your line stayed inside. The visitor has not seen it.")}
	case tellWithBot:
		return []span{words("The AI is answering this chat, so your line stayed inside. The visitor has not seen it.")}
	case tellClosed:
		return []span{words("This chat is closed, so your line stayed inside. The visitor has not seen it.")}
	case tellMentions:
		return []span{words("Your line mentions somebody in Slack, so it stayed inside. The visitor has not seen it.")}
	case tellElsewhere:
		return b.elsewhere(ctx, s)
	case tellBarred:
		why, err := b.mayClaim(ctx, state, s.who.ID)
		if err != nil {
			b.log.Warn("who may claim is not known", "conversation", state.ID, "error", err)
		}
		return append(why, words(" Your line stayed inside. The visitor has not seen it."))
	case tellClaimed:
		return []span{words("You have this chat now: your line went out and claimed it.")}
	case tellEmpty:
		return []span{words("Nothing was sent to the visitor: there is no text in this line.")}
	}
	return nil
}

func (b *Bridge) elsewhere(ctx context.Context, s said) []span {
	out := []span{words("This chat is not in this thread any more, so your line stayed inside. ")}
	now, err := b.Threads.ThreadOf(ctx, s.thread.Conversation)
	if errors.Is(err, conversation.ErrNotFound) || err != nil || now.TS == "" {
		return out
	}
	return append(out, words("It goes on in "), place(now.Channel), words(": "), span{text: "open the thread", url: b.permalink(now.Channel, now.TS)})
}

var offerLabels = map[offer]string{
	offerSend: "Send to visitor", offerTake: "Take over", offerTakeAndSend: "Take over and send",
	offerKeep: "Keep inside", offerReopen: "Reopen and send", offerAnyway: "Send anyway",
	offerEdit: "Send anyway", offerMove: "Move to another chat", offerRetry: "Retry",
}

// lineButtons offers what the author may decide. The value names the
// conversation and the line; both are looked up again at the press.
func lineButtons(f fate, s said, state conversation.State) slack.Block {
	var list []slack.BlockElement
	for _, o := range f.Offer {
		list = append(list, button(string(o), string(s.thread.Conversation)+" "+s.ts, offerLabels[o]))
	}
	return slack.NewActionBlock(fmt.Sprintf("own:%s:%s", state.Owner.ID, s.ts), list...)
}

// whisper says one line of ours to one person, in a thread or, with thread "",
// in the channel.
func (b *Bridge) whisper(channel, user, thread, text string) {
	b.whisperSpans(channel, user, thread, words(text))
}

func (b *Bridge) whisperSpans(channel, user, thread string, spans ...span) {
	b.aside.add(whisper{user: user, channel: channel, thread: thread, m: message{text: parsed(spans), blocks: block1(richLine("", spans...))}})
}

// refusalWords says why the log refused an act.
func refusalWords(err error) []span {
	var owned *conversation.OwnedError
	switch {
	case errors.As(err, &owned):
		return []span{who(owned.Owner), words(" has this chat. Nothing was changed.")}
	case errors.Is(err, conversation.ErrClosed):
		return []span{words("This chat is closed. Reopen it first.")}
	case errors.Is(err, conversation.ErrWithBot):
		return []span{words("The AI is answering this chat. Take over first.")}
	case errors.Is(err, conversation.ErrNotFound):
		return []span{words("This chat is not there any more.")}
	}
	return nil
}
