package slackbridge

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
	"golang.org/x/sync/errgroup"

	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// socketCount is how many connections a process holds: while Slack renews one,
// the other goes on. Slack allows ten per app.
const socketCount = 2

// ackTimeout is how long an acknowledgement may take; Slack waits 3 s and then
// delivers again.
const ackTimeout = 2 * time.Second

// sockets keeps the Socket Mode connections open.
type sockets struct {
	b *Bridge

	mu   sync.Mutex
	open int
	gap  bool // nobody has listened for a while
}

// newSockets begins with a gap: nobody has listened before the first connection.
func newSockets(b *Bridge) *sockets { return &sockets{b: b, gap: true} }

// run holds the connections until ctx ends.
func (s *sockets) run(ctx context.Context) error {
	gate := newOpenGate(s.b.HTTP.Transport, s.b.Now, s.deaf)
	g, ctx := errgroup.WithContext(ctx)
	for range socketCount {
		g.Go(func() error { return s.supervise(ctx, gate) })
	}
	return g.Wait()
}

// supervise keeps one connection. slack-go gives up on a refused token and backs
// off for minutes on the rest; when Slack is found to be back it starts afresh.
func (s *sockets) supervise(ctx context.Context, gate *openGate) error {
	for ctx.Err() == nil {
		err := s.connect(ctx, gate)
		if ctx.Err() != nil {
			return nil
		}
		s.b.log.Warn("a socket to Slack ended", "error", err)
		if err != nil && webapi.OfToken(err.Error()) {
			s.b.notes.stand("app token", "Slack refuses the app token: "+err.Error()+". Create a new one with the scope connections:write and set it as slack.app_token.", true)
		}
		if webapi.Sleep(ctx, s.b.Limits.ProbeEvery) != nil {
			return nil
		}
	}
	return nil
}

// connect runs one client until it ends, or until Slack comes back while it
// still waits to try again.
func (s *sockets) connect(ctx context.Context, gate *openGate) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	web := *s.b.HTTP
	if web.Timeout > 0 {
		web.Timeout += socketCount * maxOpenPause // the gate's pause is no slowness of Slack's
	}
	web.Transport = gate
	api := slack.New(s.b.Config.BotToken, slack.OptionAppLevelToken(s.b.Config.AppToken), slack.OptionHTTPClient(webapi.Truthful{Client: &web}), slack.OptionAPIURL(s.b.Config.APIURL))
	options := []socketmode.Option{
		socketmode.OptionPingInterval(s.b.Config.PingInterval), socketmode.OptionReadLimit(4 << 20), socketmode.OptionDialer(s.b.Dialer),
	}
	link := &link{sockets: s, client: socketmode.New(api, options...), gate: gate}
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { defer cancel(); return link.client.RunContext(gctx) })
	g.Go(func() error { return link.consume(gctx) })
	g.Go(func() error { return link.watch(gctx, cancel) })
	err := g.Wait()
	link.down()
	return err
}

// link is one connection.
type link struct {
	*sockets
	client *socketmode.Client
	gate   *openGate
	mu     sync.Mutex
	up     bool
	since  time.Time
	tries  time.Time // when the attempt began that goes on; zero for none
}

// watch ends a client that waits to try again as soon as Slack is back. At the
// start Slack comes back, too: an attempt that goes on is left alone for as long
// as one takes.
func (l *link) watch(ctx context.Context, restart context.CancelFunc) error {
	for {
		back := l.b.health.Back()
		if back == nil {
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(l.b.Limits.ProbeEvery):
			}
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-back:
		}
		for there := true; there; there, _ = l.b.health.State() {
			if webapi.Sleep(ctx, l.b.Limits.ProbeEvery) != nil {
				return nil
			}
			up, trying := l.stands()
			if up {
				break
			}
			if !trying {
				l.gate.forgive()
				restart()
				return nil
			}
		}
	}
}

// stands says whether the connection is up, and whether it is just being made.
func (l *link) stands() (up, trying bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.up, !l.tries.IsZero() && l.b.Now().Sub(l.tries) < openTime
}

// attempt notes when an attempt to connect began, or with the zero time that it
// has ended.
func (l *link) attempt(began time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tries = began
}

// consume stores what arrives and acknowledges it, nothing else: a reader that
// is slow loses the connection.
func (l *link) consume(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case ev := <-l.client.Events:
			batch := []socketmode.Event{ev}
			for len(batch) < 50 {
				select {
				case more := <-l.client.Events:
					batch = append(batch, more)
					continue
				default:
				}
				break
			}
			l.take(ctx, batch)
		}
	}
}

// take stores a batch in one transaction and acknowledges each of it.
func (l *link) take(ctx context.Context, batch []socketmode.Event) {
	var raws [][]byte
	var acks []string
	for _, ev := range batch {
		req := l.note(ev)
		if req == nil || req.EnvelopeID == "" {
			continue
		}
		if _, answers := l.b.answering(req.Payload); answers != nil {
			// It asks the database; a reader that waits would lose the connection. Ends
			// within answerTime and ackTimeout.
			l.b.work.wg.Go(func() { l.acknowledge(ctx, []string{req.EnvelopeID}, l.b.answerAtOnce(ctx, req.Payload)) })
			continue
		}
		if e, ok := marking(req.Payload); ok {
			l.b.work.wg.Go(func() { l.keepAndAnswer(ctx, req.EnvelopeID, req.Payload, e) }) // for the same reason
			continue
		}
		if answer := l.b.atOnce(req.Payload); answer != nil {
			l.acknowledge(ctx, []string{req.EnvelopeID}, answer)
			continue
		}
		acks = append(acks, req.EnvelopeID)
		if len(req.Payload) > 0 {
			raws = append(raws, req.Payload)
		}
	}
	if err := l.b.receive(ctx, raws...); err != nil {
		if ctx.Err() == nil {
			l.b.log.Error("what Slack sent was not kept; it will send it again", "error", err)
		}
		return
	}
	l.acknowledge(ctx, acks, nil)
}

// keepAndAnswer stores the form of a mark and answers it.
func (l *link) keepAndAnswer(ctx context.Context, id string, raw []byte, e envelope) {
	answer := l.b.proposeAtOnce(ctx, e)
	if err := l.b.receive(ctx, raw); err != nil {
		if ctx.Err() == nil {
			l.b.log.Error("what Slack sent was not kept; it will send it again", "error", err)
		}
		return
	}
	l.acknowledge(ctx, []string{id}, answer)
}

// acknowledge queues the acknowledgements of a batch, with an answer where Slack
// takes one. One deadline holds for all: a link that is dead takes none, and
// Slack asks again for what it missed.
func (l *link) acknowledge(ctx context.Context, ids []string, answer any) {
	actx, cancel := context.WithTimeout(ctx, ackTimeout)
	defer cancel()
	for i, id := range ids {
		if err := l.client.AckCtx(actx, id, answer); err != nil {
			if ctx.Err() == nil {
				l.b.log.Warn("acknowledgements were not sent; Slack will deliver again", "count", len(ids)-i, "error", err)
			}
			return
		}
	}
}

// note follows the connection's state and returns the request to store, if the
// event carries one.
func (l *link) note(ev socketmode.Event) *socketmode.Request {
	switch ev.Type {
	case socketmode.EventTypeHello:
		l.hello(ev.Request)
		return nil
	case socketmode.EventTypeConnecting:
		l.attempt(l.b.Now())
		l.down()
		return nil
	case socketmode.EventTypeDisconnect, socketmode.EventTypeConnectionError, socketmode.EventTypeInvalidAuth:
		l.attempt(time.Time{})
		l.down()
		return nil
	case socketmode.EventTypeEventsAPI, socketmode.EventTypeInteractive, socketmode.EventTypeSlashCommand:
		return ev.Request
	case socketmode.EventTypeConnected, socketmode.EventTypeIncomingError, socketmode.EventTypeErrorWriteFailed:
		return nil // a lost acknowledgement is asked for again by Slack
	case socketmode.EventTypeErrorBadMessage:
		var req socketmode.Request
		if bad, ok := ev.Data.(*socketmode.ErrorBadMessage); ok && json.Unmarshal(bad.Message, &req) == nil {
			return &req
		}
	}
	return nil
}

func (l *link) hello(req *socketmode.Request) {
	l.mu.Lock()
	first := !l.up
	l.up, l.since = true, l.b.Now()
	l.mu.Unlock()
	if first {
		l.opened()
	}
	l.b.notes.mended("app token", "Slack takes the app token again.")
	if req != nil && req.NumConnections > socketCount {
		l.b.log.Info("others hold sockets of this app too", "connections", req.NumConnections)
	}
	if req != nil && req.NumConnections > 10 {
		l.b.notes.tell("too many sockets", "More than ten connections are open for this Slack app. Another installation uses the same app token: stop it, or give it an app of its own.", true)
	}
}

// down notes that the connection is gone.
func (l *link) down() {
	l.mu.Lock()
	was, since := l.up, l.since
	l.up = false
	l.mu.Unlock()
	if was {
		l.gate.lived(l.b.Now().Sub(since))
		l.closed()
	}
}

// opened counts a connection; after a time without any the threads are compared.
func (s *sockets) opened() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open++
	if s.gap && s.open == 1 {
		s.gap = false
		s.b.askBackfill()
	}
}

// deaf says that no connection is open.
func (s *sockets) deaf() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open == 0
}

func (s *sockets) closed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open--; s.open == 0 {
		s.gap = true
	}
}
