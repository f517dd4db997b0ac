package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gofrs/flock"
)

var errNoCgo = errors.New("this binary was built without cgo; SQLite needs it: " +
	"build with CGO_ENABLED=1 or use storage.url: postgres://…")

// Connection settings. The driver sets synchronous to NORMAL unless told; in WAL
// mode only FULL keeps an acknowledged commit across a power cut. The writer goes
// down to NORMAL for what is lax, and up again. It empties what it deletes. A read
// pool that cannot write keeps every write in the writer's hands.
const (
	sqliteWriter = "?_txlock=immediate&_journal_mode=WAL&_synchronous=FULL&_busy_timeout=5000&_foreign_keys=on&_secure_delete=on"
	sqliteReader = "?_query_only=1&_busy_timeout=5000"
)

func (s *Store) openSQLite(ctx context.Context, url string) error {
	s.d = &sqliteDialect
	if !sqliteBuilt {
		return errNoCgo
	}
	path, err := sqlitePath(url)
	if err != nil {
		return err
	}
	if err := s.lockOut(path); err != nil {
		return err
	}
	if s.writeDB, err = sql.Open(s.d.driver, path+sqliteWriter); err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	s.writeDB.SetMaxOpenConns(1)
	if err := s.migrate(ctx, s.writeDB); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if s.db, err = sql.Open(s.d.driver, path+sqliteReader); err != nil {
		return fmt.Errorf("open %s for reading: %w", path, err)
	}
	readers := max(4, runtime.NumCPU())
	s.db.SetMaxOpenConns(readers)
	s.db.SetMaxIdleConns(readers)
	s.read = &lane{on: s.db, d: s.d, prepare: true}
	s.writer, err = newWriter(ctx, s, s.writeDB)
	return err
}

// sqlitePath returns the file that the URL names. The rest of the URL is the
// path as it is, without escapes; a query is refused, because the settings of
// the connection are not a choice.
func sqlitePath(url string) (string, error) {
	path := strings.TrimPrefix(url, "sqlite://")
	switch {
	case path == "":
		return "", errors.New("storage.url names no file: write sqlite://handoff.db or sqlite:///var/lib/handoff/handoff.db")
	case strings.Contains(path, "?"):
		return "", fmt.Errorf("storage.url %q: nothing may follow the path (remove everything from the question mark)", url)
	case strings.Contains(path, ":memory:"):
		return "", errors.New("storage.url asks for a database in memory, which would be another one on every connection: name a file")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("storage.url %q: %w", url, err)
	}
	return path, nil
}

// lockOut takes the file lock that keeps a second process out, and creates the
// database file so that only its owner can read it.
func (s *Store) lockOut(path string) error {
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return fmt.Errorf("storage.url: the folder for the database is not usable: %w; create it, or name another", err)
	}
	s.lockFile = flock.New(path+".lock", flock.SetPermissions(0o600))
	locked, err := s.lockFile.TryLock()
	if err != nil {
		return fmt.Errorf("lock %s.lock: %w", path, s.d.named(err))
	}
	if !locked {
		return fmt.Errorf("%s is in use by another handoff process (it holds %s.lock): stop that one first; "+
			"several processes can share a PostgreSQL database, not a file", path, path)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) // #nosec G304 -- the operator's own path
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	return f.Close()
}
