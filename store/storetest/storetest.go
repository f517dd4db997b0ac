// Package storetest opens stores for tests and holds the suite that every engine
// has to pass.
//
// [Open] gives a test a fresh store, a SQLite file in the test's own folder.
// With HANDOFF_TEST_POSTGRES set to a postgres:// URL, [Engines] adds
// PostgreSQL, each test in a schema of its own; scripts/services.sh starts a
// throw-away server and prints the URL. A test that needs to close and open its
// database again takes the URL from [SQLite] or [Postgres].
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/handoff-bot/handoff/store"
)

// PostgresVariable names the environment variable with the URL of a server on
// which tests may create schemas.
const PostgresVariable = "HANDOFF_TEST_POSTGRES"

// Open returns a fresh SQLite store that is closed with the test. Options are
// those of store.Open; at most one.
func Open(t testing.TB, options ...store.Options) *store.Store {
	t.Helper()
	return OpenAt(t, SQLite(t), options...)
}

// OpenAt opens the database at url and closes it with the test, unless the test
// has closed it before.
func OpenAt(t testing.TB, url string, options ...store.Options) *store.Store {
	t.Helper()
	var o store.Options
	if len(options) > 0 {
		o = options[0]
	}
	s, err := store.Open(context.Background(), url, o)
	if err != nil {
		t.Fatalf("open the store: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

// SQLite returns the URL of a database file that is not there yet.
func SQLite(t testing.TB) string {
	t.Helper()
	return "sqlite://" + filepath.Join(t.TempDir(), "handoff.db")
}

// Postgres returns the URL of an empty schema, which is dropped with the test.
// Without a server the test is skipped.
func Postgres(t testing.TB) string {
	t.Helper()
	base := os.Getenv(PostgresVariable) //nolint:forbidigo // tests are told their server by the environment
	if base == "" {
		t.Skipf("%s is not set: start a server with scripts/services.sh to run this on PostgreSQL", PostgresVariable)
	}
	schema := "test_" + strings.ToLower(rand.Text()[:12])
	execute(t, base, "create schema "+pgx.Identifier{schema}.Sanitize())
	t.Cleanup(func() { execute(t, base, "drop schema "+pgx.Identifier{schema}.Sanitize()+" cascade") })
	u, err := url.Parse(base)
	if err != nil {
		t.Fatalf("%s: %v", PostgresVariable, err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

func execute(t testing.TB, url, text string) {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatalf("open %s: %v", PostgresVariable, err)
	}
	defer db.Close()
	if _, err := db.ExecContext(context.Background(), text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// Engines runs a test on SQLite and on PostgreSQL, each time with the URL of a
// fresh database.
func Engines(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

func isPostgres(url string) bool { return strings.HasPrefix(url, "postgres") }
