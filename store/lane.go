package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"

	"github.com/handoff-bot/handoff/conversation"
)

// runner is a *sql.DB, *sql.Conn or *sql.Tx.
type runner interface {
	ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	PrepareContext(ctx context.Context, text string) (*sql.Stmt, error)
}

// lane runs statements. With prepare it keeps each text prepared for as long as
// it lives; pgx does that by itself.
type lane struct {
	on      runner
	d       *dialect
	prepare bool

	mu    sync.Mutex
	stmts map[string]*sql.Stmt
}

// source is what helpers read from: the pool, or an open transaction.
type source interface {
	query(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	// failed takes note of an error of the database and gives it its name.
	failed(err error) error
}

func (l *lane) exec(ctx context.Context, text string, args ...any) (int64, error) {
	var res sql.Result
	st, err := l.stmt(ctx, text) //nolint:sqlclosecheck // kept until close
	switch {
	case err != nil:
	case st != nil:
		res, err = st.ExecContext(ctx, args...)
	default:
		res, err = l.on.ExecContext(ctx, l.d.rewrite(text), args...)
	}
	if err != nil {
		return 0, l.d.named(err)
	}
	return res.RowsAffected()
}

func (l *lane) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	st, err := l.stmt(ctx, text) //nolint:sqlclosecheck // kept until close
	if err != nil {
		return nil, l.d.named(err)
	}
	var rows *sql.Rows
	if st != nil {
		rows, err = st.QueryContext(ctx, args...)
	} else {
		rows, err = l.on.QueryContext(ctx, l.d.rewrite(text), args...)
	}
	return rows, l.d.named(err)
}

func (l *lane) failed(err error) error { return l.d.named(err) }

func (l *lane) stmt(ctx context.Context, text string) (*sql.Stmt, error) {
	if !l.prepare {
		return nil, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if st, ok := l.stmts[text]; ok {
		return st, nil
	}
	st, err := l.on.PrepareContext(ctx, l.d.rewrite(text)) //nolint:sqlclosecheck // kept until close
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", text, err)
	}
	if l.stmts == nil {
		l.stmts = map[string]*sql.Stmt{}
	}
	l.stmts[text] = st
	return st, nil
}

func (l *lane) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, st := range l.stmts {
		_ = st.Close()
	}
	l.stmts = nil
}

// row is what a scan function reads: *sql.Rows on a row.
type row interface{ Scan(dest ...any) error }

// all runs a query and scans every row.
func all[T any](ctx context.Context, q source, scan func(row) (T, error), text string, args ...any) ([]T, error) {
	rows, err := q.query(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	if err := rows.Err(); err != nil {
		return nil, q.failed(err)
	}
	return out, nil
}

// one runs a query for one row; conversation.ErrNotFound when there is none.
func one[T any](ctx context.Context, q source, scan func(row) (T, error), text string, args ...any) (T, error) {
	found, err := all(ctx, q, scan, text, args...)
	if err == nil && len(found) == 0 {
		err = conversation.ErrNotFound
	}
	if err != nil {
		var none T
		return none, err
	}
	return found[0], nil
}

// value scans a row of one column.
func value[T any](r row) (T, error) {
	var v T
	err := r.Scan(&v)
	return v, err
}
