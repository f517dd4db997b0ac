// Package queue is about people who wait.
//
// It is a reader without I/O: it looks at a conversation's State, the policy, the
// roster of agents and the time, and says which event comes next and when to look
// again. It turns an escalation into a route (channel, priority, whom to mention,
// staffed or not), asks one agent after the other to take it, walks the ladder of
// handoff.when_nobody, takes the away way when nobody is there, reminds silent
// owners and puts what they leave back into the queue, and closes conversations
// that went quiet. So it goes on while Slack or the model is down.
//
// Time is not an event. Each time all due times are computed again from State,
// policy and roster: that makes them exact across restarts, and it is how a
// changed policy takes hold, at once for what has news and within [lookAgain] for
// everybody who waits. One look does one thing; the event it appends makes the
// row ready again for the next.
//
// The one thing a Queue remembers between two looks is its [desk]: whom it has
// asked in the last moments, which no database can show yet. A crash loses that
// and nothing else.
//
// [Line] is the other half: it tells the visitors who wait their place in line.
package queue
