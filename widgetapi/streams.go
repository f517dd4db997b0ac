package widgetapi

import (
	"slices"
	"sync"
	"time"
)

// streams counts the open event streams of this process and can end them.
type streams struct {
	mu        sync.Mutex
	bySession map[[32]byte][]*slot // oldest first
	byIP      map[string]int
	total     int
	closed    bool
}

// slot is one open stream. done is closed when it has to end.
type slot struct {
	session [32]byte
	ip      string
	done    chan struct{}
	gone    chan struct{}
	leaving sync.Once
	cut     func() // ends a write that waits for its client
}

func newStreams() *streams {
	return &streams{bySession: make(map[[32]byte][]*slot), byIP: make(map[string]int)}
}

// enter opens a stream. One too many of a session ends the session's oldest,
// because a browser that lost its connection is back before we notice; one too
// many of an IP or of the process is refused.
func (s *streams) enter(session [32]byte, ip string, l Limits, cut func()) (*slot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if own := s.bySession[session]; len(own) > 0 && len(own) >= l.StreamsPerSession {
		s.end(own[0])
	}
	switch {
	case s.closed, s.total >= l.Streams:
		return nil, &fault{code: codeBusy, retry: 5 * time.Second}
	case s.byIP[ip] >= l.StreamsPerIP:
		return nil, tooMany(10 * time.Second)
	}
	made := &slot{session: session, ip: ip, done: make(chan struct{}), gone: make(chan struct{}), cut: cut}
	s.bySession[session] = append(s.bySession[session], made)
	s.byIP[ip]++
	s.total++
	return made, nil
}

// leave forgets a stream that has ended by itself.
func (s *streams) leave(sl *slot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end(sl)
	sl.leaving.Do(func() { close(sl.gone) })
}

// revoke ends the streams of a session and returns them; they may still be
// writing.
func (s *streams) revoke(session [32]byte) []*slot {
	s.mu.Lock()
	defer s.mu.Unlock()
	ended := slices.Clone(s.bySession[session])
	for _, sl := range ended {
		s.end(sl)
	}
	return ended
}

// How long a request waits for the streams it has ended: for politeTime as long as
// they take, then their writes are cut. Only a client that does not read takes
// longer, and what it does not read it does not get.
const (
	politeTime = 250 * time.Millisecond
	revokeTime = 2 * time.Second
)

// endStreams ends the streams of sessions that are no more and waits until they
// have said their last.
func (s *Server) endStreams(sessions [][32]byte) {
	var ended []*slot
	for _, hash := range sessions {
		ended = append(ended, s.streams.revoke(hash)...)
	}
	if left(ended, politeTime) {
		return
	}
	for _, sl := range ended {
		sl.cut()
	}
	left(ended, revokeTime)
}

// left says whether all streams have ended within a time.
func left(ended []*slot, within time.Duration) bool {
	patience := time.NewTimer(within)
	defer patience.Stop()
	for _, sl := range ended {
		select {
		case <-sl.gone:
		case <-patience.C:
			return false
		}
	}
	return true
}

// closeAll ends every stream and lets no new one in.
func (s *streams) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, own := range s.bySession {
		for _, sl := range slices.Clone(own) {
			s.end(sl)
		}
	}
}

// end takes a slot out, once. The lock is held.
func (s *streams) end(sl *slot) {
	own := s.bySession[sl.session]
	i := slices.Index(own, sl)
	if i < 0 {
		return
	}
	if own = slices.Delete(own, i, i+1); len(own) == 0 {
		delete(s.bySession, sl.session)
	} else {
		s.bySession[sl.session] = own
	}
	if s.byIP[sl.ip]--; s.byIP[sl.ip] <= 0 {
		delete(s.byIP, sl.ip)
	}
	s.total--
	close(sl.done)
}

// open is how many streams there are.
func (s *streams) open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.total
}
