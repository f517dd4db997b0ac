package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"

	"github.com/handoff-bot/handoff/conversation"
)

// Options says how a store is opened. The zero value is a store without readers.
type Options struct {
	// Consumers names the readers that get a row with each conversation. Those
	// that are new to a database get rows at the end of the logs it has.
	Consumers []string
	// Committed is told which conversations have news, after the commit. It must
	// not block and not call the store. It may be called from several goroutines.
	Committed func(ids []conversation.ID)
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Logger gets what no caller can be told; nil means none.
	Logger *slog.Logger
	// Version names this binary. It is kept in the database, so that an older
	// binary can say which one changed the schema.
	Version string
}

// Store is an open database. Its methods may be called from any goroutine.
type Store struct {
	d         *dialect
	db        *sql.DB // reads; on PostgreSQL everything
	read      *lane
	writer    *writer // nil on PostgreSQL
	writeDB   *sql.DB // nil on PostgreSQL
	lockFile  *flock.Flock
	node      *node // nil on SQLite
	consumers []string
	wake      func([]conversation.ID)
	now       func() time.Time
	log       *slog.Logger
	version   string
	pragmas   []string
	swept     atomic.Int64 // when counters were last purged
	stopped   atomic.Bool
}

// Open opens the database at url, creates it when it is not there (SQLite), and
// brings its schema up to date.
//
//	sqlite://handoff.db              a file beside the working directory
//	sqlite:///var/lib/handoff.db     an absolute path
//	postgres://user:secret@host/db   PostgreSQL, for several nodes
//
// Errors are written for the operator.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	return open(ctx, url, o)
}

// open has the pragmas that only tests set.
func open(ctx context.Context, url string, o Options, pragmas ...string) (*Store, error) {
	s := &Store{
		consumers: o.Consumers, wake: o.Committed, now: o.Now, log: o.Logger, version: o.Version, pragmas: pragmas,
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	scheme, _, _ := strings.Cut(url, "://")
	var err error
	switch scheme {
	case "sqlite":
		err = s.openSQLite(ctx, url)
	case "postgres", "postgresql":
		err = s.openPostgres(ctx, url)
	default:
		return nil, fmt.Errorf("storage.url begins with %q; it has to be sqlite://PATH or postgres://…", scheme)
	}
	if err == nil {
		err = s.start(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// start does what every process does once the schema is there.
func (s *Store) start(ctx context.Context) error {
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		if err := t.remember(ctx, "version", s.version); err != nil {
			return err
		}
		if s.writer != nil {
			if err := t.voidLeases(ctx); err != nil {
				return err
			}
		}
		for _, consumer := range s.consumers {
			if err := t.addReaders(ctx, consumer); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = s.refold(ctx)
	}
	if err != nil {
		return fmt.Errorf("prepare the database: %w", err)
	}
	return nil
}

func (t *tx) remember(ctx context.Context, name, value string) error {
	_, err := t.exec(ctx, `insert into about (name, value) values ($1, $2)
		on conflict (name) do update set value = excluded.value`, name, value)
	return err
}

// Ping says whether the database can be written, by writing.
func (s *Store) Ping(ctx context.Context) error {
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		return t.remember(ctx, "pinged", t.now.UTC().Format(time.RFC3339Nano))
	})
	if err != nil {
		return fmt.Errorf("write to the database: %w", err)
	}
	return nil
}

// Close waits for what is being written, and closes. Later calls of the store
// return ErrStopped or an error of the driver.
func (s *Store) Close() error {
	if s.stopped.Swap(true) {
		return nil
	}
	var errs []error
	if s.writer != nil {
		errs = append(errs, s.writer.stop())
	}
	if s.node != nil {
		s.node.stop()
	}
	if s.read != nil {
		s.read.close()
	}
	for _, db := range []*sql.DB{s.db, s.writeDB} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.lockFile != nil {
		errs = append(errs, s.lockFile.Unlock())
	}
	return errors.Join(errs...)
}

// committed wakes the readers of conversations that changed.
func (s *Store) committed(touched []conversation.ID) {
	if len(touched) == 0 {
		return
	}
	ids := unique(touched)
	if s.wake != nil {
		s.wake(ids)
	}
	if s.node != nil {
		s.node.publish(ids)
	}
}

func unique(ids []conversation.ID) []conversation.ID {
	seen := make(map[conversation.ID]bool, len(ids))
	out := ids[:0:0]
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}
