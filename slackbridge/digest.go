package slackbridge

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// digests count the cards that were posted without a mention, into one line per
// channel, and say which cards those are. Lines of rules that a channel has no room
// for are counted in another.
type digests struct {
	b    *Bridge
	wake chan struct{} // capacity one

	mu     sync.Mutex
	lines  map[counted]*digest
	cards  map[string][]time.Time // by channel, of the last minute
	called map[string]call        // by channel, the last card that mentioned
	rules  map[string][]time.Time // by channel, rules' lines of the last minute
}

// counted is what a digest line counts: a channel's quiet cards, or the rules'
// lines that were left out there.
type counted struct {
	channel string
	rules   bool
}

func newDigests(b *Bridge, wake chan struct{}) *digests {
	return &digests{b: b, wake: wake, lines: map[counted]*digest{}, cards: map[string][]time.Time{}, called: map[string]call{}, rules: map[string][]time.Time{}}
}

// call is when a channel's people were called by a mention, and for which
// conversation.
type call struct {
	at time.Time
	by conversation.ID
}

// digest is the one line that counts quiet cards in a channel.
type digest struct {
	count, shown int
	ts           string
	since        time.Time
}

// digestFor is how long one digest line goes on counting.
const digestFor = 10 * time.Minute

// crowded notes a card and says whether it goes out without a mention: the
// conversation asks for that, the channel gets too many, or its people were
// called a moment ago.
func (n *digests) crowded(channel string, s conversation.State) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if s.Quiet {
		return true // and does not count: a flood of these must not silence the others
	}
	now := n.b.Now()
	recent := slices.DeleteFunc(n.cards[channel], func(t time.Time) bool { return now.Sub(t) > time.Minute })
	n.cards[channel] = append(recent, now)
	last := n.called[channel]
	again := last.by != s.ID && now.Sub(last.at) < n.b.Limits.MentionEvery // its own post may have failed
	if again || len(recent) >= n.b.Limits.SpamCards {
		return true
	}
	if s.Route.Mention != "" {
		n.called[channel] = call{now, s.ID}
	}
	return false
}

// count adds a quiet card to the channel's digest line.
func (n *digests) count(channel string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.grow(counted{channel, false})
}

// grow adds one to a line.
func (n *digests) grow(of counted) {
	d := n.lines[of]
	if d == nil || n.b.Now().Sub(d.since) > digestFor {
		d = &digest{since: n.b.Now()}
		n.lines[of] = d
	}
	d.count++
	poke(n.wake)
}

// tooMany notes a rule's line and says that the channel gets too many of them: then
// it is counted in a line of its own instead.
func (n *digests) tooMany(channel string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.b.Now()
	recent := slices.DeleteFunc(n.rules[channel], func(t time.Time) bool { return now.Sub(t) > time.Minute })
	if n.rules[channel] = recent; len(recent) < n.b.Limits.SpamCards {
		n.rules[channel] = append(recent, now)
		return false
	}
	n.grow(counted{channel, true})
	return true
}

// words says how many there are, and where.
func (c counted) words(n int) string {
	switch {
	case c.rules && n == 1:
		return "1 more chat met a rule that asks for a line here. It is in the app's Home, with the AI."
	case c.rules:
		return fmt.Sprintf("%d more chats met a rule that asks for a line here. They are in the app's Home, with the AI.", n)
	case n == 1:
		return "1 more request came in and was posted without a mention. It is above, and in the app's Home."
	}
	return fmt.Sprintf("%d more requests came in at once and were posted without a mention. They are above, and in the app's Home.", n)
}

// write posts or updates the digest lines that have grown, each at most
// once per round.
func (n *digests) write(ctx context.Context) {
	n.mu.Lock()
	grown := map[counted]digest{}
	for of, d := range n.lines {
		if d.count > d.shown {
			grown[of] = *d
		}
	}
	n.mu.Unlock()
	for of, d := range grown {
		channel, text := of.channel, of.words(d.count)
		m := draw.Say(draw.Slant(text))
		var err error
		method := "chat.update"
		if d.ts == "" {
			method = "chat.postMessage"
		}
		if ok, _ := n.b.client.Throttle.Take(method, channel); !ok {
			continue
		}
		if d.ts == "" {
			d.ts, err = n.b.send(ctx, channel, "", m)
		} else {
			err = n.b.update(ctx, channel, d.ts, m)
		}
		if err != nil {
			n.b.log.Warn("a digest line was not written", "channel", channel, "error", err)
			continue
		}
		n.mu.Lock()
		if now := n.lines[of]; now != nil && now.since.Equal(d.since) {
			now.ts, now.shown = d.ts, d.count
		}
		n.mu.Unlock()
	}
}
