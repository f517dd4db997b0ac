package slackbridge

import (
	"context"
	"fmt"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// A conversation has one active thread. In another channel it gets a new one; back
// in a channel where it had one it goes on in that one, with all that was said
// meanwhile.

// since is how far the log had gone when the conversation came here: what was
// before its route, or before the undo that brought it back, is history.
func (v *visit) since() conversation.Seq {
	if v.fallback {
		return v.state.Seq
	}
	at := v.state.Route.Seq
	for _, e := range v.w.Events {
		if _, ok := e.Body.(conversation.Undone); ok {
			at = max(at, e.Seq)
		}
	}
	return max(0, at-1)
}

// move finishes the old thread and takes up the one in the other channel.
func (v *visit) move(ctx context.Context, channel string) error {
	old := v.thread
	if err := v.loadPosts(ctx); err != nil {
		return err
	}
	v.until = v.since() // what follows belongs into the other thread
	err := v.speak(ctx)
	if v.until = 0; err != nil {
		return err
	}
	left, err := v.changeThread(ctx, old, func(t *ledger.Thread) { t.State = ledger.Moved })
	if err != nil {
		return fmt.Errorf("leave the old thread: %w", err)
	}
	if err := v.open(ctx, channel); err != nil {
		return err
	}
	v.link(ctx, left, v.thread)
	v.leaveCard(ctx, left, v.thread)
	return v.loadPosts(ctx)
}

// link tells each thread where the other is. It is a help for readers and is not
// tried again.
func (v *visit) link(ctx context.Context, old, now ledger.Thread) {
	say := func(t ledger.Thread, text, url string) {
		m := draw.Say(draw.Words(text), draw.Link("open the thread", url))
		m.Text = draw.Mrkdwn(text) + url
		v.client.Throttle.Owe(t.Channel)
		if _, err := v.send(ctx, t.Channel, t.TS, m); err != nil {
			v.log.Warn("a thread was not linked", "conversation", v.w.Conversation, "error", err)
		}
	}
	came := "This chat began in another channel: "
	if now.Since > 0 && now.OpenedAt.Before(old.OpenedAt) {
		came = "This chat is back from another channel: "
	}
	say(old, "This chat goes on in another channel: ", v.permalink(now.Channel, now.TS))
	say(now, came, v.permalink(old.Channel, old.TS))
}

// leaveCard takes the buttons off the card of a thread that was left: they belong
// where the conversation is. Like link it is not tried again.
func (v *visit) leaveCard(ctx context.Context, old, now ledger.Thread) {
	if ok, _ := v.client.Throttle.Take("chat.update", old.Channel); !ok {
		return
	}
	card, err := v.card(ctx, v.w.Conversation)
	if err == nil {
		card.Moved = []draw.Span{draw.Words("➡️ This chat goes on in "), draw.Place(now.Channel), draw.Words(": "), draw.Link("open the thread", v.permalink(now.Channel, now.TS))}
		err = v.update(ctx, old.Channel, old.TS, card.Render(old.Marker, int(v.state.Seq)))
	}
	if err != nil {
		v.log.Warn("the card of a left thread was not redrawn", "conversation", v.w.Conversation, "error", err)
	}
}
