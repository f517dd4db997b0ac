package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/handoff-bot/handoff/conversation"
)

var (
	// ErrReadOnly says that the database can be read but not written.
	ErrReadOnly = errors.New("the database cannot be written")
	// ErrStopped says that the store was closed.
	ErrStopped = errors.New("the store is closed")
)

// outOfRoom says that the system refused to write for want of room: on the disk,
// in the owner's quota, or within the process's limit for one file.
func outOfRoom(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// named puts conversation.ErrStorageFull or ErrReadOnly before an error that
// means it.
func (d *dialect) named(err error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) || errors.Is(err, context.Canceled) {
		return err
	}
	kind := d.kind(err)
	if kind == nil && outOfRoom(err) {
		kind = conversation.ErrStorageFull
	}
	if kind == nil || errors.Is(err, kind) {
		return err
	}
	return fmt.Errorf("%w: %w", kind, err)
}

// The SQLSTATE codes that mean something to us.
// https://www.postgresql.org/docs/15/errcodes-appendix.html
const (
	pgUnique        = "23505"
	pgSerialization = "40001"
	pgDeadlock      = "40P01"
	pgDiskFull      = "53100"
	pgReadOnly      = "25006"
)

func postgresCode(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// postgresRetry: after a unique violation too the operation runs again, because
// every insert looks first. Somebody was faster, and now it will see her row.
func postgresRetry(err error) bool {
	code := postgresCode(err)
	return code == pgUnique || code == pgSerialization || code == pgDeadlock
}

func postgresKind(err error) error {
	switch postgresCode(err) {
	case pgDiskFull:
		return conversation.ErrStorageFull
	case pgReadOnly:
		return ErrReadOnly
	}
	return nil
}
