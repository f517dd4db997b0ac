package widgetapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
)

// The stream's clocks.
const (
	// slowTick looks for events and checks the session again even when nothing
	// woke the stream, so that a lost wake-up costs latency only and a session
	// that ended elsewhere ends its streams within five seconds.
	slowTick  = 4 * time.Second
	heartbeat = 15 * time.Second
	// writeTime is how long a client may take to accept one write.
	writeTime = 10 * time.Second
)

// stream is one visitor's open connection: a position in her numbering.
type stream struct {
	s  *Server
	c  *call
	rc *http.ResponseController
	at conversation.Seq
	// turn is the last bot turn whose line went out: a late draft of it is old.
	turn string
}

// follow sends what comes after a position until the client leaves, the session
// ends or the server stops.
func (s *Server) follow(c *call, after conversation.Seq) (reply, error) {
	cut := func() { _ = http.NewResponseController(c.w).SetWriteDeadline(time.Now()) }
	sl, err := s.streams.enter(c.session.Hash, network(c.ip), c.cfg.Limits, cut)
	if err != nil {
		return reply{}, err
	}
	// A session that ended since it was checked did not find this stream to end it.
	st := &stream{s: s, c: c, rc: http.NewResponseController(c.w), at: after}
	if err := s.authorise(&call{w: c.w, r: c.r, cfg: c.cfg, now: c.now, anonymous: c.anonymous}); err != nil {
		s.streams.leave(sl)
		return reply{}, err
	}
	return reply{write: func(w http.ResponseWriter) {
		defer s.streams.leave(sl)
		s.here.enter(c.id(), c.state.Mode)
		defer s.here.leave(c.id())
		if err := st.run(w, sl); err != nil && c.ctx().Err() == nil {
			s.deps.Logger.Debug("an event stream ended", "conversation", c.id(), "error", err)
		}
	}}, nil
}

func (st *stream) run(w http.ResponseWriter, sl *slot) error {
	wake, stopWake := st.s.deps.Notifier.Watch(st.c.id())
	defer stopWake()
	signals, stopSignals := st.s.deps.Live.Watch(st.c.id())
	defer stopSignals()
	tick, beat := time.NewTicker(slowTick), time.NewTicker(heartbeat)
	defer tick.Stop()
	defer beat.Stop()

	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	if err := st.comment(w); err != nil {
		return err
	}
	if err := st.advance(w); err != nil {
		return err
	}
	for {
		var err error
		select {
		case <-st.c.ctx().Done():
			return nil
		case <-sl.done:
			return nil
		case <-wake:
			// The conversation may have become somebody else's, by another process.
			// Drafts sent before the line was written belong before it.
			if err = st.recheck(); err == nil {
				err = st.drain(w, signals)
			}
			if err == nil {
				err = st.advance(w)
			}
		case signal := <-signals:
			err = st.pass(w, signal)
		case <-beat.C:
			err = st.comment(w)
		case <-tick.C:
			if err = st.recheck(); err == nil {
				err = st.advance(w)
			}
		}
		if err != nil {
			return err
		}
	}
}

// recheck ends the stream of a session that is no more.
func (st *stream) recheck() error {
	now := *st.c
	now.cfg, now.now = st.s.config(), st.s.deps.Now()
	if err := st.s.authorise(&now); err != nil {
		return fmt.Errorf("check the session again: %w", err)
	}
	st.c.cfg, st.c.now, st.c.session = now.cfg, now.now, now.session
	return nil
}

// advance sends the events after the position.
func (st *stream) advance(w http.ResponseWriter) error {
	for {
		ctx := st.c.ctx()
		events, err := st.s.deps.Conversations.VisitorEvents(ctx, st.c.id(), st.at, batch)
		if err != nil {
			return fmt.Errorf("read the visitor's events: %w", err)
		}
		if err := st.send(ctx, w, events); err != nil {
			return err
		}
		if len(events) < batch {
			return nil
		}
	}
}

func (st *stream) send(ctx context.Context, w http.ResponseWriter, events []conversation.Event) error {
	if len(events) == 0 {
		return nil
	}
	rendered, err := st.s.render(st.c, events, len(events) < batch)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	for i, e := range rendered {
		raw, err := json.Marshal(e.Data)
		if err != nil {
			return fmt.Errorf("encode an event: %w", err)
		}
		fmt.Fprintf(&out, "id: %d\nevent: %s\ndata: %s\n\n", events[i].VSeq, e.Type, raw)
		if m, ok := events[i].Body.(conversation.Message); ok && m.Turn != "" {
			st.turn = m.Turn
		}
	}
	if err := st.write(w, out.Bytes()); err != nil {
		return err
	}
	st.at = events[len(events)-1].VSeq
	if len(events) < batch { // she is up to date: what was in between is history
		st.turned(rendered)
	}
	return nil
}

// turned tells who keeps presence whether a person waits or answers now.
func (st *stream) turned(events []Event) {
	for i := len(events) - 1; i >= 0; i-- {
		if state, ok := events[i].Data.(State); ok {
			st.s.here.turned(st.c.id(), state.Phase)
			return
		}
	}
}

// drain passes on the signals that are there, without waiting for more.
func (st *stream) drain(w http.ResponseWriter, signals <-chan feed.Signal) error {
	for {
		select {
		case signal := <-signals:
			if err := st.pass(w, signal); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// pass sends a signal, without an id: it is not in the log.
func (st *stream) pass(w http.ResponseWriter, signal feed.Signal) error {
	var peek struct {
		Turn string `json:"turn"`
		From From   `json:"from"`
	}
	_ = json.Unmarshal(signal.Data, &peek)
	switch {
	case len(signal.Data) == 0:
		return nil
	case signal.Kind == feed.SignalTyping && peek.From.Role == conversation.Visitor:
		return nil // her own
	case signal.Kind == feed.SignalDraft && peek.Turn != "" && peek.Turn == st.turn:
		return nil // its line is out already
	}
	var data bytes.Buffer
	if err := json.Compact(&data, signal.Data); err != nil {
		return nil // not JSON would break the frame; a signal may be lost
	}
	return st.write(w, fmt.Appendf(nil, "event: %s\ndata: %s\n\n", signal.Kind, data.Bytes()))
}

// comment keeps proxies and the client's watchdog from giving up.
func (st *stream) comment(w http.ResponseWriter) error { return st.write(w, []byte(": \n\n")) }

// write sends bytes with a deadline of their own, so that a client that does
// not read costs one goroutine for writeTime and no memory beyond a batch.
func (st *stream) write(w http.ResponseWriter, p []byte) error {
	_ = st.rc.SetWriteDeadline(time.Now().Add(writeTime))
	if _, err := w.Write(p); err != nil {
		return fmt.Errorf("write to the stream: %w", err)
	}
	if err := st.rc.Flush(); err != nil {
		return fmt.Errorf("flush the stream: %w", err)
	}
	_ = st.rc.SetWriteDeadline(time.Time{})
	return nil
}
