package slackbridge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// dressEvery is how long a card waits for its links and the visitor's presence
// while the redraws of what matters need the pace.
const dressEvery = 10 * time.Second

// drawCard brings the card of a conversation up to date. It returns when the
// card may be drawn again, zero when there is nothing to draw. With now it is
// drawn at once, unless only what can wait differs; otherwise it waits until the last drawing is two seconds old. A
// card that cannot be updated is never replaced by a new post.
func (b *Bridge) drawCard(ctx context.Context, id conversation.ID, now bool) (due time.Time, err error) {
	defer b.cards.lock(string(id))()
	t, card, print, err := b.staleCard(ctx, id)
	if err != nil || print == "" {
		return time.Time{}, err
	}
	if next := t.CardAt.Add(b.Limits.CardEvery); (!now || draw.Alike(print, t.Card)) && next.After(b.Now()) {
		return next, nil
	}
	if draw.Alike(print, t.Card) && !b.client.Throttle.Spare("chat.update") {
		return b.Now().Add(dressEvery), nil
	}
	if ok, retry := b.client.Throttle.Take("chat.update", t.Channel); !ok {
		return retry, nil
	}
	return b.redraw(ctx, t, card, print)
}

// confirm shows on the card what became of a press, where this process writes to
// Slack; otherwise the one that does will.
func (b *Bridge) confirm(ctx context.Context, p press) {
	if !b.leads() {
		return
	}
	answered, err := b.answerPress(ctx, p)
	if err != nil && ctx.Err() == nil {
		b.log.Warn("a press was not confirmed on the card", "conversation", p.id, "error", err)
	}
	if !answered {
		b.refreshCard(ctx, p.id)
	}
}

// answerPress draws the card through the address that Slack gave us for this
// press, which no limit per method delays. It is false when the card still has to
// be drawn.
func (b *Bridge) answerPress(ctx context.Context, p press) (bool, error) {
	defer b.cards.lock(string(p.id))()
	t, card, print, err := b.staleCard(ctx, p.id)
	if err != nil || print == "" {
		return err == nil, err
	}
	if p.e.Response == "" || p.e.Container.MessageTS != t.TS || p.channel != t.Channel {
		return false, nil
	}
	if err := b.answer(ctx, p.e.Response, card.Render(t.Marker, int(card.State.Seq)), "", true); err != nil {
		b.log.Debug("a press was not answered through its own address", "conversation", p.id, "error", err)
		return false, nil
	}
	return true, b.cardStands(ctx, t, print)
}

// staleCard returns the card to draw with its print, which is empty when there is
// nothing to draw.
func (b *Bridge) staleCard(ctx context.Context, id conversation.ID) (t ledger.Thread, card draw.Card, print string, err error) {
	t, err = b.Threads.ThreadOf(ctx, id)
	if errors.Is(err, conversation.ErrNotFound) || err == nil && t.State != ledger.Open {
		return t, card, "", nil
	}
	if err != nil {
		return t, card, "", fmt.Errorf("look for the card: %w", err)
	}
	if card, err = b.cardIn(ctx, t); err != nil {
		return t, card, "", err
	}
	if print = card.Print(t.Marker); print == t.Card {
		print = ""
	}
	return t, card, print, nil
}

func (b *Bridge) redraw(ctx context.Context, t ledger.Thread, card draw.Card, print string) (time.Time, error) {
	rev := int(card.State.Seq)
	err := b.update(ctx, t.Channel, t.TS, card.Render(t.Marker, rev))
	if webapi.HasCode(err, blockRefusals...) {
		err = b.update(ctx, t.Channel, t.TS, card.Plain(t.Marker, rev))
	}
	f, bad := webapi.Failed(err)
	switch {
	case webapi.HasCode(err, "message_not_found", "thread_not_found"):
		return time.Time{}, b.giveUp(ctx, t)
	case bad && f.Kind == webapi.Limited:
		return b.Now().Add(f.Retry), nil
	case bad && (ofChannel(f) || f.OfApp()):
		return b.sendAway(t.Channel, t.Conversation, f), nil // it is not drawn
	case bad && f.Kind == webapi.Refused:
		b.log.Warn("a card cannot be updated", "conversation", t.Conversation, "error", err)
	case bad:
		return b.Now().Add(b.Limits.DoubtWait), nil
	case err != nil:
		return time.Time{}, err
	}
	return time.Time{}, b.cardStands(ctx, t, print)
}

func (b *Bridge) cardStands(ctx context.Context, t ledger.Thread, print string) error {
	_, err := b.changeThread(ctx, t, func(t *ledger.Thread) { t.Card, t.CardAt = print, b.Now() })
	if err != nil {
		return fmt.Errorf("note the card: %w", err)
	}
	return nil
}

// update changes a message of ours.
func (b *Bridge) update(ctx context.Context, channel, ts string, m draw.Message) error {
	m.Username, m.Broadcast = "", false
	return b.client.Call(ctx, "chat.update", channel, func(ctx context.Context) error {
		_, _, _, err := b.client.API.UpdateMessageContext(ctx, channel, ts, m.Options()...)
		return err
	})
}

// permalink is the address of a message, built without a call.
func (b *Bridge) permalink(channel, ts string) string {
	me := b.self.Load()
	if me == nil {
		return ""
	}
	return me.TeamURL + "archives/" + channel + "/p" + digits(ts)
}

func digits(ts string) string {
	out := make([]byte, 0, len(ts))
	for i := range len(ts) {
		if ts[i] >= '0' && ts[i] <= '9' {
			out = append(out, ts[i])
		}
	}
	return string(out)
}
