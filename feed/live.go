package feed

import (
	"encoding/json"
	"sync"

	"github.com/handoff-bot/handoff/conversation"
)

// Signal is something worth seeing but not worth storing: who types, the place
// in line, the partial text of an answer. Data is what the visitor's API sends.
// Keep holds the signal for those who come later, until the next signal of its
// kind; a kept signal with nil Data forgets it.
type Signal struct {
	Kind string          `json:"kind"`
	Data json.RawMessage `json:"data,omitempty"`
	Keep bool            `json:"keep,omitempty"`
}

// The kinds of signals.
const (
	SignalDraft  = "draft"
	SignalQueue  = "queue"
	SignalTyping = "typing"
)

// liveBuffer is how many signals a slow watcher may be behind before the oldest
// are dropped. Each is a snapshot, so the newest is the one that matters.
const liveBuffer = 16

// Live carries signals between whoever makes them and the open streams of this
// process. Nothing is kept across a restart. See [NewLive].
type Live struct {
	mu       sync.Mutex
	watchers map[conversation.ID]map[chan Signal]struct{}
	kept     map[conversation.ID]map[string]Signal
	forward  func(conversation.ID, Signal)
}

// NewLive returns a Live. forward, when not nil, is called with each published
// signal, to carry it to other processes; it must not block.
func NewLive(forward func(conversation.ID, Signal)) *Live {
	return &Live{
		watchers: make(map[conversation.ID]map[chan Signal]struct{}),
		kept:     make(map[conversation.ID]map[string]Signal),
		forward:  forward,
	}
}

// Publish hands a signal to the watchers here and elsewhere.
func (l *Live) Publish(id conversation.ID, s Signal) {
	l.Deliver(id, s)
	if l.forward != nil {
		l.forward(id, s)
	}
}

// Deliver hands a signal to the watchers in this process only. It is what a
// carrier calls with signals of other processes.
func (l *Live) Deliver(id conversation.ID, s Signal) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.Keep {
		l.keep(id, s)
	}
	if s.Data == nil {
		return
	}
	for ch := range l.watchers[id] {
		offer(ch, s)
	}
}

func (l *Live) keep(id conversation.ID, s Signal) {
	if s.Data == nil {
		delete(l.kept[id], s.Kind)
		if len(l.kept[id]) == 0 {
			delete(l.kept, id)
		}
		return
	}
	if l.kept[id] == nil {
		l.kept[id] = make(map[string]Signal)
	}
	l.kept[id][s.Kind] = s
}

// offer never blocks: a full channel loses its oldest signal. The lock of Live
// makes this the only sender.
func offer(ch chan Signal, s Signal) {
	for {
		select {
		case ch <- s:
			return
		default:
		}
		select {
		case <-ch:
		default:
		}
	}
}

// Watch returns the signals of a conversation from now on, the kept ones first.
// stop ends it; the channel is never closed.
func (l *Live) Watch(id conversation.ID) (signals <-chan Signal, stop func()) {
	ch := make(chan Signal, liveBuffer)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.watchers[id] == nil {
		l.watchers[id] = make(map[chan Signal]struct{})
	}
	l.watchers[id][ch] = struct{}{}
	for _, s := range l.kept[id] {
		offer(ch, s)
	}
	return ch, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.watchers[id], ch)
		if len(l.watchers[id]) == 0 {
			delete(l.watchers, id)
		}
	}
}
