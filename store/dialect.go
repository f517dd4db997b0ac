package store

import (
	"regexp"

	"github.com/pressly/goose/v3"
)

// dialect is all that differs between the engines.
type dialect struct {
	driver  string
	goose   goose.Dialect
	lock    string // after a select: keeps the rows for this transaction
	skip    string // the same, passing over rows that another one keeps
	rewrite func(text string) string
	retry   func(err error) bool  // the transaction failed, but not for a reason of its own
	kind    func(err error) error // conversation.ErrStorageFull, ErrReadOnly or nil
}

// numbered finds $1, $2, …. mattn takes $1 for a name and binds names in order
// of appearance, so "select $2 - $1" would silently subtract the wrong way
// round; ?1 is a number.
var numbered = regexp.MustCompile(`\$(\d+)`)

var sqliteDialect = dialect{
	driver:  "sqlite3",
	goose:   goose.DialectSQLite3,
	rewrite: func(text string) string { return numbered.ReplaceAllString(text, "?$1") },
	retry:   func(error) bool { return false },
	kind:    sqliteKind,
}

var postgresDialect = dialect{
	driver:  "pgx",
	goose:   goose.DialectPostgres,
	lock:    " for update",
	skip:    " for update skip locked",
	rewrite: func(text string) string { return text },
	retry:   postgresRetry,
	kind:    postgresKind,
}
