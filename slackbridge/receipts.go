package slackbridge

import (
	"context"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// What becomes of a line is also said by a reaction on it: 🔒 for what stayed
// inside, ⚠️ for what could not be delivered. Nobody waits for one. What is wanted of
// a line is a row, written where the line is worked; one goroutine, where this
// process leads, carries the rows to Slack at a pace of its own below the tier, the
// warnings first. Wanted twice is one row, and the last word counts. A reaction may
// be asked for again, so that a crash, a limit or a lost answer only repeats it.

// Receipts keeps what Slack has to show on a line. Each method is one transaction.
type Receipts interface {
	// PutReceipt keeps what is wanted, in the place of what was wanted before.
	PutReceipt(ctx context.Context, r ledger.Receipt) error
	// SettleReceipt notes that Slack shows it, unless something else is wanted by
	// now.
	SettleReceipt(ctx context.Context, r ledger.Receipt) error
	// Receipts lists what Slack does not show yet, the oldest first.
	Receipts(ctx context.Context, limit int) ([]ledger.Receipt, error)
	// Undelivered lists the lines of a conversation that can be sent again.
	Undelivered(ctx context.Context, id conversation.ID) ([]ledger.Receipt, error)
}

const (
	// receiptsAtOnce is how many rows are looked at together.
	receiptsAtOnce = 200
	// receiptTick is how soon rows of other processes are seen.
	receiptTick = 2 * time.Second
	// receiptFor is how long a reaction is worth carrying.
	receiptFor = 24 * time.Hour
)

// receipts is who carries them.
type receipts struct {
	wake  chan struct{}            // capacity one
	paces map[string]*rate.Limiter // by method, in calls below its tier
}

// The paces: Slack's tiers are 50 and 20 a minute.
func newReceipts() receipts {
	return receipts{wake: make(chan struct{}, 1), paces: map[string]*rate.Limiter{
		"reactions.add": rate.NewLimiter(rate.Every(time.Minute/40), 5), "reactions.remove": rate.NewLimiter(rate.Every(time.Minute/15), 3),
	}}
}

// want says that a line has to carry an emoji of ours, or not any more. It does not
// wait for Slack.
func (b *Bridge) want(ctx context.Context, r ledger.Receipt) {
	if b.Receipts == nil || fromForm(r.TS) { // no message of hers to mark
		return
	}
	r.Asked = b.Now()
	if err := b.Receipts.PutReceipt(ctx, r); err != nil && ctx.Err() == nil {
		b.log.Warn("a line was not marked", "conversation", r.Conversation, "error", err)
	}
	poke(b.receipts.wake)
}

// lock marks a line as one that stayed inside, or takes that off.
func (b *Bridge) lock(ctx context.Context, id conversation.ID, channel, ts string, on bool) {
	b.want(ctx, ledger.Receipt{Conversation: id, Channel: channel, TS: ts, Name: markInside, On: on})
}

// runReceipts carries them until ctx ends.
func (b *Bridge) runReceipts(ctx context.Context) error {
	if b.Receipts == nil {
		return nil
	}
	for {
		timer := time.NewTimer(b.carryReceipts(ctx))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-b.receipts.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// carryReceipts brings to Slack what the pace allows, and says when to go on.
func (b *Bridge) carryReceipts(ctx context.Context) (wait time.Duration) {
	if ok, _ := b.health.State(); !ok || b.self.Load() == nil || !b.leads() {
		return receiptTick
	}
	rows, err := b.Receipts.Receipts(ctx, receiptsAtOnce)
	if err != nil {
		b.log.Warn("receipts not read", "error", err)
		return receiptTick
	}
	wait = receiptTick
	for _, first := range []bool{true, false} {
		for _, r := range rows {
			if (r.Name == markFailed) != first {
				continue
			}
			if pause := b.carryReceipt(ctx, r); pause > 0 {
				wait = min(wait, pause)
				break // what comes later waits too
			}
		}
	}
	return wait
}

// carryReceipt carries one, or says how long to wait.
func (b *Bridge) carryReceipt(ctx context.Context, r ledger.Receipt) (pause time.Duration) {
	method, call := "reactions.add", b.client.API.AddReactionContext
	if !r.On {
		method, call = "reactions.remove", b.client.API.RemoveReactionContext
	}
	if pause := b.receiptPause(method); pause > 0 {
		return pause
	}
	err := b.client.Call(ctx, method, r.Channel, func(ctx context.Context) error {
		return call(ctx, r.Name, slack.NewRefToMessage(r.Channel, r.TS))
	})
	f, bad := webapi.Failed(err)
	switch {
	case bad && f.Kind == webapi.Limited:
		return max(f.Retry, time.Second)
	case bad && f.Kind != webapi.Refused && b.Now().Sub(r.Asked) < receiptFor:
		return b.Limits.DoubtWait
	case bad && !webapi.HasCode(err, "already_reacted", "no_reaction", "message_not_found"):
		b.log.Warn("a line was not marked", "conversation", r.Conversation, "error", err)
	}
	if err := b.Receipts.SettleReceipt(ctx, r); err != nil {
		b.log.Warn("a receipt was not settled", "conversation", r.Conversation, "error", err)
		return receiptTick
	}
	return 0
}

// receiptPause is how long the pace wants us to wait, and otherwise takes its turn.
func (b *Bridge) receiptPause(method string) time.Duration {
	now := b.Now()
	pace := b.receipts.paces[method]
	if !b.Limits.Unlimited && pace.TokensAt(now) < 1 {
		short := (1 - pace.TokensAt(now)) / float64(pace.Limit()) * float64(time.Second)
		return max(time.Duration(short), time.Millisecond) // almost a turn is none
	}
	if ok, retry := b.client.Throttle.Take(method, ""); !ok {
		return max(retry.Sub(now), time.Millisecond)
	}
	pace.AllowN(now, 1)
	return 0
}
