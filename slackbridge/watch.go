package slackbridge

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// Watch: a modal with the end of a transcript, drawn again while it is open as the
// conversation goes on. It ends when the modal is closed, or after watchFor: Slack
// tells of a closed modal, but not of a browser that went away. A crash loses that
// somebody watched; the modal stays as it is, and its Refresh goes on.

const (
	watchFor  = 15 * time.Minute
	watchTick = time.Second
)

// watches are the modals that are open, by the id of the view.
type watches struct {
	b    *Bridge
	wake chan struct{} // capacity one

	mu   sync.Mutex
	open map[string]*watched
}

// watched is one modal and how far it has been drawn.
type watched struct {
	id           conversation.ID
	user         string
	seq          conversation.Seq
	until        time.Time
	drawn, after time.Time
	asked        bool
}

func newWatches(b *Bridge) *watches {
	return &watches{b: b, wake: make(chan struct{}, 1), open: map[string]*watched{}}
}

// add watches in a modal that shows the conversation up to seq.
func (w *watches) add(view string, id conversation.ID, user string, seq conversation.Seq) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.b.Now()
	w.open[view] = &watched{id: id, user: user, seq: seq, until: now.Add(watchFor), drawn: now, asked: seq == 0}
	poke(w.wake)
}

// touch draws a modal again, although nothing may have been said.
func (w *watches) touch(view string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if m := w.open[view]; m != nil {
		m.asked = true
		poke(w.wake)
	}
}

// closed ends a watch.
func (w *watches) closed(view string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.open, view)
}

// run draws the modals until ctx ends.
func (w *watches) run(ctx context.Context) error {
	for {
		due, any := w.due()
		for _, view := range due {
			w.draw(ctx, view)
		}
		tick := watchTick
		if !any {
			tick = watchFor
		}
		timer := time.NewTimer(tick)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-w.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// due lists the modals to look at now, the one looked at longest ago first, and
// says whether there is any modal.
func (w *watches) due() (views []string, any bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.b.Now()
	for view, m := range w.open {
		if !m.after.After(now) && (m.asked || now.Sub(m.drawn) >= w.b.Limits.HomeEvery) {
			views = append(views, view)
		}
	}
	slices.SortFunc(views, func(a, b string) int { return w.open[a].drawn.Compare(w.open[b].drawn) })
	return views, len(w.open) > 0
}

// draw draws one modal again, if the conversation has gone on or the watch is over.
func (w *watches) draw(ctx context.Context, view string) {
	w.mu.Lock()
	m := w.open[view]
	if m == nil {
		w.mu.Unlock()
		return
	}
	was, now := *m, w.b.Now()
	m.drawn, m.asked = now, false
	w.mu.Unlock()
	over := !now.Before(was.until)
	seq, err := w.b.drawWatch(ctx, view, was, over)
	w.mu.Lock()
	defer w.mu.Unlock()
	f, ofSlack := webapi.Failed(err)
	switch {
	case err == nil && !over:
		m.seq = seq
	case webapi.HasCode(err, "hash_conflict"):
		m.asked = true // drawn by a press meanwhile
	case err == nil, ofSlack && f.Kind == webapi.Refused:
		delete(w.open, view) // over, or she has closed it
	case ctx.Err() == nil:
		m.asked, m.after = true, now.Add(outagePause)
		if ofSlack && f.Kind == webapi.Limited {
			m.after = now.Add(max(f.Retry, time.Second))
		}
		w.b.log.Warn("a watched transcript waits", "conversation", was.id, "error", err)
	}
}

// drawWatch draws a modal when there is something new to see, and says how far it
// shows the conversation.
func (b *Bridge) drawWatch(ctx context.Context, view string, m watched, over bool) (conversation.Seq, error) {
	state, err := b.Log.State(ctx, m.id)
	if err != nil {
		return m.seq, fmt.Errorf("read the state: %w", err)
	}
	if state.Seq == m.seq && !m.asked && !over {
		return m.seq, nil
	}
	events, err := readAll(ctx, b.Log, m.id, 0)
	if err != nil {
		return m.seq, err
	}
	modal := draw.WatchView(state, events, m.user, !over)
	if err := b.client.Throttle.Allow("views.update", ""); err != nil {
		return m.seq, err
	}
	return state.Seq, b.client.Call(ctx, "views.update", "", func(ctx context.Context) error {
		_, err := b.client.API.UpdateViewContext(ctx, modal, "", "", view)
		return err
	})
}

// pressWatch opens the modal, or goes on in the one that is open.
func (b *Bridge) pressWatch(ctx context.Context, p press) error {
	if p.e.View.CallbackID == draw.ModalWatch {
		b.watches.add(p.e.View.ID, p.id, p.who.ID, 0)
		return nil
	}
	events, err := readAll(ctx, b.Log, p.id, 0)
	if err != nil {
		return err
	}
	id := ""
	if p.fresh {
		id = b.openView(ctx, p, draw.WatchView(p.state, events, p.who.ID, true))
	}
	if id == "" {
		b.tellPresser(p, draw.Words("The chat did not open in time. Press Watch again."))
		return nil
	}
	b.watches.add(id, p.id, p.who.ID, p.state.Seq)
	return nil
}
