//go:build cgo

package store

import (
	"errors"

	sqlite3 "github.com/mattn/go-sqlite3"

	"github.com/handoff-bot/handoff/conversation"
)

// sqliteBuilt says whether this binary contains SQLite.
const sqliteBuilt = true

func sqliteKind(err error) error {
	e, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		return nil
	}
	switch {
	case e.Code == sqlite3.ErrFull, outOfRoom(e.SystemErrno):
		return conversation.ErrStorageFull
	case e.Code == sqlite3.ErrReadonly:
		return ErrReadOnly
	}
	return nil
}

// idle says whether the connection has no open transaction.
func idle(driverConn any) bool {
	c, ok := driverConn.(*sqlite3.SQLiteConn)
	return ok && c.AutoCommit()
}
