package fakesmtp

import (
	"net"
	"time"

	"github.com/emersion/go-smtp"
)

// Stage is a point of the dialogue.
type Stage string

// The stages. At AfterData the mail is in the box already.
const (
	AtHello   Stage = "hello"
	AtLogin   Stage = "login"
	AtMail    Stage = "mail"
	AtRcpt    Stage = "rcpt"
	AtData    Stage = "data"
	AfterData Stage = "after data"
)

// Fault is something that goes wrong at a stage. Code is the answer (421, 450,
// 550); Cut closes the connection instead; Slow waits first. Times is how often
// it happens, 0 for always. Addr limits it to one address.
type Fault struct {
	At    Stage
	Code  int
	Cut   bool
	Slow  time.Duration
	Times int
	Addr  string
}

// Fail adds a fault; the oldest that fits is met first.
func (s *Server) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f)
}

// Mend removes every fault.
func (s *Server) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// Met counts how often a fault was met.
func (s *Server) Met() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.met
}

// meet is the error of the first fault that fits, or nil.
func (x *session) meet(at Stage, addr string) error {
	f, ok := x.s.pick(at, addr)
	if !ok {
		return nil
	}
	if f.Slow > 0 {
		select {
		case <-time.After(f.Slow):
		case <-x.quit:
		}
	}
	if f.Cut {
		sever(x.conn.Conn())
		return errCut
	}
	if f.Code == 0 {
		return nil
	}
	return &smtp.SMTPError{Code: f.Code, EnhancedCode: smtp.EnhancedCode{f.Code / 100, 0, 0}, Message: "not " + addr + ", says the test"}
}

func (s *Server) pick(at Stage, addr string) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.At != at || f.Addr != "" && f.Addr != addr {
			continue
		}
		s.met++
		if f.Times == 1 {
			s.faults = append(s.faults[:i], s.faults[i+1:]...)
		} else if f.Times > 1 {
			s.faults[i].Times--
		}
		return f, true
	}
	return Fault{}, false
}

func sever(c net.Conn) {
	if c != nil {
		_ = c.Close()
	}
}
