package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Migrations are numbered, never edited once released, and only go forward.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date and refuses one that a newer binary has
// made: it may mean things this one does not know.
func (s *Store) migrate(ctx context.Context, db *sql.DB) error {
	p, err := s.migrator(ctx, db)
	if err != nil {
		return err
	}
	have, known, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the schema's version: %w", s.d.named(err))
	}
	if have > known {
		return fmt.Errorf("the database has schema %d, made by handoff %s; this is handoff %s, which knows schemas up to %d: "+
			"start that version or a newer one", have, lastVersion(ctx, db), named(s.version), known)
	}
	if have == known {
		return nil // without the lock, for which nodes that start together would queue
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("update the schema: %w", s.d.named(err))
	}
	return nil
}

func (s *Store) migrator(ctx context.Context, db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	options := []goose.ProviderOption{goose.WithTableName("schema_version"), goose.WithDisableGlobalRegistry(true)}
	if s.d == &postgresDialect {
		locker, err := schemaLock(ctx, db)
		if err != nil {
			return nil, fmt.Errorf("prepare the migration lock: %w", s.d.named(err))
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(s.d.goose, db, files, options...)
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return p, nil
}

// schemaLock is for nodes that start at once. It is the schema's own: another
// installation in the same database is nobody to wait for. Whoever waits looks
// every second, for five minutes.
func schemaLock(ctx context.Context, db *sql.DB) (lock.SessionLocker, error) {
	var id int64
	if err := db.QueryRowContext(ctx, "select hashtextextended('handoff ' || current_schema(), 0)").Scan(&id); err != nil {
		return nil, err
	}
	return lock.NewPostgresSessionLocker(lock.WithLockID(id), lock.WithLockTimeout(1, 300))
}

// lastVersion is the binary that opened the database last.
func lastVersion(ctx context.Context, db *sql.DB) string {
	var v string
	if err := db.QueryRowContext(ctx, "select value from about where name = 'version'").Scan(&v); err != nil {
		return "of an unknown version"
	}
	return named(v)
}

func named(version string) string {
	if version == "" {
		return "without a version"
	}
	return version
}
