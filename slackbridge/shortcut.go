package slackbridge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// cutInbox is the global shortcut; those of a message are the choices of the menu
// below a line.
const cutInbox = "handoff_inbox"

// workShortcut deals with the shortcuts: the inbox, and those of a message.
func (b *Bridge) workShortcut(ctx context.Context, me identity, e envelope, fresh bool) error {
	switch e.CallbackID {
	case cutInbox:
		return b.openInbox(ctx, me, e, fresh)
	case draw.CutNote, draw.CutSend, draw.CutMove:
	default:
		return errDrop
	}
	if e.Message == nil {
		return errDrop
	}
	root := cmp.Or(e.Message.thread(), e.Message.TS)
	t, err := b.Threads.ThreadAt(ctx, me.Team, e.Channel.ID, root)
	if errors.Is(err, conversation.ErrNotFound) {
		b.whisper(e.Channel.ID, e.User.ID, "", "This works on lines in the thread of a chat.")
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

// lineShortcut keeps a line inside, sends it, or moves it.
func (b *Bridge) lineShortcut(ctx context.Context, p press, ts string) error {
	if p.ts = ts; p.e.CallbackID == draw.CutSend {
		if again, err := b.warned(ctx, p.id, p.channel, ts); err != nil || again {
			return b.retryUnless(ctx, p, err)
		}
	}
	if b.echo(*p.e.Message) {
		shown, err := b.shownBy(ctx, p.id, *p.e.Message)
		if err != nil {
			return err
		}
		if len(shown) > 1 {
			b.tellPresser(p, draw.Words("Several lines stand in this post. Use the menu below the one you mean."))
			return nil
		}
		if len(shown) == 1 {
			ts = shown[0]
		}
	}
	w, err := b.findSoon(ctx, p, ts)
	if errors.Is(err, errHold) {
		b.tellPresser(p, draw.Words("Only lines that agents wrote in this thread can be sent, kept inside or moved."))
		return nil
	}
	if err != nil {
		return err
	}
	return b.onLine(ctx, p, w, p.e.CallbackID)
}

// findSoon is find for a line that may have been written a moment ago: shortcuts
// overtake lines, which wait for one written before them.
func (b *Bridge) findSoon(ctx context.Context, p press, ts string) (where, error) {
	for range 20 {
		w, err := b.find(ctx, p.me.Team, p.channel, p.thread, ts)
		if !errors.Is(err, errHold) || ignored(*p.e.Message) || b.echo(*p.e.Message) {
			return w, err
		}
		if err := webapi.Sleep(ctx, 50*time.Millisecond); err != nil {
			return where{}, err
		}
	}
	return where{}, errHold
}

// shortcutKeep takes a line that went out back and keeps it as a note.
func (b *Bridge) shortcutKeep(ctx context.Context, p press, w where) error {
	switch {
	case w.inside():
		b.tellPresser(p, draw.Words("This line is inside already. The visitor does not see it."))
		return nil
	case w.event.Author.ID != p.who.ID && !p.admin:
		b.tellPresser(p, draw.Words("Only its author can take this line back."))
		return nil
	}
	if w.event.Author.ID != p.who.ID { // its author is told what the visitor sees
		b.tellPresser(p, draw.Words("This line was taken back from the visitor and is a note now."))
	}
	text, _ := w.now()
	return b.keepInside(ctx, w, text, p.e.ActionTS)
}

// shortcutSend sends a note, on purpose: the chat is taken over from the AI for
// it, or reopened.
func (b *Bridge) shortcutSend(ctx context.Context, p press, w where) error {
	if !w.inside() {
		b.tellPresser(p, draw.Words("This line has gone out already."))
		return nil
	}
	return b.sendKept(ctx, p, w, askCut)
}
