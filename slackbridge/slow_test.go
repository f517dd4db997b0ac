package slackbridge

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// Whoever announces a body and does not send it is answered, and let go, within
// the time for bodies.
func TestBodiesThatNeverCome(t *testing.T) {
	for name, c := range map[string]struct {
		request string
		status  int
	}{
		"a delivery":    {"POST /slack/events HTTP/1.1\r\nContent-Type: application/json\r\n", http.StatusUnauthorized},
		"an address":    {"POST /slack/nothing HTTP/1.1\r\n", http.StatusNotFound},
		"another way":   {"GET /slack/events HTTP/1.1\r\n", http.StatusMethodNotAllowed},
		"an odd length": {"POST /slack/commands HTTP/1.1\r\n", http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn := connectedTo(t, (&Bridge{Deps: Deps{Now: time.Now}, log: slog.New(slog.DiscardHandler)}).Handler())
				began := time.Now()
				_ = conn.SetDeadline(began.Add(time.Hour))
				go func() { _, _ = io.WriteString(conn, c.request+"Host: chat\r\nContent-Length: 100\r\n\r\n{\"type\":") }() // ends with conn
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

// connectedTo is a client's end of a connection to a handler.
func connectedTo(t *testing.T, h http.Handler) net.Conn {
	t.Helper()
	here, there := net.Pipe()
	ln := &onePipe{conn: there, over: make(chan struct{})}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }() // ends with the test
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

// A link that takes no acknowledgements holds its reader for one deadline, not
// for one each.
func TestADeadLinkHoldsItsReaderOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &Bridge{log: slog.New(slog.DiscardHandler)}
		l := &link{sockets: &sockets{b: b}, client: socketmode.New(slack.New("xoxb-none"))}
		var ids []string
		for i := range 50 { // its queue holds twenty
			ids = append(ids, fmt.Sprint(i))
		}
		began := time.Now()
		l.acknowledge(t.Context(), ids, nil)
		if took := time.Since(began); took > ackTimeout {
			t.Errorf("the reader was held for %v, want %v at most", took, ackTimeout)
		}
	})
}
