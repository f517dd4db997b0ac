package slackbridge

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// notices are what the operator should know: one line per cause and hour in the
// admin channel and the log, the standing ones in Health. They also count the
// cards that were posted without a mention, into one digest line per channel.
type notices struct {
	b *Bridge

	mu      sync.Mutex
	told    map[string]time.Time
	open    map[string]string // standing causes
	digests map[string]*digest
	cards   map[string][]time.Time // by channel, of the last minute
	called  map[string]call        // by channel, the last card that mentioned
	wake    chan struct{}
	queue   []string
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

func newNotices(b *Bridge) *notices {
	return &notices{b: b, told: map[string]time.Time{}, open: map[string]string{}, digests: map[string]*digest{}, cards: map[string][]time.Time{}, called: map[string]call{}, wake: make(chan struct{}, 1)}
}

// tell says something to the operator, at most once per cause and hour.
func (n *notices) tell(_ context.Context, cause, text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	text = clipEscaped(text, maxNoticeText)
	now := n.b.Now()
	if at, ok := n.told[cause]; ok && now.Sub(at) < time.Hour {
		return
	}
	n.told[cause] = now
	n.b.log.Warn("notice", "cause", cause, "text", text)
	if n.b.Config.AdminChannel != "" && len(n.queue) < 100 {
		n.queue = append(n.queue, text)
		n.poke()
	}
}

// stand is tell for something that lasts: Health shows it until mended.
func (n *notices) stand(cause, text string) {
	n.mu.Lock()
	n.open[cause] = text
	n.mu.Unlock()
	n.tell(context.Background(), cause, text)
}

// mended ends what stand began; the next time it is told again.
func (n *notices) mended(cause string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, ok := n.open[cause]; ok {
		delete(n.open, cause)
		delete(n.told, cause)
	}
}

// standing is what is wrong now, for people; "" when nothing is.
func (n *notices) standing() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []string
	for _, text := range n.open {
		all = append(all, text)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// crowded notes a card and says whether it goes out without a mention: the
// conversation asks for that, the channel gets too many, or its people were
// called a moment ago.
func (n *notices) crowded(channel string, s conversation.State) bool {
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
func (n *notices) count(channel string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	d := n.digests[channel]
	if d == nil || n.b.Now().Sub(d.since) > digestFor {
		d = &digest{since: n.b.Now()}
		n.digests[channel] = d
	}
	d.count++
	n.poke()
}

func (n *notices) poke() {
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// run posts what waits, until ctx ends.
func (n *notices) run(ctx context.Context) error {
	const tick = time.Second
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-n.wake:
		case <-time.After(tick):
		}
		if ok, _ := n.b.health.state(); ok && n.b.leads() {
			n.flush(ctx)
			n.writeDigests(ctx)
		}
	}
}

func (n *notices) flush(ctx context.Context) {
	for {
		n.mu.Lock()
		now, _ := n.b.client.limits.take("chat.postMessage", n.b.Config.AdminChannel)
		if len(n.queue) == 0 || !now {
			n.mu.Unlock()
			return
		}
		text := n.queue[0]
		n.queue = n.queue[1:]
		n.mu.Unlock()
		m := message{text: text, blocks: block1(mrkdwnLine("⚠️ " + text))}
		_, err := n.b.send(ctx, n.b.Config.AdminChannel, "", m)
		if err == nil {
			continue
		}
		n.b.log.Warn("a notice was not posted", "error", err)
		if f, ok := failed(err); ok && f.Kind != refused && f.Kind != doubtful {
			n.mu.Lock()
			n.queue = append([]string{text}, n.queue...) // it certainly did not arrive
			n.mu.Unlock()
		}
		return
	}
}

// writeDigests posts or updates the digest lines that have grown, each at most
// once per round.
func (n *notices) writeDigests(ctx context.Context) {
	n.mu.Lock()
	grown := map[string]digest{}
	for channel, d := range n.digests {
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
		if now := n.digests[channel]; now != nil && now.since.Equal(d.since) {
			now.ts, now.shown = d.ts, d.count
		}
		n.mu.Unlock()
	}
}

// Notice tells the admins something in their channel, at most once per cause and
// hour. It does not wait.
func (b *Bridge) Notice(cause, text string) { b.notes.tell(context.Background(), cause, text) }
