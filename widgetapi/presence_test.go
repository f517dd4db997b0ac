package widgetapi

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// pipes is a listener without a network: a TCP Accept would stop a bubble's clock.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.done); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

// bubbleHouse is a house in a synctest bubble: its clock is the bubble's, and its
// Run runs. node starts a further process over the same database.
func bubbleHouse(t *testing.T) *house {
	h := emptyHouse(t, time.Time{})
	h.url, h.client = "http://handoff.test", h.node(h.server)
	return h
}

func (h *house) node(s *Server) *http.Client {
	ctx, cancel := context.WithCancel(context.Background())
	ln, ended := &pipes{make(chan net.Conn), make(chan struct{})}, make(chan struct{}, 2)
	srv := s.HTTP("")
	go func() { _ = srv.Serve(ln); ended <- struct{}{} }()
	go func() { _ = s.Run(ctx); ended <- struct{}{} }()
	transport := &http.Transport{DialContext: ln.dial}
	h.Cleanup(func() {
		cancel()
		transport.CloseIdleConnections()
		_ = srv.Close()
		<-ended
		<-ended
	})
	return &http.Client{Transport: transport}
}

// wantHere checks the row: whether it says "here", and how long ago. Never having
// been seen is an age of -1.
func (h *house) wantHere(id conversation.ID, here bool, age time.Duration) {
	h.Helper()
	synctest.Wait()
	got, at, err := h.store.Presence(context.Background(), id)
	if err != nil {
		h.Fatal(err)
	}
	since := time.Duration(-1)
	if !at.IsZero() {
		since = time.Since(at).Round(time.Second)
	}
	if got != here || since != age {
		h.Errorf("here %v, %v ago; want %v, %v ago", got, since, here, age)
	}
}

func (h *house) ask(g *guest, id conversation.ID) {
	h.Helper()
	g.want(http.StatusOK, "POST", at(id, "/escalate"), EscalateBody{}, nil)
}

// Nobody is kept as here while the bot answers; from the request for a person on
// she is, for as long as one of her tabs is open and fifteen seconds longer.
func TestPresence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := bubbleHouse(t)
		g := h.guest()
		id := g.open()
		g.say(id, "c1", "hello")
		one, two := g.follow(id, ""), g.follow(id, "")
		time.Sleep(10 * time.Minute)
		h.wantHere(id, false, -1)

		h.ask(g, id)
		h.wantHere(id, true, 0)
		time.Sleep(59 * time.Second)
		h.wantHere(id, true, 59*time.Second)
		time.Sleep(time.Second)
		h.wantHere(id, true, 0) // said again

		one.stop()
		time.Sleep(20 * time.Second)
		h.wantHere(id, true, 20*time.Second)
		two.stop()
		time.Sleep(14 * time.Second)
		h.wantHere(id, true, 34*time.Second)
		back := g.follow(id, "") // a page that loads anew
		h.wantHere(id, true, 0)
		time.Sleep(time.Hour)
		h.wantHere(id, true, 0)

		back.stop()
		time.Sleep(16 * time.Second)
		h.wantHere(id, false, 16*time.Second)
		time.Sleep(time.Hour)
		h.wantHere(id, false, time.Hour+16*time.Second)

		g.follow(id, "")
		h.wantHere(id, true, 0)
		g.want(http.StatusOK, "POST", at(id, "/escalate/cancel"), EmptyBody{}, nil)
		time.Sleep(10 * time.Minute)
		h.wantHere(id, true, 10*time.Minute) // nobody looks; it is too old to be believed
		h.appendAs(id, conversation.Claim(maya, conversation.ByTakeover))
		h.wantHere(id, true, 0)
	})
}

// The tab on one node is closed while the other node has one open.
func TestPresenceOnTwoNodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := bubbleHouse(t)
		g := h.guest()
		id := g.open()
		h.ask(g, id)
		first := g.follow(id, "")
		time.Sleep(30 * time.Second)
		elsewhere := &house{T: t, url: h.url, client: h.node(h.serve())}
		second := (&guest{house: elsewhere, token: g.token, id: g.id, origin: g.origin}).follow(id, "")
		h.wantHere(id, true, 0)
		first.stop()
		time.Sleep(20 * time.Second)
		h.wantHere(id, true, 20*time.Second)
		second.stop()
		time.Sleep(20 * time.Second)
		h.wantHere(id, false, 20*time.Second)
	})
}

// refusing is a database that does not take the next rows.
type refusing struct {
	Presences
	rows atomic.Int32
}

func (r *refusing) SetPresence(ctx context.Context, id conversation.ID, here bool, at time.Time) error {
	if r.rows.Add(-1) >= 0 {
		return errors.New("not now")
	}
	return r.Presences.SetPresence(ctx, id, here, at)
}

// A row that could not be written is written five seconds later, with its time.
func TestPresenceIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := bubbleHouse(t)
		rows := &refusing{Presences: h.store}
		rows.rows.Store(1)
		h.server.here.rows = rows
		g := h.guest()
		id := g.open()
		h.ask(g, id)
		stream := g.follow(id, "")
		h.wantHere(id, false, -1)
		time.Sleep(5 * time.Second)
		h.wantHere(id, true, 0)
		stream.stop()
		synctest.Wait()
		rows.rows.Store(1)
		time.Sleep(16 * time.Second)
		h.wantHere(id, true, 16*time.Second)
		time.Sleep(5 * time.Second)
		h.wantHere(id, false, 21*time.Second)
	})
}
