package feed

import (
	"sync"

	"github.com/handoff-bot/handoff/conversation"
)

// Notifier wakes whoever waits for a conversation, or for any. A wake-up says
// "look again" and nothing else: many of them become one, none ever blocks the
// one who wakes. The zero Notifier is not usable; see [NewNotifier].
type Notifier struct {
	mu  sync.Mutex
	one map[conversation.ID]map[chan struct{}]struct{}
	all map[chan struct{}]struct{}
}

// NewNotifier returns an empty Notifier.
func NewNotifier() *Notifier {
	return &Notifier{
		one: make(map[conversation.ID]map[chan struct{}]struct{}),
		all: make(map[chan struct{}]struct{}),
	}
}

// Wake wakes the watchers of these conversations and those of all.
func (n *Notifier) Wake(ids ...conversation.ID) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, id := range ids {
		for ch := range n.one[id] {
			poke(ch)
		}
	}
	for ch := range n.all {
		poke(ch)
	}
}

// Watch returns a channel of capacity one that gets a value when the
// conversation has something new. stop ends it; the channel is never closed.
func (n *Notifier) Watch(id conversation.ID) (wake <-chan struct{}, stop func()) {
	ch := make(chan struct{}, 1)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.one[id] == nil {
		n.one[id] = make(map[chan struct{}]struct{})
	}
	n.one[id][ch] = struct{}{}
	return ch, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.one[id], ch)
		if len(n.one[id]) == 0 {
			delete(n.one, id)
		}
	}
}

// WatchAll is Watch for every conversation.
func (n *Notifier) WatchAll() (wake <-chan struct{}, stop func()) {
	ch := make(chan struct{}, 1)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all[ch] = struct{}{}
	return ch, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.all, ch)
	}
}

func poke(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}
