package store

import (
	"context"
	"fmt"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/ledger"
)

const selectReceipts = `select channel, ts, name, conversation, author, wanted, again, done, asked from receipts`

func scanReceipt(r row) (ledger.Receipt, error) {
	var x ledger.Receipt
	var asked int64
	err := r.Scan(&x.Channel, &x.TS, &x.Name, &x.Conversation, &x.Author, &x.On, &x.Again, &x.Done, &asked)
	x.Asked = at(asked)
	return x, err
}

// PutReceipt keeps that a line has to carry an emoji, or not any more. It takes the
// place of what was wanted of the same emoji before.
func (s *Store) PutReceipt(ctx context.Context, r ledger.Receipt) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `insert into receipts (channel, ts, name, conversation, author, wanted, again, done, asked) values ($1, $2, $3, $4, $5, $6, $7, false, $8)
			on conflict (channel, ts, name) do update set wanted = excluded.wanted, again = excluded.again, done = false, asked = excluded.asked`,
			r.Channel, r.TS, r.Name, string(r.Conversation), r.Author, r.On, r.Again, ms(r.Asked))
		if err != nil {
			return fmt.Errorf("keep a receipt of %s: %w", r.Conversation, err)
		}
		return nil
	})
}

// SettleReceipt notes that Slack shows a line so, unless something else is wanted
// meanwhile. The row stays while it offers a Retry.
func (s *Store) SettleReceipt(ctx context.Context, r ledger.Receipt) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		text := `delete from receipts where channel = $1 and ts = $2 and name = $3 and wanted = $4 and again = $5`
		if r.On && r.Again {
			text = `update receipts set done = true where channel = $1 and ts = $2 and name = $3 and wanted = $4 and again = $5`
		}
		if _, err := t.exec(ctx, text, r.Channel, r.TS, r.Name, r.On, r.Again); err != nil {
			return fmt.Errorf("settle a receipt of %s: %w", r.Conversation, err)
		}
		return nil
	})
}

// Receipts lists what Slack does not show yet, the oldest first.
func (s *Store) Receipts(ctx context.Context, limit int) ([]ledger.Receipt, error) {
	return all(ctx, s.read, scanReceipt, selectReceipts+` where not done order by asked, ts limit $1`, limit)
}

// Undelivered lists the lines of a conversation that can be sent again.
func (s *Store) Undelivered(ctx context.Context, id conversation.ID) ([]ledger.Receipt, error) {
	return all(ctx, s.read, scanReceipt, selectReceipts+` where conversation = $1 and again and wanted order by ts`, string(id))
}
