package slackbridge

import (
	"context"
	"errors"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// tellLine says privately, in the thread, what became of somebody's line, with
// the buttons to decide otherwise.
func (b *Bridge) tellLine(ctx context.Context, s said, f fate, state conversation.State) {
	spans := b.lineWords(ctx, s, f.Tell, state)
	if len(spans) == 0 {
		return
	}
	m := draw.Say(spans...)
	if len(f.Offer) > 0 {
		m = m.OfferingOwned(s.thread.Conversation, s.ts, state.Owner.ID, f.Offer)
	}
	b.aside.add(whisper{user: s.who.ID, channel: s.thread.Channel, thread: s.thread.TS, m: m})
}

func (b *Bridge) lineWords(ctx context.Context, s said, what telling, state conversation.State) []draw.Span {
	switch what {
	case tellNotAgent:
		if s.who.Bot {
			return nil
		}
		return []draw.Span{draw.Words(s.why)}
	case tellOwned:
		return []draw.Span{draw.Who(state.Owner), draw.Words(" has this chat, so your line stayed inside. The visitor has not seen it.")}
	case tellWithBot:
		return []draw.Span{draw.Words("The AI is answering this chat, so your line stayed inside. The visitor has not seen it.")}
	case tellClosed:
		return []draw.Span{draw.Words("This chat is closed, so your line stayed inside. The visitor has not seen it.")}
	case tellMentions:
		return []draw.Span{draw.Words("Your line mentions somebody in Slack, so it stayed inside. The visitor has not seen it.")}
	case tellElsewhere:
		return b.elsewhere(ctx, s)
	case tellBarred:
		why, err := b.mayClaim(ctx, state, s.who.ID)
		if err != nil {
			b.log.Warn("who may claim is not known", "conversation", state.ID, "error", err)
		}
		return append(why, draw.Words(" Your line stayed inside. The visitor has not seen it."))
	case tellClaimed:
		return []draw.Span{draw.Words("You have this chat now: your line went out and claimed it.")}
	case tellEmpty:
		return []draw.Span{draw.Words("Nothing was sent to the visitor: there is no text in this line.")}
	}
	return nil
}

func (b *Bridge) elsewhere(ctx context.Context, s said) []draw.Span {
	out := []draw.Span{draw.Words("This chat is not in this thread any more, so your line stayed inside. ")}
	now, err := b.Threads.ThreadOf(ctx, s.thread.Conversation)
	if errors.Is(err, conversation.ErrNotFound) || err != nil || now.TS == "" {
		return out
	}
	return append(out, draw.Words("It goes on in "), draw.Place(now.Channel), draw.Words(": "), draw.Link("open the thread", b.permalink(now.Channel, now.TS)))
}

// whisper says one line of ours to one person, in a thread or, with thread "",
// in the channel.
func (b *Bridge) whisper(channel, user, thread, text string) {
	b.whisperSpans(channel, user, thread, draw.Words(text))
}

func (b *Bridge) whisperSpans(channel, user, thread string, spans ...draw.Span) {
	b.aside.add(whisper{user: user, channel: channel, thread: thread, m: draw.Say(spans...)})
}

// refusalWords says why the log refused an act.
func refusalWords(err error) []draw.Span {
	var owned *conversation.OwnedError
	switch {
	case errors.As(err, &owned):
		return []draw.Span{draw.Who(owned.Owner), draw.Words(" has this chat. Nothing was changed.")}
	case errors.Is(err, conversation.ErrClosed):
		return []draw.Span{draw.Words("This chat is closed. Reopen it first.")}
	case errors.Is(err, conversation.ErrWithBot):
		return []draw.Span{draw.Words("The AI is answering this chat. Take over first.")}
	case errors.Is(err, conversation.ErrNotFound):
		return []draw.Span{draw.Words("This chat is not there any more.")}
	}
	return nil
}
