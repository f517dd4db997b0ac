package widgetapi

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// The clocks of presence.
const (
	// leftAfter is how long the last stream of a conversation may be gone before
	// the visitor counts as gone: a page that loads anew is back sooner.
	leftAfter = 15 * time.Second
	// hereAgain is how often "here" is said again. Who reads it takes one that is
	// older than two and a half of these for gone, so that the visitors of a node
	// that crashed do not stay for ever.
	hereAgain = 60 * time.Second
	// presenceRetry is how long a row that could not be written waits.
	presenceRetry = 5 * time.Second
)

// presences knows whose chat is open in this process, and keeps it in the
// database while a person waits or answers: nobody else looks. A visitor may have
// several streams, on several nodes; the row is the last writer's, and a node
// whose visitor has left does not write over one that has said "here" since.
type presences struct {
	rows Presences
	now  func() time.Time
	warn func(msg string, args ...any)
	wake chan struct{}

	mu   sync.Mutex
	open map[conversation.ID]*presence
}

// presence is one conversation with an open stream, or one that has just lost it.
type presence struct {
	streams int
	matters bool      // a person waits or answers
	said    time.Time // the time of the last row "here" from this process, zero for none
	due     time.Time // when "here" has to be said next, by this process's clock
	left    time.Time // when the last stream closed; zero while one is open
}

func newPresences(rows Presences, now func() time.Time, warn func(string, ...any)) *presences {
	return &presences{rows: rows, now: now, warn: warn, wake: make(chan struct{}, 1), open: make(map[conversation.ID]*presence)}
}

// enter counts a stream that has opened.
func (p *presences) enter(id conversation.ID, m conversation.Mode) {
	p.change(id, func(e *presence) {
		if e.streams++; e.streams == 1 {
			e.left, e.due = time.Time{}, time.Time{}
		}
		e.matters = m == conversation.Waiting || m == conversation.WithAgent
	})
}

// turned notes that somebody else cares for the visitor now.
func (p *presences) turned(id conversation.ID, to conversation.Phase) {
	p.change(id, func(e *presence) {
		e.matters = to == conversation.PhaseWaiting || to == conversation.PhaseOffline || to == conversation.PhaseAgent
	})
}

// leave counts a stream that has ended.
func (p *presences) leave(id conversation.ID) {
	p.change(id, func(e *presence) {
		if e.streams--; e.streams == 0 {
			e.left, e.due = p.now(), time.Now().Add(leftAfter)
		}
	})
}

func (p *presences) change(id conversation.ID, how func(*presence)) {
	p.mu.Lock()
	e := p.open[id]
	if e == nil {
		e = &presence{}
		p.open[id] = e
	}
	how(e)
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// run writes the rows until ctx ends. Streams that the end of the process cuts
// off are not written: the visitors come back to it or to another.
func (p *presences) run(ctx context.Context) {
	timer := time.NewTimer(hereAgain)
	defer timer.Stop()
	for {
		timer.Reset(p.settle(ctx))
		select {
		case <-ctx.Done():
			return
		case <-p.wake:
		case <-timer.C:
		}
	}
}

// row is one that has to be written: here, or left when at is set.
type row struct {
	id   conversation.ID
	left bool
	at   time.Time
	said time.Time
}

// settle writes what is due and returns how long there is nothing to do.
func (p *presences) settle(ctx context.Context) time.Duration {
	rows, wait := p.collect(time.Now())
	for _, r := range rows {
		if err := p.write(ctx, r); err != nil && !errors.Is(err, conversation.ErrNotFound) && ctx.Err() == nil {
			p.warn("keep whether a visitor is here", "conversation", r.id, "error", err)
			p.again(r)
			wait = min(wait, presenceRetry)
		}
	}
	return wait
}

// collect takes out what is due now. An entry is moved on before its row is
// written; what fails is put back by again.
func (p *presences) collect(now time.Time) (rows []row, wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	wait = hereAgain
	for id, e := range p.open {
		idle := e.streams > 0 && !e.matters
		if idle {
			continue
		}
		if rest := e.due.Sub(now); rest > 0 {
			wait = min(wait, rest)
			continue
		}
		if e.streams == 0 {
			delete(p.open, id)
			if !e.said.IsZero() {
				rows = append(rows, row{id: id, left: true, at: e.left, said: e.said})
			}
			continue
		}
		e.said, e.due = p.now(), now.Add(hereAgain)
		rows = append(rows, row{id: id, at: e.said})
	}
	return rows, wait
}

// write writes one row. "Left" is kept back when somebody else has said "here"
// since: the visitor has the chat open on another node.
func (p *presences) write(ctx context.Context, r row) error {
	if !r.left {
		return p.rows.SetPresence(ctx, r.id, true, r.at)
	}
	here, since, err := p.rows.Presence(ctx, r.id)
	if err != nil || here && since.After(r.said) {
		return err
	}
	return p.rows.SetPresence(ctx, r.id, false, r.at)
}

// again has a row that could not be written tried once more.
func (p *presences) again(r row) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.open[r.id]
	switch {
	case e == nil && r.left:
		p.open[r.id] = &presence{said: r.said, left: r.at, due: time.Now().Add(presenceRetry)}
	case e != nil && !r.left:
		e.due = time.Now().Add(presenceRetry)
	}
}
