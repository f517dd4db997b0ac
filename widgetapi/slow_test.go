package widgetapi

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
)

// B-35: whoever announces a body and does not send it is answered, and let go,
// within the time for bodies, whatever the route makes of a body.
func TestB35BodiesThatNeverCome(t *testing.T) {
	for name, c := range map[string]struct {
		request string
		status  int
	}{
		"refused before the body": {"POST /v1/conversations HTTP/1.1\r\nContent-Type: application/json\r\n", http.StatusUnauthorized},
		"read by the route":       {"POST /v1/sessions HTTP/1.1\r\nContent-Type: application/json\r\n", http.StatusBadRequest},
		"a route without a body":  {"GET /healthz HTTP/1.1\r\n", http.StatusOK},
		"no such route":           {"PUT /nothing HTTP/1.1\r\n", http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn := connected(t)
				began := time.Now()
				_ = conn.SetDeadline(began.Add(time.Hour))
				go func() { _, _ = io.WriteString(conn, c.request+"Host: chat\r\nContent-Length: 100\r\n\r\n{\"key\":") }() // ends with conn
				resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil {
					t.Fatalf("after %v: no answer: %v", time.Since(began), err)
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
				_, err = conn.Read(make([]byte, 1))
				if took := time.Since(began); resp.StatusCode != c.status || !errors.Is(err, io.EOF) || took > 2*bodyTime {
					t.Errorf("got %d, then %v, after %v; want %d and the end within %v", resp.StatusCode, err, took, c.status, 2*bodyTime)
				}
			})
		})
	}
}

// connected is a client's end of a connection to a door that stores nothing.
func connected(t *testing.T) net.Conn {
	t.Helper()
	none := struct {
		Log
		Conversations
		Sessions
		Counters
		Presences
		Codes
	}{}
	s, err := New(Deps{
		Log: none, Conversations: none, Sessions: none, Counters: none, Presence: none, Codes: none, Notifier: feed.NewNotifier(), Live: feed.NewLive(nil),
		Escalation: func(context.Context, string, conversation.State) (Button, error) { return Button{}, nil }, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
	}, testConfig)
	if err != nil {
		t.Fatal(err)
	}
	here, there := net.Pipe()
	ln := &onePipe{conn: there, over: make(chan struct{})}
	srv := s.HTTP("")
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }()
	t.Cleanup(func() {
		_ = here.Close()
		_ = srv.Close()
		<-ended
	})
	return here
}

// onePipe accepts one connection.
type onePipe struct {
	conn net.Conn
	over chan struct{}
}

func (p *onePipe) Accept() (net.Conn, error) {
	if c := p.conn; c != nil {
		p.conn = nil
		return c, nil
	}
	<-p.over
	return nil, net.ErrClosed
}

func (p *onePipe) Close() error {
	select {
	case <-p.over:
	default:
		close(p.over)
	}
	return nil
}

func (p *onePipe) Addr() net.Addr { return &net.TCPAddr{} }

// A house that does not say how it is keeps nobody waiting for ever.
func TestHealthOfAHouseThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := Deps{Health: func(ctx context.Context) Health {
			<-ctx.Done()
			return Health{}
		}}
		began := time.Now()
		var last lastHealth
		answered := make(chan bool, 1)
		go func() { answered <- last.ok(t.Context(), hangs, began) }()
		select {
		case good := <-answered:
			if took := time.Since(began); good || took > healthPatience {
				t.Errorf("good = %v after %v", good, took)
			}
		case <-time.After(time.Hour):
			t.Fatal("nobody is answered")
		}
	})
}
