//go:build !cgo

package main

const sqliteBuilt = false

// sqliteVersion says that this binary has no SQLite: the driver needs cgo.
func sqliteVersion() string {
	return "none: built without cgo, so only PostgreSQL works; build with CGO_ENABLED=1 and gcc"
}
