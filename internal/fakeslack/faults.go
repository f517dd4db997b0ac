package fakeslack

import (
	"net/http"
	"time"
)

// Fault makes Web API calls fail. Later faults win over earlier ones.
type Fault struct {
	// Method to hit, such as chat.postMessage, or "response_url"; empty hits
	// every one. Channel narrows it to calls with that channel argument.
	Method, Channel string
	// Skip lets that many matching calls pass first; Times is how many are hit
	// after that, 0 meaning all until the fault is lifted.
	Skip, Times int
	// Do is what happens.
	Do Failure
}

// Failure is one way for a call to fail.
type Failure interface{ failure() }

// Refuse answers HTTP 200 with ok:false and the error code, which may be
// empty. After lets the call take effect first, the ambiguous case.
type Refuse struct {
	Error string
	After bool
}

// Status answers with an HTTP status and no JSON. RetryAfter is sent as the
// header of that name, verbatim, unless it is empty.
type Status struct {
	Code       int
	RetryAfter string
	After      bool
}

// Drop closes the connection without an answer.
type Drop struct{ After bool }

// Slow waits before the answer, after the call took effect; Before waits first.
type Slow struct {
	For    time.Duration
	Before bool
}

func (Refuse) failure() {}
func (Status) failure() {}
func (Drop) failure()   {}
func (Slow) failure()   {}

// RateLimited is a 429 with the given Retry-After, in seconds.
func RateLimited(retryAfter string) Failure {
	return Status{Code: http.StatusTooManyRequests, RetryAfter: retryAfter}
}

type activeFault struct {
	Fault
	id, hits int
}

type faultList struct {
	next   int
	active []*activeFault
}

// Inject puts a fault in force and returns the function that lifts it.
func (s *Server) Inject(f Fault) (lift func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.next++
	id := s.faults.next
	s.faults.active = append(s.faults.active, &activeFault{Fault: f, id: id})
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.faults.remove(id)
	}
}

// Heal lifts every fault and every mischief that is still in force.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.active = nil
	s.post.mischief = nil
}

func (l *faultList) remove(id int) {
	for i, f := range l.active {
		if f.id == id {
			l.active = append(l.active[:i:i], l.active[i+1:]...)
			return
		}
	}
}

// take returns the failure for a call, nil for none, and counts the hit.
func (l *faultList) take(method, channel string) Failure {
	for i := len(l.active) - 1; i >= 0; i-- {
		f := l.active[i]
		if f.Method != "" && f.Method != method || f.Channel != "" && f.Channel != channel {
			continue
		}
		f.hits++
		if f.hits <= f.Skip {
			continue
		}
		if f.Times > 0 && f.hits-f.Skip >= f.Times {
			l.remove(f.id)
		}
		return f.Do
	}
	return nil
}

// Mischief spoils deliveries to the app: events, interactions and commands.
type Mischief struct {
	// Type is the inner event's type (message, app_mention, …), the
	// interaction's type (block_actions, …) or slash_commands; empty hits each.
	Type string
	// Skip and Times count as in Fault.
	Skip, Times int
	// Do is what happens.
	Do Prank
}

// Prank is one way to spoil a delivery.
type Prank interface{ prank() }

// Again delivers once more after the first was acknowledged: with the same
// event id and envelope id, or with NewID a new event id and no retry headers.
type Again struct{ NewID bool }

// Swap holds the delivery back until the next one has been sent.
type Swap struct{}

// Lose never delivers. Limited sends app_rate_limited in its place.
type Lose struct{ Limited bool }

// Late delivers after the given time.
type Late struct{ By time.Duration }

// Forge spoils the signature of one HTTP delivery.
type Forge struct{ How Forgery }

// Forgery is a defect of a signed request.
type Forgery int

const (
	// SignatureMissing sends no signature header.
	SignatureMissing Forgery = iota
	// SignatureWrong signs with another secret.
	SignatureWrong
	// SignatureV1 writes v1= for v0=.
	SignatureV1
	// BodyAltered changes one byte after signing.
	BodyAltered
	// ClockAhead signs a timestamp 299 s in the future, which is still valid.
	ClockAhead
	// Replayed sends the valid request twice, byte for byte.
	Replayed
)

func (Again) prank() {}
func (Swap) prank()  {}
func (Lose) prank()  {}
func (Late) prank()  {}
func (Forge) prank() {}

type activeMischief struct {
	Mischief
	id, hits int
}

// Disturb puts a mischief in force and returns the function that lifts it.
func (s *Server) Disturb(m Mischief) (lift func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.next++
	a := &activeMischief{Mischief: m, id: s.faults.next}
	s.post.mischief = append(s.post.mischief, a)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.post.removeMischief(a.id)
	}
}
