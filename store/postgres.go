package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// postgresConns bounds the pool of one node.
const postgresConns = 16

func (s *Store) openPostgres(ctx context.Context, url string) error {
	s.d = &postgresDialect
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("storage.url: %w", err) // pgx leaves the password out
	}
	s.db = stdlib.OpenDB(*config)
	s.db.SetMaxOpenConns(postgresConns)
	s.db.SetMaxIdleConns(postgresConns)
	s.read = &lane{on: s.db, d: s.d}
	if err := s.db.PingContext(ctx); err != nil {
		return fmt.Errorf("reach PostgreSQL at %s:%d: %w; see storage.url", config.Host, config.Port, err)
	}
	if err := s.migrate(ctx, s.db); err != nil {
		return err
	}
	schema, err := one(ctx, s.read, value[string], `select current_schema()`)
	if err != nil {
		return fmt.Errorf("read the schema's name: %w", err)
	}
	s.node = newNode(s, config, schema)
	return nil
}
