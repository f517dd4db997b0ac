// Package slackbridge is the staff's door: it keeps a Slack thread like a
// conversation's log, and turns what staff do in Slack into events of that log.
//
// The one idea: the log is the truth, in both directions. Outwards, [Bridge.Mirror]
// is a reader of the log. It opens a thread with a card when a person is needed,
// posts what was said so far and then every line, and redraws the card from the
// State. Inwards, everything Slack tells us is stored before it is acknowledged
// and worked afterwards, one thread at a time in order of Slack's timestamps; its
// keys are made of content, so that a delivery repeated under another id is the
// same row, and the log's idempotency keys catch the rest.
//
// Lifecycle: [New] checks the settings and calls nothing. [Bridge.Run] holds the
// sockets, works the inbox, compares the threads with Slack after a gap, and
// probes Slack while it is away; conversations that wait for it sleep until then
// and are woken, a few at first (rouse.go). [Bridge.Handler] serves mode http. Any number of
// processes may receive; the one that holds the lease writes, except for notices to the
// operator, which the process posts that knows of it.
//
// What a crash loses: nothing that was acknowledged. Slack has no idempotency key
// for posts, so this is the trick. A row is written before a post (state sending,
// with the time of the attempt) and completed after it (state sent, with the ts).
// Each event is a block of its own whose block_id is h:<conversation>:<seq>:<rev>;
// the ids are in the metadata too. When an answer is missing, because of a crash,
// a cut connection, a 5xx or an error of which Slack says that it may have
// succeeded, the row stays in doubt: after a pause the thread (for a card the
// channel) is read and the marker looked for, and only what is not there is sent
// again. A rate limit or a refusal is no doubt. Cards and redrawn posts are
// updates, which may be repeated. What is said privately to one person has no row: a
// crash loses what still waits, and what may have been said is said again
// (whispers.go).
//
// What visitors write reaches Slack as raw text elements of rich_text blocks and
// as plain_text, which Slack does not parse, and escaped in notification texts;
// see escape.go in package draw, one function per sink. What agents write reaches visitors by the
// table in line.go and by nothing else.
//
// What people see is drawn in package draw from plain data; this package gathers that
// data, sends what was drawn, and does what is pressed. Package webapi makes the
// calls, package ledger has the rows.
//
// Where things are, by file:
//
//	how Slack reaches us     socket opengate http inbound workers rows gate backfill
//	what it says             decode event odd shortcut command
//	what a line does         line line_menu marker act_* files retract retry receipts tell
//	what a press does        button menu may modal* undo leave move thread_move reply*
//	what answers a question  answer why watch transcript find status marks mend learn learn_file
//	reading the log          bridge mirror desk rouse
//	posts of a thread        post redraw doubt translate
//	the card                 card_data cardpost briefs
//	App Home                 home home_* homes
//	posts beside the thread  errand errand_file notify weekly*
//	what one person is told  whispers
//	people                   people everyone roster onduty presence
//	channels                 rooms trouble places invited
//	for the operator         notice* digest check checkapp manifest
//	used everywhere          config limits alone
package slackbridge
