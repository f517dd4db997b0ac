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

	mu      sync.Mutex
	down    bool
	token   bool // down because the token is refused
	why     string
	waiting map[conversation.ID]bool
	changed chan struct{} // capacity one
	up      chan struct{} // closed and replaced when Slack comes back
}

func newHealth(l Limits, now func() time.Time) *health {
	return &health{limits: l, now: now, down: true, why: "Slack has not answered yet", waiting: map[conversation.ID]bool{}, changed: make(chan struct{}, 1), up: make(chan struct{})}
}

// answered: Slack is there and takes the token.
func (h *health) answered() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.down {
		return
	}
	h.down, h.token, h.why = false, false, ""
	clear(h.waiting)
	close(h.up)
	h.up = make(chan struct{})
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
	h.down, h.token, h.why = true, token, why
	if same {
		return // the probe knows and keeps its pace
	}
	select {
	case h.changed <- struct{}{}:
	default:
	}
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

// comeBack says when a conversation may try again while Slack is down: soon, and
// later the more of them wait, so that an outage with thousands waiting does not
// keep the database busy.
func (h *health) comeBack(id conversation.ID) (due time.Time, down bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.down {
		return time.Time{}, false
	}
	h.waiting[id] = true
	wait := 400*time.Millisecond + time.Duration(len(h.waiting))*5*time.Millisecond
	if h.token {
		wait = max(wait, 10*h.limits.ProbeEvery) // somebody has to mend it first
	}
	return h.now().Add(min(wait, 30*time.Second)), true
}
