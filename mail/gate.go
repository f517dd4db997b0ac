package mail

import (
	"sync"
	"time"
)

// gate is shut while the mail server is down, so that one conversation tries and
// the others wait. It opens by itself after a pause that grows with each failure
// in a row. A restart opens it.
type gate struct {
	mu       sync.Mutex
	failures int
	until    time.Time
}

// The pauses of the gate.
const (
	firstPause  = 5 * time.Second
	longestGate = 5 * time.Minute
)

// shut returns until when nothing is tried; zero when the gate is open.
func (g *gate) shut(now time.Time) time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Before(g.until) {
		return g.until
	}
	return time.Time{}
}

// failed shuts the gate and returns until when.
func (g *gate) failed(now time.Time) time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !now.Before(g.until) { // of several that fail at once, one counts
		g.until = now.Add(min(firstPause<<min(g.failures, 10), longestGate))
		g.failures++
	}
	return g.until
}

// worked opens the gate and says whether the server was down before.
func (g *gate) worked() (back bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	back = g.failures > 0
	g.failures, g.until = 0, time.Time{}
	return back
}
