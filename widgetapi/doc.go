// Package widgetapi is the visitor's door: the HTTP API the chat widget speaks,
// and anybody else who wants to be a visitor.
//
// The one idea: a table of routes (routes in table.go). Each row declares its
// method and pattern, who may come in, whose conversation it touches, what its
// body may hold, which limit it counts against and whether this version serves
// it. Registration, the OpenAPI document and a good part of the tests are made
// from that table, so a route cannot be added without its checks. Handlers get
// a call whose checks are done, append a decision to the conversation's log, and
// return a reply or an error; the error table (errors.go) is the only place that
// knows HTTP statuses.
//
// Lifecycle: [New], then serve [Server.Handler] (or [Server.HTTP]) while
// [Server.Run] runs beside it. When Run's context ends, the open event streams
// end. What a crash loses: up to five seconds of the counters behind the limits
// per day, and everything ephemeral. A message that was answered with 201 is in
// the log.
//
// The event stream (stream.go) is a position in the visitor's own numbering and
// a wake-up: everything it sends with an id is read from the log, so a dropped
// connection resumes without a gap.
package widgetapi
