// Package store keeps everything in SQL: the log of events, the reader rows,
// sessions, Slack threads and posts, the inbox. It is the only place with SQL.
//
// [Open] takes a URL, "sqlite://handoff.db" or "postgres://…", brings the
// schema up to date and returns a [Store], which implements the interfaces its
// users declare (conversation.Appender and Reader, feed.Cursors and Leases, and
// those of slackbridge and widgetapi). [Store.Close] ends it. Each exported
// method is one transaction: after an error nothing of it was written, except
// that a caller whose ctx ended on SQLite is not waited for and its write may
// still happen.
//
// The log. A conversation's row holds its fold and its last number; whoever
// appends locks that row, decides, and writes the events, the new fold and the
// readers' wake-up in one transaction. Numbers are per conversation and without
// holes; there is no global one, because under concurrent commits a reader of a
// global number skips rows. The row's fold is a cache: the log is the truth, and
// a fold that is missing or unreadable is folded again.
//
// The readers. "Who has work" is one column, ready_at, with a partial index. An
// append makes the rows of its conversation ready, unless they are backing off
// or parked.
//
// SQLite is the default. One goroutine owns the only writing connection and
// commits whatever waits as one group, so many small writes share one fsync; a
// file lock keeps a second process out, and therefore every lease in the file is
// void at start. PostgreSQL serves several nodes; there each operation is its
// own transaction, and NOTIFY wakes the other nodes ([Store.Listen]).
//
// One SQL text serves both engines. It says $1, $2, …; what differs lives in the
// dialect value. Times are UTC milliseconds.
//
// A crash loses no acknowledged write: SQLite syncs its write-ahead log at every
// commit, but for what is lax.
//
// What is lax. On SQLite a group that only claims, renews and moves reader rows,
// and appends nothing, is committed without an fsync. A killed process loses
// nothing by that: the system has the pages. A power cut may lose it, together
// with everything after it and nothing before it: the write-ahead log is one
// sequence, and the fsync of the next durable commit covers all of it. So what is
// found after a power cut is what was there at some moment since the last durable
// commit, and the process that knew more died with it. All that is missing then
// are positions: a reader starts from an older one, as after a kill between two
// steps, which every reader has to survive anyway. The bot finds in the State
// which line it has judged, and an answer is an append. The queue computes all it
// does from the State, and what it says once has a key. The mirror knows what
// stands in Slack from the rows of threads and posts, which are durable before
// and after each post; an edit or a card is drawn once more. On PostgreSQL every
// commit is durable as the server is set: there the process may outlive the
// server's power cut and work on under a claim that nobody remembers.
package store
