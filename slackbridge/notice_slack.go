package slackbridge

import (
	"fmt"
	"time"

	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// What the operator is told about Slack itself, beside its channels (trouble.go).

const causeToken = "bot token"

// longAway is how long Slack has to be away before its return is told.
const longAway = 5 * time.Minute

// barred: the app may not call a method.
func (n *notices) barred(f *webapi.Failure) {
	n.stand("method "+f.Method, fmt.Sprintf("Slack does not let the app call %s: %s. What needs it waits, or is left out. %s", f.Method, draw.Mrkdwn(f.Code), mendFor(f.Code)), true)
}

// freed: it may again.
func (n *notices) freed(method string) {
	n.mended("method "+method, "Slack lets the app call "+method+" again; what waited is done now.")
}

// returned tells of a long time without Slack.
func (n *notices) returned(from, to time.Time) {
	if to.Sub(from) < longAway {
		return
	}
	n.tell("slack away", fmt.Sprintf("Slack could not be reached from %s to %s UTC. What was written meanwhile is being posted now, in order; nothing is lost.",
		from.UTC().Format("15:04"), to.UTC().Format("15:04")), false)
}
