// Package gatetest holds the rows of the release gate that one room alone cannot
// show, and what bad input does to a whole installation. Each test starts a
// [handofftest.House]: a real file, a real database, the visitor's API over HTTP,
// a Slack and a model on the wire.
//
// A test's name begins with its row ("TestB71…"); `make gate` runs those together
// with the rows' tests in the rooms. See docs/architecture.md.
package gatetest
