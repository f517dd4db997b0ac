package queue

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/duty"
)

// turn is how often the first in line looks for an agent with room.
const turn = 2 * time.Second

// A roster may have been read just before an act was committed.
const (
	lag    = time.Second     // how much older the roster may be than it says
	forget = 5 * time.Second // by when every roster shows the act
)

// desk is what a Queue remembers of the last moments, because the roster cannot
// show it yet: whom it has asked, and who is still looking for somebody with room.
// With it a rush is spread over the agents and nobody gets more than the capacity,
// and who has waited longest gets the next seat. It may be lost at any time. On
// several nodes each remembers its own share, so that a rush within one second may
// give an agent one conversation more than the capacity for each further node.
type desk struct {
	mu   sync.Mutex
	held map[conversation.ID]hold
	line map[conversation.ID]place
}

// hold is an agent who was asked to take a conversation, or took one.
type hold struct {
	agent string
	at    time.Time
	until time.Time // an offer's end; zero for a conversation that was taken
}

// place is somebody who waits for an agent with room.
type place struct {
	channel string
	from    time.Time
	until   time.Time // when this is no longer true by itself
}

func newDesk() *desk {
	return &desk{held: map[conversation.ID]hold{}, line: map[conversation.ID]place{}}
}

// see brings up to date what is remembered of one conversation.
func (d *desk) see(s conversation.State, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.line, s.ID)
	maps.DeleteFunc(d.line, func(_ conversation.ID, p place) bool { return !now.Before(p.until) })
	maps.DeleteFunc(d.held, func(_ conversation.ID, h hold) bool { return !now.Before(later(h.until, h.at.Add(forget))) })
	switch {
	case s.Mode == conversation.WithAgent && now.Sub(s.Taken.At) < forget:
		d.held[s.ID] = hold{agent: s.Owner.ID, at: s.Taken.At}
	case s.Mode == conversation.Waiting && now.Before(s.Seat.Until):
		d.held[s.ID] = hold{agent: s.Seat.Agent.ID, at: now, until: s.Seat.Until}
	default:
		delete(d.held, s.ID)
	}
}

// hold remembers who was asked a moment ago.
func (d *desk) hold(id conversation.ID, h hold) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.held[id] = h
}

// queueUp keeps a place among those who look for an agent with room.
func (d *desk) queueUp(s conversation.State, channel string, until time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.line[s.ID] = place{channel, s.WaitFrom, until}
}

// ahead counts who looks for somebody in the same channel and has waited longer.
func (d *desk) ahead(s conversation.State, channel string, now time.Time) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for id, p := range d.line {
		sooner := p.from.Before(s.WaitFrom) || p.from.Equal(s.WaitFrom) && id < s.ID
		if id != s.ID && p.channel == channel && sooner && now.Before(p.until) {
			n++
		}
	}
	return n
}

// roster is r with what it cannot show yet: each agent has in hand what she was
// given since r was read, and what she is asked to take. What concerns the
// conversation id itself is left out.
func (d *desk) roster(r Roster, id conversation.ID) duty.Roster {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := duty.Roster{Known: r.Known, Agents: slices.Clone(r.Agents), Load: map[string]int{}}
	maps.Copy(out.Load, r.Load)
	for of, h := range d.held {
		if of == id {
			continue
		}
		if !h.until.IsZero() || r.At.Before(h.at.Add(lag)) {
			out.Load[h.agent]++
		}
		if i := slices.IndexFunc(out.Agents, func(a duty.Agent) bool { return a.ID == h.agent }); i >= 0 {
			out.Agents[i].Took = later(out.Agents[i].Took, h.at)
		}
	}
	return out
}
