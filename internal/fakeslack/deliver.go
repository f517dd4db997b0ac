package fakeslack

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Kinds of envelopes, as Socket Mode names them.
const (
	kindEvent       = "events_api"
	kindInteraction = "interactive"
	kindCommand     = "slash_commands"
)

// delivery is one payload on its way to the app.
type delivery struct {
	kind, typ, id string
	payload       []byte
	due           time.Time
	attempt       int // deliveries tried
	envelope      string
	reason        string // of the latest failure
	waiting       bool   // sent, no answer yet
	acked, over   bool
	late, held    bool
	forge         *Forge
	again         *Again
	// done is told the answer once: its payload, and whether there was one.
	done func(answer json.RawMessage, ok bool)
}

// post is the delivery side of the server. Everything is guarded by Server.mu.
type post struct {
	queue    []*delivery // not over, in order of raising
	wake     chan struct{}
	sockets  []*socket
	mischief []*activeMischief
	door     HTTPDoor
	client   *http.Client
	closed   bool
	wg       *sync.WaitGroup
}

func newPost(o Options) post {
	p := post{wake: make(chan struct{}, 1), wg: &sync.WaitGroup{}}
	p.use(o.HTTP)
	return p
}

// retryGaps are Slack's: almost at once, after a minute, after five.
func retryGaps(delayed bool) []time.Duration {
	gaps := []time.Duration{0, time.Minute, 5 * time.Minute}
	if delayed {
		for range 24 {
			gaps = append(gaps, time.Hour)
		}
	}
	return gaps
}

// enqueue takes a payload in, through the mischief in force. The caller holds mu.
func (s *Server) enqueue(d *delivery) {
	d.due = time.Now()
	d.envelope = s.state.newID("env-")
	s.state.deliveries = append(trim(s.state.deliveries), d)
	prank := s.post.takeMischief(d.typ, d.kind)
	switch p := prank.(type) {
	case Lose:
		d.over = true
		if !p.Limited {
			return
		}
		body, _ := json.Marshal(map[string]any{"token": "verification-token", "type": "app_rate_limited", "team_id": s.opts.Team, "minute_rate_limited": s.opts.Now().Unix() / 60 * 60, "api_app_id": s.opts.AppID})
		d = &delivery{kind: kindEvent, typ: "app_rate_limited", id: s.state.newID("Ev"), payload: body, due: d.due, envelope: s.state.newID("env-")}
		s.state.deliveries = append(s.state.deliveries, d)
	case Late:
		d.due = d.due.Add(s.opts.Delay(p.By))
		d.late = true
	case Swap:
		d.held = true
	case Again:
		d.again = &p
	case Forge:
		d.forge = &p
	}
	s.post.queue = append(s.post.queue, d)
	if !d.held {
		s.post.release(d)
	}
	s.post.poke()
}

// release lets deliveries that were held back follow d.
func (p *post) release(d *delivery) {
	for i, other := range p.queue {
		if other.held {
			other.held = false
			p.queue = append(slices.Delete(p.queue, i, i+1), other)
			return
		}
	}
}

func (p *post) poke() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *post) takeMischief(typ, kind string) Prank {
	for i := len(p.mischief) - 1; i >= 0; i-- {
		m := p.mischief[i]
		if m.Type != "" && m.Type != typ && m.Type != kind {
			continue
		}
		m.hits++
		if m.hits <= m.Skip {
			continue
		}
		if m.Times > 0 && m.hits-m.Skip >= m.Times {
			p.removeMischief(m.id)
		}
		return m.Do
	}
	return nil
}

func (p *post) removeMischief(id int) {
	p.mischief = slices.DeleteFunc(slices.Clone(p.mischief), func(m *activeMischief) bool { return m.id == id })
}

// Run delivers to the app until ctx ends: new payloads at once, and what was
// not accepted on Slack's retry schedule. It waits for its own goroutines.
func (s *Server) Run(ctx context.Context) error {
	s.mu.Lock()
	s.post.closed = false
	s.mu.Unlock()
	for ctx.Err() == nil {
		next := s.deliverDue(ctx)
		timer := time.NewTimer(next)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-s.post.wake:
		}
		timer.Stop()
	}
	s.mu.Lock()
	s.post.closed = true
	s.post.dropSockets()
	s.mu.Unlock()
	s.post.wg.Wait()
	return nil
}

// deliverDue sends what is due, in order, and returns the time to the next.
func (s *Server) deliverDue(ctx context.Context) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range slices.Clone(s.post.queue) {
		if d.over || d.held || d.due.After(time.Now()) {
			continue
		}
		if d.waiting {
			s.failed(d, "timeout")
			if d.over || d.due.After(time.Now()) {
				continue
			}
		}
		s.send(ctx, d)
	}
	s.post.queue = slices.DeleteFunc(s.post.queue, func(d *delivery) bool { return d.over })
	next := time.Hour
	for _, d := range s.post.queue {
		if !d.held {
			next = min(next, max(0, time.Until(d.due)))
		}
	}
	return next
}

// send makes one attempt. The caller holds mu.
func (s *Server) send(ctx context.Context, d *delivery) {
	d.attempt++
	d.waiting = true
	d.due = time.Now().Add(s.opts.Delay(ackTimeout))
	if s.post.door.Events != "" {
		d.due = d.due.Add(time.Minute) // the request has its own timeout
		s.sendHTTP(ctx, d)
		return
	}
	if d.attempt > 1 {
		d.envelope = s.state.newID("env-")
	}
	if !s.post.sendSocket(d, s.state.sw.AllSockets) {
		s.failed(d, "connection_failed")
	}
	s.touch()
}

// failed plans the next attempt, or gives up. Interactions and commands are
// tried once. The caller holds mu.
func (s *Server) failed(d *delivery, reason string) {
	d.waiting, d.reason = false, reason
	gaps := retryGaps(s.state.sw.DelayedEvents)
	if d.kind != kindEvent || d.attempt > len(gaps) {
		s.finish(d, nil, false)
		return
	}
	d.due = time.Now().Add(s.opts.Delay(gaps[d.attempt-1]))
	s.post.poke()
}

// finish ends a delivery and tells whoever waits for its answer.
func (s *Server) finish(d *delivery, answer json.RawMessage, ok bool) {
	if d.over {
		return
	}
	d.waiting, d.over, d.acked = false, true, ok
	if !ok {
		s.log.Info("delivery given up", "kind", d.kind, "type", d.typ, "attempts", d.attempt, "reason", d.reason)
	}
	if d.done != nil {
		d.done(answer, ok)
	}
	if ok && d.again != nil {
		s.repeat(d)
	}
	s.touch()
}

// repeat queues the same event once more, as if it were new.
func (s *Server) repeat(d *delivery) {
	twin := &delivery{kind: d.kind, typ: d.typ, id: d.id, payload: d.payload, due: time.Now(), envelope: d.envelope}
	if d.again.NewID && d.kind == kindEvent {
		twin.id, twin.envelope = s.state.newID("Ev"), s.state.newID("env-")
		twin.payload = withEventID(d.payload, twin.id)
	}
	s.state.deliveries = append(s.state.deliveries, twin)
	s.post.queue = append(s.post.queue, twin)
	s.post.poke()
}

func withEventID(payload []byte, id string) []byte {
	var outer map[string]json.RawMessage
	if json.Unmarshal(payload, &outer) != nil {
		return payload
	}
	outer["event_id"], _ = json.Marshal(id)
	out, err := json.Marshal(outer)
	if err != nil {
		return payload
	}
	return out
}
