// Package fakesmtp is a mail server on loopback for the tests: real SMTP with
// STARTTLS, implicit TLS and a login, a certificate that nobody has signed, and
// faults on demand. It delivers nothing; what it took is in [Server.Box].
//
// It is no kinder than a real one: without the login nothing is taken when there
// is one, and a fault that cuts the line after the mail was taken keeps the mail.
package fakesmtp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Options says what a server offers.
type Options struct {
	STARTTLS   bool
	Implicit   bool   // TLS from the first byte
	User, Pass string // the login; none when empty
	// Listen opens the listener; nil is any port of 127.0.0.1, and the same again
	// after Stop.
	Listen func() (net.Listener, error)
}

// TB is what a Server needs of a test.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	Cleanup(f func())
}

// Server is a running mail server.
type Server struct {
	opts  Options
	tb    TB
	roots *x509.CertPool
	cert  *tls.Config
	inner *smtp.Server
	addr  string
	ended chan error
	quit  chan struct{} // closed by Stop

	mu     sync.Mutex
	box    []Mail
	faults []Fault
	met    int // how often one was met
	logins int
	news   chan struct{}
}

// New starts a server. It ends with the test.
func New(tb TB, o Options) *Server {
	tb.Helper()
	s := &Server{opts: o, tb: tb, news: make(chan struct{})}
	var err error
	if s.cert, s.roots, err = certificate(); err != nil {
		tb.Fatalf("make a certificate: %v", err)
	}
	s.addr = "127.0.0.1:0"
	s.Start()
	tb.Cleanup(s.Stop)
	return s
}

// Start listens again after Stop, on the same address.
func (s *Server) Start() {
	s.tb.Helper()
	listen := s.opts.Listen
	if listen == nil {
		listen = func() (net.Listener, error) {
			return (&net.ListenConfig{}).Listen(context.Background(), "tcp", s.addr)
		}
	}
	ln, err := listen()
	if err != nil {
		s.tb.Fatalf("listen: %v", err)
	}
	s.addr = ln.Addr().String()
	inner := smtp.NewServer(smtp.BackendFunc(s.session))
	inner.Domain, inner.AllowInsecureAuth, inner.EnableSMTPUTF8 = "mail.test", true, true
	inner.ErrorLog = log.New(io.Discard, "", 0)
	inner.ReadTimeout, inner.WriteTimeout = time.Minute, time.Minute
	if s.opts.STARTTLS {
		inner.TLSConfig = s.cert
	}
	if s.opts.Implicit {
		ln = tls.NewListener(ln, s.cert)
	}
	s.inner, s.ended, s.quit = inner, make(chan error, 1), make(chan struct{})
	go func() { s.ended <- inner.Serve(ln) }() // ends with Stop
}

// Stop closes the listener and every connection. A stopped server may be stopped
// again.
func (s *Server) Stop() {
	if s.inner == nil {
		return
	}
	close(s.quit)
	_ = s.inner.Close()
	if err := <-s.ended; err != nil {
		s.tb.Fatalf("the mail server ended: %v", err)
	}
	s.inner = nil
}

// Down says that the server is stopped.
func (s *Server) Down() bool { return s.inner == nil }

// Addr is host:port.
func (s *Server) Addr() string { return s.addr }

// Roots trusts the server's certificate.
func (s *Server) Roots() *x509.CertPool { return s.roots }

// Box returns what the server has taken, the oldest first.
func (s *Server) Box() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.box...)
}

// Wait waits until the server has taken n mails and returns them all; after
// patience the test fails.
func (s *Server) Wait(n int, patience time.Duration) []Mail {
	s.tb.Helper()
	limit := time.After(patience)
	for {
		s.mu.Lock()
		box, news := append([]Mail(nil), s.box...), s.news
		s.mu.Unlock()
		if len(box) >= n {
			return box
		}
		select {
		case <-news:
		case <-limit:
			s.tb.Fatalf("the mail server has taken %d mails, want %d", len(box), n)
			return nil
		}
	}
}

// Logins counts the logins that succeeded.
func (s *Server) Logins() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins
}

func (s *Server) take(m Mail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.box = append(s.box, m)
	close(s.news)
	s.news = make(chan struct{})
}

func (s *Server) session(c *smtp.Conn) (smtp.Session, error) {
	x := &session{s: s, conn: c, quit: s.quit}
	return x, x.meet(AtHello, "")
}

// session is one connection of a client.
type session struct {
	s     *Server
	conn  *smtp.Conn
	user  string
	from  string
	to    []string
	under bool            // logged in
	quit  <-chan struct{} // closed when the server stops
}

func (x *session) AuthMechanisms() []string {
	if x.s.opts.User == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, pass string) error {
		if err := x.meet(AtLogin, ""); err != nil {
			return err
		}
		if user != x.s.opts.User || pass != x.s.opts.Pass {
			return smtp.ErrAuthFailed
		}
		x.s.mu.Lock()
		x.s.logins++
		x.s.mu.Unlock()
		x.user, x.under = user, true
		return nil
	}), nil
}

func (x *session) Mail(from string, _ *smtp.MailOptions) error {
	if x.s.opts.User != "" && !x.under {
		return smtp.ErrAuthRequired
	}
	x.from = from
	return x.meet(AtMail, from)
}

func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := x.meet(AtRcpt, to); err != nil {
		return err
	}
	x.to = append(x.to, to)
	return nil
}

func (x *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := x.meet(AtData, x.from); err != nil {
		return err
	}
	_, encrypted := x.conn.TLSConnectionState()
	x.s.take(Mail{From: x.from, To: x.to, Raw: raw, TLS: encrypted, User: x.user})
	return x.meet(AfterData, x.from)
}

func (x *session) Reset()        { x.from, x.to = "", nil }
func (x *session) Logout() error { return nil }

var errCut = errors.New("the line is cut")
