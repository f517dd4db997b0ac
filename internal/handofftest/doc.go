// Package handofftest starts a whole Handoff on loopback and lets people act in
// it: visitors through the real API and its event stream, agents through a Slack
// that is [fakeslack.Server], and a scripted model behind the real wire format.
// Nothing inside the house is replaced: the file is loaded, the database is
// SQLite (or PostgreSQL), Slack speaks Socket Mode or signed HTTP.
//
// A [House] runs in this process, or in a process of its own that can really be
// killed. The stories in testdata are txtar scripts; [Stories] runs them. Every
// wait in here ends when the thing happens or fails after [Patience].
package handofftest

import "time"

// Patience is how long a story waits for something before it fails. On
// PostgreSQL the leases of a killed process have to run out first, 15 s.
const Patience = 40 * time.Second
