package slackbridge

import (
	"context"
	"slices"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// Readers wakes rows of the log's readers.
type Readers interface {
	// Rouse makes the rows of a consumer that wait for a time ready at once, and
	// returns the conversations it woke; without ids, all that wait. Rows that are
	// being worked, back off after an error or are parked stay as they are.
	Rouse(ctx context.Context, consumer string, ids ...conversation.ID) ([]conversation.ID, error)
}

const (
	// rouseTick is how soon a process looks whether it has become the one that
	// writes, and once more for the rows that could not be woken.
	rouseTick = time.Second
	// firstRoused is how many are woken at first. Each step doubles it, while
	// Slack stays there: one that answers some calls and fails the others must not
	// wake everybody each time.
	firstRoused = 16
	rouseEvery  = 50 * time.Millisecond
	// rousedTick is how often who waits for Slack looks by itself when others wake
	// it: the tick behind the wake-up.
	rousedTick = 5 * time.Second
)

// rouseLoop wakes the conversations that waited for Slack: all of them when this
// process begins to write, since another may have put them to sleep, and then
// each time Slack is back.
func (b *Bridge) rouseLoop(ctx context.Context) error {
	if b.Readers == nil {
		return nil
	}
	var missed []conversation.ID
	for wrote := false; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-b.health.Rose():
		case <-time.After(rouseTick):
		}
		up, _ := b.health.State()
		writes := up && b.self.Load() != nil && b.leads()
		switch {
		case !writes:
			wrote = wrote && b.leads() // an outage is no change of hands
			continue
		case !wrote:
			b.rouse(ctx)
		case len(missed) > 0:
			b.rouse(ctx, missed...)
		}
		wrote = true
		missed = b.rouseRested(ctx)
	}
}

// rouseRested wakes those who waited and returns whom it could not wake: their
// visits may have been about to end.
func (b *Bridge) rouseRested(ctx context.Context) (missed []conversation.ID) {
	for n := firstRoused; ; n *= 2 {
		ids := b.health.Rested(n)
		if len(ids) == 0 {
			return missed
		}
		woken := b.rouse(ctx, ids...)
		missed = append(missed, slices.DeleteFunc(ids, func(id conversation.ID) bool { return slices.Contains(woken, id) })...)
		if webapi.Sleep(ctx, rouseEvery) != nil {
			return nil
		}
	}
}

func (b *Bridge) rouse(ctx context.Context, ids ...conversation.ID) []conversation.ID {
	woken, err := b.Readers.Rouse(ctx, Consumer, ids...)
	if err != nil && ctx.Err() == nil {
		b.log.Error("conversations that waited for Slack were not woken; they look again by themselves", "error", err)
	}
	return woken
}
