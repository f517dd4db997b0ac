package slackbridge

import (
	"context"
	"sync"
	"time"
)

// holdFor is how long lines wait, after a time in which nobody listened, for what
// was written in it: the backfill brings it, and then everything is worked in
// order of ts. When the backfill takes longer the lines go on without it.
const holdFor = 3 * time.Second

// gate holds the lines of threads back while a gap is being filled. Presses and
// commands pass.
type gate struct {
	mu    sync.Mutex
	open  chan struct{} // closed when open
	timer *time.Timer
	gap   int    // counts the gaps: a backfill fills those it has started after
	late  func() // called when the lines go on without the backfill
}

func newGate(late func()) *gate {
	g := &gate{open: make(chan struct{}), late: late}
	close(g.open)
	return g
}

// hold closes the gate for at most holdFor.
func (g *gate) hold() {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.open:
		g.open = make(chan struct{})
	default:
		g.timer.Stop()
	}
	g.gap++
	g.timer = time.AfterFunc(holdFor, func() {
		if g.closed() {
			g.late()
		}
		g.release()
	})
}

// closed says that lines have to wait.
func (g *gate) closed() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-g.open:
		return false
	default:
		return true
	}
}

// gaps counts the gaps so far.
func (g *gate) gaps() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.gap
}

// filled opens the gate when no gap has come after the nth.
func (g *gate) filled(n int) {
	if g.gaps() == n {
		g.release()
	}
}

// release opens the gate.
func (g *gate) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.timer != nil {
		g.timer.Stop()
	}
	select {
	case <-g.open:
	default:
		close(g.open)
	}
}

// wait waits until the gate is open.
func (g *gate) wait(ctx context.Context) error {
	g.mu.Lock()
	open := g.open
	g.mu.Unlock()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-open:
		return nil
	}
}
