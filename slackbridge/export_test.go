package slackbridge

import (
	"context"
	"maps"
	"slices"

	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

// ActionIDs lists the buttons that do something, for the tests that press them
// all.
func (b *Bridge) ActionIDs() []string {
	return slices.Sorted(maps.Keys(b.acts()))
}

// DeskActionIDs lists the buttons that are about a person.
func (b *Bridge) DeskActionIDs() []string { return slices.Sorted(maps.Keys(b.deskActs())) }

// ModalIDs lists the modals that can be submitted.
func (b *Bridge) ModalIDs() []string {
	return append(slices.Sorted(maps.Keys(b.submits())), draw.ModalLeave)
}

// Work does at once with one delivery what the workers do, and says what became of
// its rows; none for what is never kept.
func (b *Bridge) Work(ctx context.Context, raw []byte) ([]ledger.InboundState, error) {
	rows := b.rowsFor(raw)
	for i := range rows {
		rows[i].Received, rows[i].RetryAt = b.Now(), b.Now().Add(inboxLease)
	}
	fresh, err := b.Inbox.PutInbound(ctx, rows...)
	if err != nil {
		return nil, err
	}
	if len(rows) > 0 && len(fresh) == 0 {
		return []ledger.InboundState{"known"}, nil
	}
	var out []ledger.InboundState
	for _, r := range fresh {
		if r.State == ledger.New {
			b.handle(ctx, &r)
		}
		out = append(out, r.State)
	}
	return out, nil
}
