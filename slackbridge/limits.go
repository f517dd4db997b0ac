package slackbridge

import (
	"cmp"
	"time"

	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// Limits are the speeds of the bridge. The zero value of a field means its
// default, which suits slack.com.
type Limits struct {
	webapi.Pace
	// CardEvery is the least time between two redraws of one card; 2 s.
	CardEvery time.Duration
	// HomeEvery is the least time between two drawings of one App Home, and of one
	// watched transcript; 2 s.
	HomeEvery time.Duration
	// DoubtWait is how long a post of unknown outcome is left alone before the
	// thread is read; 2 s.
	DoubtWait time.Duration
	// CacheFor is how long people and memberships are believed; 60 s, not more.
	CacheFor time.Duration
	// BackfillEvery is how often open threads are compared with Slack although
	// nothing was missed; 5 min.
	BackfillEvery time.Duration
	// DeskEvery is how often it is looked whether somebody's presence is needed, and
	// whether somebody who is off duty was written to; 500 ms.
	DeskEvery time.Duration
	// SpamCards is how many cards a minute a channel may get with a mention; 5.
	SpamCards int
	// MentionEvery is the least time between two cards that mention in one
	// channel; 2 min.
	MentionEvery time.Duration
}

func (l Limits) withDefaults() Limits {
	pace := l.Pace
	l.Pace = pace.WithDefaults()
	l.SpamCards = cmp.Or(max(l.SpamCards, 0), 5)
	for _, d := range []struct {
		of    *time.Duration
		value time.Duration
	}{
		{&l.CardEvery, 2 * time.Second},
		{&l.HomeEvery, 2 * time.Second},
		{&l.DoubtWait, 2 * time.Second},
		{&l.CacheFor, time.Minute},
		{&l.BackfillEvery, 5 * time.Minute},
		{&l.MentionEvery, 2 * time.Minute},
		{&l.DeskEvery, 500 * time.Millisecond},
	} {
		*d.of = cmp.Or(max(*d.of, 0), d.value)
	}
	return l
}
