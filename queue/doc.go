// Package queue is about people who wait.
//
// It is a reader without I/O: it looks at a conversation's State, the policy and
// the time, and says which events come next and when to look again. It turns an
// escalation into a route (channel, priority, whom to mention, staffed or not),
// routes again when the office opens or closes, tells a visitor when the team
// could not be reached, and closes conversations that went quiet. So it goes on
// while Slack or the model is down.
//
// Time is not an event. Nothing is remembered between two calls: each time all
// due times are computed again, which is also how a changed policy takes hold,
// at once for what has news and within [lookAgain] for everybody who waits. A
// crash loses nothing.
package queue
