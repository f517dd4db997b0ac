package webapi

import (
	"sync"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// Health is the one shared opinion on whether Slack can be reached. While it is
// down the conversations do not try by themselves: one probe does, for all.
type Health struct {
	probe time.Duration // how often a silent Slack is tried again
	now   func() time.Time
	least time.Duration // how soon who waits for Slack looks again by itself

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

// NewHealth knows nothing yet: Slack counts as down until it has answered.
func NewHealth(p Pace, now func() time.Time) *Health {
	return &Health{
		probe: p.WithDefaults().ProbeEvery, now: now, fell: now(), least: time.Second, down: true, why: "Slack has not answered yet", waiting: map[conversation.ID]bool{},
		changed: make(chan struct{}, 1), rose: make(chan struct{}, 1), up: make(chan struct{}),
	}
}

// Answered notes that Slack is there and takes the token.
func (h *Health) Answered() {
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

// Recovered returns from when to when Slack was last away, once.
func (h *Health) Recovered() (from, to time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	from, to = h.away[0], h.away[1]
	h.away = [2]time.Time{}
	return from, to
}

// heard: Slack is there. Whether it takes a token that it has refused before, an
// answer such as "too fast" does not say.
func (h *Health) heard() {
	h.mu.Lock()
	token := h.token
	h.mu.Unlock()
	if !token {
		h.Answered()
	}
}

// LookAgain sets how soon who waits for Slack looks again by itself, at the least;
// without it a second. It is called before anything else.
func (h *Health) LookAgain(after time.Duration) { h.least = after }

// Changed is told when Slack has fallen silent or refuses the token.
func (h *Health) Changed() <-chan struct{} { return h.changed }

// Rose is told when Slack is back: who waited may be woken.
func (h *Health) Rose() <-chan struct{} { return h.rose }

// Rouse tells Rose.
func (h *Health) Rouse() { poke(h.rose) }

// Since says since when Slack answers, and whether it does.
func (h *Health) Since() (since time.Time, up bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.since, !h.down
}

func poke(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// Silent notes no answer, or one that says nothing.
func (h *Health) Silent(f *Failure) { h.fall("Slack cannot be reached: "+f.Reason(), false) }

// locked: the token is refused.
func (h *Health) locked(f *Failure) {
	h.fall("Slack refuses the token: "+f.Code+". Install the app again and set the new token", true)
}

func (h *Health) fall(why string, token bool) {
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

// State returns whether Slack can be used, and why not.
func (h *Health) State() (ok bool, why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.down, h.why
}

// Back returns a channel that is closed when Slack comes Back, nil when it is
// there.
func (h *Health) Back() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.down {
		return nil
	}
	return h.up
}

// Pause is how long until the next probe.
func (h *Health) Pause() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.token:
		return 20 * h.probe
	case h.down:
		return h.probe
	}
	return time.Minute
}

// ComeBack says when a conversation looks again by itself while Slack is down.
// It is woken as soon as Slack is back, so this is only the slow tick behind
// that, and the slower the more of them wait: together they look twenty times a
// second.
func (h *Health) ComeBack(id conversation.ID) (due time.Time, down bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.down {
		return time.Time{}, false
	}
	return h.wait(id), true
}

// Known is comeBack for the moment in which Slack has answered and not said yet
// who we are.
func (h *Health) Known(id conversation.ID) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.wait(id)
}

// wait notes a conversation that waits for Slack.
func (h *Health) wait(id conversation.ID) time.Time {
	if !h.waiting[id] {
		h.waiting[id] = true
		h.order = append(h.order, id)
	}
	const each, most = 50 * time.Millisecond, 10 * time.Minute
	return h.now().Add(min(max(time.Duration(len(h.waiting))*each, h.least), most))
}

// Rested takes the n conversations that have waited longest. It is empty while
// Slack is down.
func (h *Health) Rested(n int) []conversation.ID {
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
