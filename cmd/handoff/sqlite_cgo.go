//go:build cgo

package main

import sqlite3 "github.com/mattn/go-sqlite3"

const sqliteBuilt = true

func sqliteVersion() string {
	v, _, _ := sqlite3.Version()
	return v
}
