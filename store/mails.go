package store

import (
	"context"
	"fmt"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/mail/ledger"
)

func scanMail(r row) (ledger.Mail, error) {
	var m ledger.Mail
	var since, due int64
	err := r.Scan(&m.Conversation, &m.For, &m.Of, &m.Through, &since, &due, &m.Tries)
	m.Since, m.Due = at(since), at(due)
	return m, err
}

// Mails implements mail.Ledger: the mails of a conversation that are meant to be
// sent, the oldest first.
func (s *Store) Mails(ctx context.Context, id conversation.ID) ([]ledger.Mail, error) {
	return all(ctx, s.read, scanMail, `select conversation, what, of_seq, through, since, due, tries
		from mails where conversation = $1 order by since, of_seq, what`, string(id))
}

const insertMail = `insert into mails (conversation, what, of_seq, through, since, due, tries)
	values ($1, $2, $3, $4, $5, $6, $7) on conflict (conversation, what, of_seq) do `

func mailRow(m ledger.Mail) []any {
	return []any{string(m.Conversation), string(m.For), int64(m.Of), int64(m.Through), ms(m.Since), due(m.Due), m.Tries}
}

// PlanMail implements mail.Ledger: it adds a row, unless the mail has one.
func (s *Store) PlanMail(ctx context.Context, m ledger.Mail) error {
	return s.saveMail(ctx, `nothing`, m)
}

// SaveMail implements mail.Ledger: it adds a row, or changes it.
func (s *Store) SaveMail(ctx context.Context, m ledger.Mail) error {
	return s.saveMail(ctx, `update set through = excluded.through, due = excluded.due, tries = excluded.tries`, m)
}

func (s *Store) saveMail(ctx context.Context, conflict string, m ledger.Mail) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		if _, err := t.exec(ctx, insertMail+conflict, mailRow(m)...); err != nil {
			return fmt.Errorf("save a mail of %s: %w", m.Conversation, err)
		}
		return nil
	})
}

// DropMail implements mail.Ledger. A mail without a row is no error.
func (s *Store) DropMail(ctx context.Context, m ledger.Mail) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `delete from mails where conversation = $1 and what = $2 and of_seq = $3`,
			string(m.Conversation), string(m.For), int64(m.Of))
		return err
	})
}
