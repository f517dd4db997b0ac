package fakeslack

import (
	"crypto/rand"
	"encoding/json"
	randv2 "math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// pingEvery is how often the server pings an open socket, and minPing the least
// that Options.Delay may make of it.
const (
	pingEvery = 10 * time.Second
	minPing   = 50 * time.Millisecond
)

// socket is one Socket Mode connection.
type socket struct {
	s       *Server
	conn    *websocket.Conn
	out     [][]byte      // frames not yet written; guarded by Server.mu
	wake    chan struct{} // capacity one
	closing bool          // told to disconnect: takes no more envelopes
	grace   time.Duration // from then to the end of the connection
	gone    chan struct{} // closed when the reader ended
}

func (c *call) connectionsOpen() (reply, error) {
	ticket := strings.ToLower(rand.Text())
	c.tickets[ticket] = true
	base := c.link("/link/?ticket=" + ticket + "&app_id=" + c.opts.AppID)
	return reply{"url": "ws" + strings.TrimPrefix(base, "http")}, nil
}

// link makes a path of this server absolute.
func (st *State) link(path string) string { return st.base + path }

// serveSocket upgrades a connection whose ticket is good, once.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	good := s.state.tickets[ticket] && !s.post.closed
	delete(s.state.tickets, ticket)
	s.mu.Unlock()
	if !good {
		http.Error(w, "the ticket is not valid", http.StatusForbidden)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	k := &socket{s: s, conn: conn, wake: make(chan struct{}, 1), gone: make(chan struct{})}
	s.mu.Lock()
	s.open(k)
	wg := s.post.wg
	wg.Add(1)
	s.mu.Unlock()
	defer wg.Done()
	done := make(chan struct{})
	// One writer beside the reader; it ends when the reader does.
	go func() { defer close(done); k.write() }()
	k.read()
	<-done
}

// open registers a socket and greets it. The caller holds mu.
func (s *Server) open(k *socket) {
	s.post.sockets = append(s.post.sockets, k)
	s.state.sockets = len(s.post.sockets)
	hello := map[string]any{"type": "hello", "num_connections": len(s.post.sockets), "connection_info": map[string]any{"app_id": s.opts.AppID},
		"debug_info": map[string]any{"host": "applink-1", "build_number": 1, "approximate_connection_time": 3600}}
	k.push(hello)
	switch {
	case s.state.sw.SocketsOff:
		k.disconnect("link_disabled")
	case len(s.post.sockets) > maxSockets:
		k.disconnect("too_many_websockets")
	}
	s.post.poke()
	s.touch()
}

// push queues a frame. The caller holds Server.mu.
func (k *socket) push(frame any) {
	body, err := json.Marshal(frame)
	if err != nil {
		return
	}
	k.out = append(k.out, body)
	k.stir()
}

// stir wakes the writer.
func (k *socket) stir() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// disconnect tells the client to go; Slack then closes, after about ten
// seconds when it was a warning. The caller holds Server.mu.
func (k *socket) disconnect(reason string) {
	k.closing = true
	if reason == "warning" || reason == "refresh_requested" {
		k.grace = 10 * time.Second
	}
	k.push(map[string]any{"type": "disconnect", "reason": reason, "debug_info": map[string]any{"host": "applink-1"}})
}

func (k *socket) write() {
	ping := time.NewTicker(max(minPing, k.s.opts.Delay(pingEvery)))
	defer ping.Stop()
	var leave <-chan time.Time
	for {
		now := k.take()
		for _, f := range now.frames {
			_ = k.conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
			if k.conn.WriteMessage(websocket.TextMessage, f) != nil {
				_ = k.conn.Close()
			}
		}
		if now.closing && leave == nil {
			t := time.NewTimer(k.s.opts.Delay(now.grace))
			defer t.Stop()
			leave = t.C
		}
		select {
		case <-k.gone:
			return
		case <-leave:
			_ = k.conn.Close()
			leave = make(chan time.Time) // once
		case <-k.wake:
		case <-ping.C:
			if now.pings {
				_ = k.conn.WriteControl(websocket.PingMessage, []byte("ping"), time.Now().Add(time.Second))
			}
		}
	}
}

// turn is what the writer has to do next.
type turn struct {
	frames         [][]byte
	closing, pings bool
	grace          time.Duration
}

// take empties the queue of frames, unless the sockets are frozen.
func (k *socket) take() turn {
	k.s.mu.Lock()
	defer k.s.mu.Unlock()
	if k.s.state.sw.Frozen {
		return turn{}
	}
	out := turn{frames: k.out, closing: k.closing, pings: !k.s.state.sw.NoPings, grace: k.grace}
	k.out = nil
	return out
}

// read takes acknowledgements until the connection ends.
func (k *socket) read() {
	defer k.leave()
	k.conn.SetPingHandler(func(data string) error {
		k.s.mu.Lock()
		frozen := k.s.state.sw.Frozen
		k.s.mu.Unlock()
		if frozen {
			return nil
		}
		_ = k.conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
		return nil
	})
	for {
		_, frame, err := k.conn.ReadMessage()
		if err != nil {
			return
		}
		if len(frame) >= maxAckBytes {
			continue // dropped without a word
		}
		var ack struct {
			EnvelopeID string          `json:"envelope_id"`
			Payload    json.RawMessage `json:"payload"`
		}
		if json.Unmarshal(frame, &ack) == nil && ack.EnvelopeID != "" {
			k.s.acked(ack.EnvelopeID, ack.Payload)
		}
	}
}

func (k *socket) leave() {
	defer k.conn.Close() //nolint:errcheck // it is over either way
	close(k.gone)
	s := k.s
	s.do(func() {
		s.post.sockets = slices.DeleteFunc(s.post.sockets, func(o *socket) bool { return o == k })
		s.state.sockets = len(s.post.sockets)
	})
}

// acked accepts the delivery of an envelope, if it is still waited for.
func (s *Server) acked(envelope string, answer json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.sw.Frozen {
		return
	}
	for _, d := range s.post.queue {
		if d.envelope == envelope && d.waiting {
			s.finish(d, answer, true)
			return
		}
	}
}

// sendSocket hands the envelope to one socket, or to all of them.
func (p *post) sendSocket(d *delivery, all bool) bool {
	open := slices.DeleteFunc(slices.Clone(p.sockets), func(k *socket) bool { return k.closing })
	if len(open) == 0 {
		return false
	}
	if !all {
		i := randv2.IntN(len(open)) // which one follows no pattern
		open = open[i : i+1]
	}
	envelope := map[string]any{"envelope_id": d.envelope, "type": d.kind, "payload": json.RawMessage(d.payload), "accepts_response_payload": d.kind != kindEvent}
	if d.kind == kindEvent {
		envelope["retry_attempt"], envelope["retry_reason"] = d.attempt-1, ""
		if d.attempt > 1 {
			envelope["retry_reason"] = d.reason
		}
	}
	for _, k := range open {
		k.push(envelope)
	}
	return true
}

func (p *post) dropSockets() {
	for _, k := range p.sockets {
		_ = k.conn.Close()
	}
}

// Disconnect sends a disconnect message with the reason to every socket:
// warning, refresh_requested, link_disabled or too_many_websockets.
func (s *Server) Disconnect(reason string) {
	s.do(func() {
		for _, k := range s.post.sockets {
			k.disconnect(reason)
		}
	})
}

// DropSockets ends every socket without a word.
func (s *Server) DropSockets() { s.do(s.post.dropSockets) }

// Sockets counts the open sockets.
func (s *Server) Sockets() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.sockets
}
