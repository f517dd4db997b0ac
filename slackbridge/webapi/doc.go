// Package webapi calls Slack's Web API at the speed that Slack allows.
//
// A [Client] runs one call at a time for whoever asks: it sorts what went wrong
// into what may be done next ([Failure]), keeps the published tier of each method
// and one post a second in each channel ([Throttle]), and holds the one opinion on
// whether Slack can be reached at all ([Health]). It decides nothing about
// conversations; of them it knows the ids that wait for a turn.
//
// Nothing here retries a call whose outcome is unknown: Slack has no idempotency
// key for posts, so that is the bridge's, which looks before it posts again.
package webapi
