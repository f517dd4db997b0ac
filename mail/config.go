package mail

import (
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// Config is the section "mail" of handoff.yaml. Without smtp no mail is sent.
type Config struct {
	SMTP string `yaml:"smtp" mapstructure:"smtp" doc:"the mail server: smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465; a server on loopback may be plain; empty: no mail is sent"`
	From string `yaml:"from" mapstructure:"from" doc:"whom mails are from: support@example.com or Acme support <support@example.com>; the name is what visitors read"`
}

// Problem is one thing wrong with the settings. Key is the path below the
// section; Mend says what to do.
type Problem struct{ Key, Message, Mend string }

// Configured says that mails are sent.
func (c Config) Configured() bool { return c.SMTP != "" }

// Problems lists what is wrong. The values are not shown: smtp holds a password.
func (c Config) Problems() []Problem {
	if c == (Config{}) {
		return nil
	}
	var out []Problem
	if _, p := c.server(); p != nil {
		out = append(out, *p)
	}
	if _, p := c.sender(); p != nil {
		out = append(out, *p)
	}
	return out
}

// sender reads the key "from".
func (c Config) sender() (netmail.Address, *Problem) {
	const mend = "write support@example.com or Acme support <support@example.com>"
	if c.From == "" {
		return netmail.Address{}, &Problem{"from", "is missing, so mails would be from nobody", mend}
	}
	a, err := netmail.ParseAddress(c.From)
	if err != nil || strings.ContainsFunc(c.From, unicode.IsControl) || !isAddress(a.Address) {
		return netmail.Address{}, &Problem{"from", fmt.Sprintf("%q is not an address", c.From), mend}
	}
	return *a, nil
}

// server is where and how mails are handed over.
type server struct {
	host       string
	port       int
	implicit   bool // TLS from the first byte
	starttls   bool // required
	user, pass string
}

func (s server) String() string { return net.JoinHostPort(s.host, strconv.Itoa(s.port)) }

// The ports of a mail server that takes mails from programs: RFC 6409, RFC 8314.
const (
	portSubmission  = 587
	portSubmissions = 465
)

// server reads the key "smtp".
func (c Config) server() (server, *Problem) {
	const mend = "write smtp://user:password@host:587 or smtps://user:password@host:465; signs such as @ or / in the password are written %40 or %2F"
	wrong := func(message, mend string) (server, *Problem) { return server{}, &Problem{"smtp", message, mend} }
	u, err := url.Parse(c.SMTP)
	switch {
	case c.SMTP == "":
		return wrong("is missing", mend)
	case err != nil || u.Hostname() == "" || u.Opaque != "" || strings.Trim(u.Path, "/") != "" || u.Fragment != "":
		return wrong("is not the address of a mail server", mend)
	case u.Scheme != "smtp" && u.Scheme != "smtps":
		return wrong("begins with neither smtp:// nor smtps://", mend)
	}
	s := server{host: u.Hostname(), port: portSubmission, implicit: u.Scheme == "smtps", user: u.User.Username()}
	s.pass, _ = u.User.Password()
	if s.implicit {
		s.port = portSubmissions
	}
	if p := u.Port(); p != "" {
		if s.port, err = strconv.Atoi(p); err != nil || s.port < 1 || s.port > 65535 {
			return wrong("has a port that is none", "use 587, or 465 with smtps://")
		}
	}
	if (s.user == "") != (s.pass == "") {
		return wrong("has a user without a password, or a password without a user", mend)
	}
	return s.options(u)
}

// options reads what stands behind the question mark, and decides about
// encryption: in clear only on loopback.
func (s server) options(u *url.URL) (server, *Problem) {
	q, err := url.ParseQuery(u.RawQuery)
	choice := q.Get("starttls")
	for key, values := range q {
		if key != "starttls" || len(values) > 1 {
			return server{}, &Problem{"smtp", fmt.Sprintf("has the option %q", key), "the only option is starttls=required or starttls=off"}
		}
	}
	switch {
	case err != nil, choice != "" && choice != "required" && choice != "off", choice != "" && s.implicit:
		return server{}, &Problem{"smtp", "has options that cannot be read", "smtp:// takes starttls=required or starttls=off; smtps:// takes none"}
	case choice == "off" && !isLoopback(s.host):
		return server{}, &Problem{"smtp", "turns encryption off for a server that is not on this machine", "remove starttls=off, or use smtps://host:465"}
	}
	s.starttls = !s.implicit && (choice == "required" || choice == "" && !isLoopback(s.host))
	return s, nil
}

// isLoopback says that a host is this machine, by its name alone.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// maxAddress is the longest address that mail servers take: RFC 5321, 4.5.3.1.3.
const maxAddress = 254

// isAddress takes a bare address only, of signs that mean nothing to a mail
// server or a mail's head: no name, no quotes, no comments, no line break.
func isAddress(s string) bool {
	strange := func(r rune) bool {
		return unicode.IsControl(r) || unicode.IsSpace(r) || strings.ContainsRune(`"()<>,;:\[]`, r)
	}
	if s == "" || len(s) > maxAddress || strings.ContainsFunc(s, strange) {
		return false
	}
	a, err := netmail.ParseAddress(s)
	if err != nil || a.Name != "" || a.Address != s {
		return false
	}
	_, domain, _ := strings.Cut(s, "@")
	return domain != "" && !strings.HasSuffix(domain, ".")
}
