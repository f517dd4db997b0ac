package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	netmail "net/mail"
	"net/textproto"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// patience is how long the mail server may take for one step.
const patience = 30 * time.Second

// outcome is what the mail server made of a mail.
type outcome int

const (
	taken   outcome = iota
	later           // it puts off this mail, or hangs up over it
	refused         // it will not take this mail, now or ever
	down            // it cannot be reached, or refuses us altogether
)

// answer is an outcome with the server's code, 0 when it gave none, and the step
// that failed. It never holds an address.
type answer struct {
	outcome outcome
	code    int
	step    string
}

// post hands mails to one server.
type post struct {
	server server
	from   netmail.Address
	tls    *tls.Config
	dial   func(ctx context.Context, network, addr string) (net.Conn, error)
}

// client makes a client for one connection: it keeps what it has found out.
func (p *post) client(ctx context.Context, utf8 bool) (*gomail.Client, error) {
	opts := []gomail.Option{
		gomail.WithPort(p.server.port), gomail.WithTimeout(patience), gomail.WithHELO(domainOf(p.from.Address)),
		gomail.WithDialContextFunc(p.line(ctx)), gomail.WithTLSConfig(p.tlsConfig()), gomail.WithTLSPolicy(gomail.NoTLS),
		gomail.WithoutNoop(), gomail.WithoutRset(),
	}
	if p.server.starttls {
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if !utf8 {
		// Announced, it would have to be understood by every server on the way.
		opts = append(opts, gomail.WithoutSMTPUTF8())
	}
	if p.server.user != "" {
		opts = append(opts, gomail.WithUsername(p.server.user), gomail.WithPassword(p.server.pass),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin, gomail.SMTPAuthCramMD5))
	}
	return gomail.NewClient(p.server.host, opts...)
}

// line dials, with TLS from the first byte where the server wants it. The
// connection is cut when ctx ends, in whatever step it is.
func (p *post) line(ctx context.Context) gomail.DialContextFunc {
	dial := p.dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	return func(soon context.Context, network, addr string) (net.Conn, error) {
		raw, err := dial(soon, network, addr)
		if err != nil {
			return nil, err
		}
		conn := &cutting{Conn: raw, stop: context.AfterFunc(ctx, func() { _ = raw.Close() })}
		if !p.server.implicit {
			return conn, nil
		}
		encrypted := tls.Client(conn, p.tlsConfig())
		if err := encrypted.HandshakeContext(soon); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
		return encrypted, nil
	}
}

// cutting is a connection that is closed when a context ends.
type cutting struct {
	net.Conn
	stop func() bool
}

func (c *cutting) Close() error {
	c.stop()
	return c.Conn.Close()
}

func (p *post) tlsConfig() *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if p.tls != nil {
		c = p.tls.Clone()
	}
	c.ServerName = p.server.host
	return c
}

// send hands one mail over. What the server has taken stays taken, even when the
// goodbye fails.
func (p *post) send(ctx context.Context, m *gomail.Msg, utf8 bool) answer {
	c, err := p.client(ctx, utf8)
	if err != nil {
		return answer{down, 0, "connect"}
	}
	line, err := c.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return answer{down, codeOf(err), "connect"}
	}
	defer func() { _ = line.Close() }()
	err = c.SendWithSMTPClient(line, m)
	if m.IsDelivered() {
		_ = c.CloseWithSMTPClient(line)
		return answer{outcome: taken}
	}
	return judge(err)
}

// judge tells a server that refuses this mail from one that refuses us. Once it
// knows to whom we write, whatever goes wrong is about this mail: one that makes
// it hang up must not stop the others.
func judge(err error) answer {
	var e *gomail.SendError
	if !errors.As(err, &e) {
		return answer{down, codeOf(err), "send"}
	}
	a := answer{later, e.ErrorCode(), e.Reason.String()}
	switch e.Reason {
	case gomail.ErrConnCheck, gomail.ErrSMTPMailFrom:
		a.outcome = down // who we are is refused, not to whom we write
	default:
		tooMany := a.code == 552 && e.Reason == gomail.ErrSMTPRcptTo // RFC 5321, 4.5.3.1.10
		if a.code >= 500 && !tooMany {
			a.outcome = refused
		}
	}
	return a
}

// codeOf is the server's answer inside an error, 0 when there is none.
func codeOf(err error) int {
	var proto *textproto.Error
	if errors.As(err, &proto) {
		return proto.Code
	}
	return 0
}

// check says hello, encrypts and logs in, and sends nothing.
func (p *post) check(ctx context.Context) error {
	c, err := p.client(ctx, false)
	if err != nil {
		return err
	}
	line, err := c.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return err
	}
	return c.CloseWithSMTPClient(line)
}
