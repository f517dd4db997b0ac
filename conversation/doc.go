// Package conversation is the domain: what happens between a visitor, the bot
// and the agents, as an append-only log of events.
//
// The one idea: a conversation is its log. An [Event] is a fact with a number;
// [State] is a fold over events and nothing else; a [Decider] is a pure
// function that looks at the State and says which events come next. Whoever
// wants something to happen calls [Appender.Append] with a Decider; the store
// runs it under the conversation's lock. So "two agents press Claim", "the bot
// finishes its answer after an agent has claimed" and "a line after close" are
// table tests here, not races elsewhere.
//
// What the fold reads (ids, roles, modes, sequence numbers) is kept apart from
// what people wrote: each field of a body tagged `log:"fact"` is a fact, every
// other field is payload. A payload can be blanked, one event or a whole
// conversation, and the State stays what it was.
//
// The package imports the standard library only and reads no clock: every time
// is handed in.
package conversation
