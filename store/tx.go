package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// tx is one operation inside an open transaction. An operation reads and
// decides first and writes only afterwards, so an error before the first write
// (a refusal) leaves the transaction as it was.
type tx struct {
	*lane
	s       *Store
	now     time.Time
	touched []conversation.ID // logs and reader rows that changed
	wrote   bool
	broken  bool // the database itself refused a statement
}

// operation is the body of one exported method. It may run more than once: only
// the last run counts.
type operation func(ctx context.Context, t *tx) error

func (t *tx) exec(ctx context.Context, text string, args ...any) (int64, error) {
	n, err := t.lane.exec(ctx, text, args...)
	t.wrote = t.wrote || n > 0
	return n, t.failed(err)
}

func (t *tx) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	rows, err := t.lane.query(ctx, text, args...)
	return rows, t.failed(err)
}

func (t *tx) failed(err error) error {
	t.broken = t.broken || err != nil
	return t.lane.failed(err)
}

// writing is t for a query that writes (returning …).
func (t *tx) writing() *tx {
	t.wrote = true
	return t
}

// touch asks for a wake-up of the conversation's readers after the commit.
func (t *tx) touch(id conversation.ID) { t.touched = append(t.touched, id) }

// next draws the next number of a table's ids. The row is kept until the
// commit, so ids become visible in their order.
func (t *tx) next(ctx context.Context, table string) (int64, error) {
	return one(ctx, t.writing(), value[int64], `insert into serials (name, n) values ($1, 1)
		on conflict (name) do update set n = serials.n + 1 returning n`, table)
}

// run calls f and turns a panic of a decider into an error: one caller's
// mistake must not stop everybody's writer.
func (t *tx) run(ctx context.Context, f operation) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic inside a transaction: %v", p)
		}
	}()
	return f(ctx, t)
}

// write runs an operation in a transaction and returns its result.
func write[T any](ctx context.Context, s *Store, f func(context.Context, *tx) (T, error)) (T, error) {
	return writeAs(ctx, s, false, f)
}

func writeAs[T any](ctx context.Context, s *Store, lax bool, f func(context.Context, *tx) (T, error)) (T, error) {
	var out T
	err := s.writeAs(ctx, lax, func(ctx context.Context, t *tx) error {
		var err error
		out, err = f(ctx, t)
		return err
	})
	if err != nil {
		// Not out: when ctx ended, the writer may still be about to set it.
		var none T
		return none, err
	}
	return out, nil
}

func (s *Store) write(ctx context.Context, f operation) error { return s.writeAs(ctx, false, f) }

// writeAs is write; with lax, which only SQLite heeds, the commit needs no fsync
// of its own. See "What is lax" in the package comment.
func (s *Store) writeAs(ctx context.Context, lax bool, f operation) error {
	if s.writer != nil {
		return s.writer.do(ctx, lax, f)
	}
	return s.transact(ctx, f)
}

// transactAttempts is how often an operation is tried that loses against
// another one (a deadlock, a serialization failure).
const transactAttempts = 5

// transact runs an operation as its own transaction (PostgreSQL).
func (s *Store) transact(ctx context.Context, f operation) error {
	for attempt := 1; ; attempt++ {
		touched, err := s.transactOnce(ctx, f)
		if err == nil {
			s.committed(touched)
			return nil
		}
		if attempt == transactAttempts || !s.d.retry(err) {
			return err
		}
	}
}

func (s *Store) transactOnce(ctx context.Context, f operation) ([]conversation.ID, error) {
	if s.stopped.Load() {
		return nil, ErrStopped
	}
	// Whatever the server's default is: each statement after the conversation's row
	// is kept has to see what others have committed meanwhile.
	sqlTx, err := s.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return nil, fmt.Errorf("begin: %w", s.d.named(err))
	}
	t := &tx{lane: &lane{on: sqlTx, d: s.d}, s: s, now: s.now()}
	if err := t.run(ctx, f); err != nil {
		if rollback := sqlTx.Rollback(); rollback != nil && !errors.Is(rollback, sql.ErrTxDone) && t.broken {
			err = errors.Join(err, rollback)
		}
		return nil, err
	}
	if err := sqlTx.Commit(); err != nil {
		return nil, fmt.Errorf("commit: %w", s.d.named(err))
	}
	return t.touched, nil
}

// ms is a time as the database keeps it; the zero time is 0.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// due is ms rounded up: a row must not become ready before its time.
func due(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Add(time.Millisecond - 1).UnixMilli()
}

// at is the reverse of ms.
func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
