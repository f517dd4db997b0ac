// Package slowclient is a client that announces a body and never sends it, for
// the tests of the doors that must not wait for it.
package slowclient

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// Announce sends the head of a request (its first line and its own fields, each
// ended by CRLF) and the beginning of a body to srv, then nothing more. The
// answer has to have the status, and the connection to be ended, within the time
// given. srv serves nobody else and is closed at the end of the test. To be
// called inside a synctest bubble.
func Announce(t *testing.T, srv *http.Server, head string, status int, within time.Duration) {
	t.Helper()
	conn := connect(t, srv)
	began := time.Now()
	_ = conn.SetDeadline(began.Add(time.Hour))
	go func() { _, _ = io.WriteString(conn, head+"Host: chat\r\nContent-Length: 100\r\n\r\n{\"key\":") }() // ends with conn
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("after %v: no answer: %v", time.Since(began), err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	_, err = conn.Read(make([]byte, 1))
	if took := time.Since(began); resp.StatusCode != status || !errors.Is(err, io.EOF) || took > within {
		t.Errorf("got %d, then %v, after %v; want %d and the end within %v", resp.StatusCode, err, took, status, within)
	}
}

// connect is a client's end of the only connection of a server.
func connect(t *testing.T, srv *http.Server) net.Conn {
	t.Helper()
	here, there := net.Pipe()
	ln := &onePipe{conn: there, over: make(chan struct{})}
	ended := make(chan struct{})
	go func() { // ends with the test
		_ = srv.Serve(ln)
		close(ended)
	}()
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
