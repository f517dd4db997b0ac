package slackbridge

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// openGate limits apps.connections.open: at least a second between two, and up
// to a minute when connections end soon after they were opened. slack-go asks
// again without a pause. Slack's sources name one a minute, or fifty: so while a
// connection is open, further ones keep to one a minute; when none is, nobody waits
// for that.
type openGate struct {
	next http.RoundTripper
	now  func() time.Time
	deaf func() bool // no connection is open

	mu    sync.Mutex
	after time.Time // when the next one may go
	wait  time.Duration
	asked time.Time // when the last one went
	spare *rate.Limiter
}

const (
	minOpenPause = time.Second
	maxOpenPause = time.Minute
	shortLife    = 30 * time.Second
	openBurst    = 3
	openTime     = 3 * time.Second // by then one that was asked for stands, or it will not
)

func newOpenGate(next http.RoundTripper, now func() time.Time, deaf func() bool) *openGate {
	if next == nil {
		next = http.DefaultTransport
	}
	return &openGate{next: next, now: now, deaf: deaf, spare: rate.NewLimiter(rate.Every(time.Minute), openBurst)}
}

// RoundTrip implements http.RoundTripper.
func (g *openGate) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "apps.connections.open") {
		if err := g.pass(r); err != nil {
			return nil, err
		}
	}
	return g.next.RoundTrip(r)
}

// may says whether another connection may be asked for now.
func (g *openGate) may() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if !g.spare.AllowN(now, 1) && (!g.deaf() || now.Sub(g.asked) < openTime) {
		return false
	}
	g.asked = now
	return true
}

// pass waits for a turn.
func (g *openGate) pass(r *http.Request) error {
	for !g.may() {
		if err := webapi.Sleep(r.Context(), minOpenPause); err != nil {
			return err
		}
	}
	g.mu.Lock()
	now := g.now()
	at := now
	if g.after.After(now) {
		at = g.after
	}
	g.after = at.Add(max(g.wait, minOpenPause))
	if g.wait == 0 && at.Equal(now) {
		g.after = now.Add(minOpenPause / 10) // the first of each connection at start
	}
	g.mu.Unlock()
	if err := webapi.Sleep(r.Context(), at.Sub(now)); err != nil {
		g.giveBack(at)
		return err
	}
	return nil
}

// giveBack frees a turn that was not used.
func (g *openGate) giveBack(at time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if at.Before(g.after) {
		g.after = at
	}
}

// lived notes how long a connection lasted.
func (g *openGate) lived(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if d >= shortLife {
		g.wait = minOpenPause
		return
	}
	g.wait = min(max(2*g.wait, minOpenPause), maxOpenPause)
	g.after = g.now().Add(g.wait)
}

// forgive forgets short lives: Slack was down and is back.
func (g *openGate) forgive() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.wait, g.after = 0, g.now()
}
