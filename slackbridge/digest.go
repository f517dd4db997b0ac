package slackbridge

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// digests count the cards that were posted without a mention, into one line per
// channel, and say which cards those are.
type digests struct {
	b    *Bridge
	wake chan struct{} // capacity one

	mu     sync.Mutex
	lines  map[string]*digest
	cards  map[string][]time.Time // by channel, of the last minute
	called map[string]call        // by channel, the last card that mentioned
}

func newDigests(b *Bridge, wake chan struct{}) *digests {
	return &digests{b: b, wake: wake, lines: map[string]*digest{}, cards: map[string][]time.Time{}, called: map[string]call{}}
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
	d := n.lines[channel]
	if d == nil || n.b.Now().Sub(d.since) > digestFor {
		d = &digest{since: n.b.Now()}
		n.lines[channel] = d
	}
	d.count++
	poke(n.wake)
}

// write posts or updates the digest lines that have grown, each at most
// once per round.
func (n *digests) write(ctx context.Context) {
	n.mu.Lock()
	grown := map[string]digest{}
	for channel, d := range n.lines {
		if d.count > d.shown {
			grown[channel] = *d
		}
	}
	n.mu.Unlock()
	for channel, d := range grown {
		text := fmt.Sprintf("%d more requests came in at once and were posted without a mention. They are above, and in the app's Home.", d.count)
		if d.count == 1 {
			text = "1 more request came in and was posted without a mention. It is above, and in the app's Home."
		}
		m := message{text: text, blocks: block1(richLine("", slant(text)))}
		var err error
		method := "chat.update"
		if d.ts == "" {
			method = "chat.postMessage"
		}
		if ok, _ := n.b.client.limits.take(method, channel); !ok {
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
		if now := n.lines[channel]; now != nil && now.since.Equal(d.since) {
			now.ts, now.shown = d.ts, d.count
		}
		n.mu.Unlock()
	}
}
