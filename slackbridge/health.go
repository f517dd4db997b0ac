package slackbridge

import (
	"sync"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// health is the one shared opinion on whether Slack can be reached. While it is
// down the conversations do not try by themselves: one probe does, for all.
type health struct {
	limits Limits
	now    func() time.Time
	least  time.Duration // how soon who waits for Slack looks again by itself

	mu      sync.Mutex
	down    bool
	token   bool         // down because the token is refused
	fell    time.Time    // when it was last there
	away    [2]time.Time // the last time it was down, until somebody asks
	why     string
	since   time.Time // when Slack answered first, or again
	waiting map[conversation.ID]bool
	order   []conversation.ID // those of waiting, the first to wait first
	changed chan struct{}     // capacity one
	rose    chan struct{}     // capacity one: Slack is back, wake who waits
	up      chan struct{}     // closed and replaced when Slack comes back
}

func newHealth(l Limits, now func() time.Time) *health {
	return &health{
		limits: l, now: now, fell: now(), least: time.Second, down: true, why: "Slack has not answered yet", waiting: map[conversation.ID]bool{},
		changed: make(chan struct{}, 1), rose: make(chan struct{}, 1), up: make(chan struct{}),
	}
}

// answered: Slack is there and takes the token.
func (h *health) answered() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.down {
		return
	}
	if !h.token {
		h.away = [2]time.Time{h.fell, h.now()}
	}
	h.down, h.token, h.why, h.since = false, false, "", h.now()
	close(h.up)
	h.up = make(chan struct{})
	poke(h.rose)
}

// recovered returns from when to when Slack was last away, once.
func (h *health) recovered() (from, to time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	from, to = h.away[0], h.away[1]
	h.away = [2]time.Time{}
	return from, to
}

// heard: Slack is there. Whether it takes a token that it has refused before, an
// answer such as "too fast" does not say.
func (h *health) heard() {
	h.mu.Lock()
	token := h.token
	h.mu.Unlock()
	if !token {
		h.answered()
	}
}

func poke(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// silent: no answer, or one that says nothing.
func (h *health) silent(f *failure) { h.fall("Slack cannot be reached: "+reason(f), false) }

// locked: the token is refused.
func (h *health) locked(f *failure) {
	h.fall("Slack refuses the token: "+f.Code+". Install the app again and set the new token", true)
}

func reason(f *failure) string {
	if f.Code != "" {
		return f.Code
	}
	return "no answer to " + f.Method
}

func (h *health) fall(why string, token bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	same := h.down && h.token == token
	if !h.down {
		h.fell = h.now()
	}
	h.down, h.token, h.why = true, token, why
	if same {
		return // the probe knows and keeps its pace
	}
	poke(h.changed)
}

// state returns whether Slack can be used, and why not.
func (h *health) state() (ok bool, why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.down, h.why
}

// back returns a channel that is closed when Slack comes back, nil when it is
// there.
func (h *health) back() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.down {
		return nil
	}
	return h.up
}

// pause is how long until the next probe.
func (h *health) pause() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.token:
		return 20 * h.limits.ProbeEvery
	case h.down:
		return h.limits.ProbeEvery
	}
	return time.Minute
}

// comeBack says when a conversation looks again by itself while Slack is down.
// It is woken as soon as Slack is back, so this is only the slow tick behind
// that, and the slower the more of them wait: together they look twenty times a
// second.
func (h *health) comeBack(id conversation.ID) (due time.Time, down bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.down {
		return time.Time{}, false
	}
	return h.wait(id), true
}

// known is comeBack for the moment in which Slack has answered and not said yet
// who we are.
func (h *health) known(id conversation.ID) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.wait(id)
}

// wait notes a conversation that waits for Slack.
func (h *health) wait(id conversation.ID) time.Time {
	if !h.waiting[id] {
		h.waiting[id] = true
		h.order = append(h.order, id)
	}
	const each, most = 50 * time.Millisecond, 10 * time.Minute
	return h.now().Add(min(max(time.Duration(len(h.waiting))*each, h.least), most))
}

// rested takes the n conversations that have waited longest. It is empty while
// Slack is down.
func (h *health) rested(n int) []conversation.ID {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.down {
		return nil
	}
	n = min(n, len(h.order))
	first := h.order[:n:n]
	h.order = h.order[n:]
	for _, id := range first {
		delete(h.waiting, id)
	}
	return first
}
