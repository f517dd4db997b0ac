package store

import (
	"context"
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/files/ledger"
	"github.com/handoff-bot/handoff/widgetapi/session"
)

const selectFiles = `select f.id, f.visitor, f.widget, f.conversation, f.seq, f.source, f.name, f.type, f.size, f.width, f.height, f.state, f.created from files f`

func scanFile(r row) (ledger.File, error) {
	var f ledger.File
	var created int64
	err := r.Scan(&f.ID, &f.Owner.Visitor, &f.Owner.Widget, &f.Conversation, &f.Seq, &f.Source,
		&f.Name, &f.Type, &f.Size, &f.Width, &f.Height, &f.State, &created)
	f.Created = at(created)
	return f, err
}

// AddFile implements files.Rows: it writes a row, unless its Source has one, which
// it then returns.
func (s *Store) AddFile(ctx context.Context, f ledger.File) (ledger.File, error) {
	return write(ctx, s, func(ctx context.Context, t *tx) (ledger.File, error) {
		if f.Source != "" {
			had, err := all(ctx, t, scanFile, selectFiles+` where f.source = $1`, f.Source)
			if err != nil || len(had) > 0 {
				return append(had, ledger.File{})[0], err
			}
		}
		_, err := t.exec(ctx, `insert into files (id, visitor, widget, conversation, seq, source, name, type, size, width, height, state, created)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			f.ID, f.Owner.Visitor, f.Owner.Widget, string(f.Conversation), int64(f.Seq), f.Source,
			clean(f.Name), f.Type, f.Size, f.Width, f.Height, string(f.State), ms(f.Created))
		if err != nil {
			return f, fmt.Errorf("write the row of a file: %w", err)
		}
		return f, nil
	})
}

// FileKept implements files.Rows: the content is there.
func (s *Store) FileKept(ctx context.Context, id string) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		return found(t.exec(ctx, `update files set state = 'kept' where id = $1 and state = 'taking'`, id))
	})
}

// File returns a file whose content is there, or conversation.ErrNotFound.
func (s *Store) File(ctx context.Context, id string) (ledger.File, error) {
	return one(ctx, s.read, scanFile, selectFiles+` where f.id = $1 and f.state = 'kept'`, id)
}

// OwnedFile returns a visitor's file: her own that no line carries yet, or one of a
// conversation of hers, whoever sent it. Every other is conversation.ErrNotFound.
func (s *Store) OwnedFile(ctx context.Context, o session.Owner, id string) (ledger.File, error) {
	return one(ctx, s.read, scanFile, selectFiles+` left join conversations c on c.id = f.conversation
		where f.id = $1 and f.state = 'kept' and (f.conversation = '' and f.visitor = $2 and f.widget = $3
			or f.seq > 0 and c.visitor = $2 and c.widget = $3 and not c.cleared)`, id, o.Visitor, o.Widget)
}

// FilesOf lists the files that the lines of a conversation carry, in their order.
func (s *Store) FilesOf(ctx context.Context, id conversation.ID) ([]ledger.File, error) {
	return all(ctx, s.read, scanFile, selectFiles+` where f.conversation = $1 and f.seq > 0 and f.state = 'kept' order by f.seq, f.id`, string(id))
}

// FilesFrom lists the files whose source begins so and that a line carries.
func (s *Store) FilesFrom(ctx context.Context, source string) ([]ledger.File, error) {
	return all(ctx, s.read, scanFile, selectFiles+` where f.source <> '' and substr(f.source, 1, $2) = $1 and f.seq > 0 and f.state = 'kept' order by f.id`, source, len(source))
}

// DueFiles implements files.Rows: what is to be deleted.
func (s *Store) DueFiles(ctx context.Context, loose, old time.Time, limit int) ([]ledger.File, error) {
	return all(ctx, s.read, scanFile, selectFiles+` where f.state = 'gone' or f.created < $2 or f.seq = 0 and f.created < $1
		order by f.created, f.id limit $3`, ms(loose), ms(old), limit)
}

// ForgetFile implements files.Rows: it deletes the row. One that is not there is no
// error.
func (s *Store) ForgetFile(ctx context.Context, id string) error {
	return s.write(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, `delete from files where id = $1`, id)
		return err
	})
}

// carry keeps the rows of files like what was appended: a line carries its files,
// and what is taken back takes them along.
func (t *tx) carry(ctx context.Context, events []conversation.Event) error {
	for _, e := range events {
		switch b := e.Body.(type) {
		case conversation.Message:
			for _, f := range b.Files {
				if _, err := t.exec(ctx, `update files set conversation = $2, seq = $3 where id = $1 and state = 'kept'`, f.ID, string(e.Conversation), int64(e.Seq)); err != nil {
					return err
				}
			}
		case conversation.Edited:
			for _, id := range b.Dropped {
				if err := t.dropFiles(ctx, e.Conversation, ` and id = $2`, id); err != nil {
					return err
				}
			}
		case conversation.Retracted:
			if b.MovedTo != "" {
				continue // they go along
			}
			if err := t.dropFiles(ctx, e.Conversation, ` and seq = $2`, int64(b.Of)); err != nil {
				return err
			}
		default:
			// The other kinds carry no files.
		}
	}
	return nil
}

// dropFiles takes files from everybody; their content is deleted soon after.
func (t *tx) dropFiles(ctx context.Context, id conversation.ID, where string, args ...any) error {
	_, err := t.exec(ctx, `update files set state = 'gone', name = '' where conversation = $1`+where, append([]any{string(id)}, args...)...)
	if err != nil {
		return fmt.Errorf("drop files: %w", err)
	}
	return nil
}
