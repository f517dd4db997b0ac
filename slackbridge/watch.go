package slackbridge

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// Watch: a modal with the end of a transcript, drawn again while it is open as the
// conversation goes on. It ends when the modal is closed, or after watchFor: Slack
// tells of a closed modal, but not of a browser that went away. A crash loses that
// somebody watched; the modal stays as it is, and its Refresh goes on.

const (
	actWatch   = "handoff_watch"
	modalWatch = "handoff_modal_watch"

	watchFor   = 15 * time.Minute
	watchLines = 20
	watchTick  = time.Second
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
	modal, err := b.watchView(ctx, state, m.user, !over)
	if err != nil {
		return m.seq, err
	}
	if err := b.client.Throttle.Allow("views.update", ""); err != nil {
		return m.seq, err
	}
	return state.Seq, b.client.Call(ctx, "views.update", "", func(ctx context.Context) error {
		_, err := b.client.API.UpdateViewContext(ctx, modal, "", "", view)
		return err
	})
}

// watchView is the modal: whose the chat is, the last lines, and what can be done.
func (b *Bridge) watchView(ctx context.Context, s conversation.State, user string, live bool) (slack.ModalViewRequest, error) {
	events, err := readAll(ctx, b.Log, s.ID, 0)
	if err != nil {
		return slack.ModalViewRequest{}, fmt.Errorf("read the log: %w", err)
	}
	var brief Brief
	for _, e := range events {
		brief = brief.Apply(e)
	}
	how := "Live: what is said next appears here by itself."
	if !live {
		how = "Not live any more. Press Refresh to go on watching."
	}
	blocks := []slack.Block{richLine("", strong(brief.visitor(s)), words(" · "+s.Reference+" · "+whose(s, user)+"\n"), slant(how))}
	items := newScript(s, noThread, conversation.Handle(s.Visitor), events).items(events)
	pages := pagesOf(s.ID, items[max(0, len(items)-watchLines):])
	if len(items) > watchLines || len(pages) > 1 {
		blocks = append(blocks, richLine("", slant("Earlier lines stand in the transcript.")))
	}
	blocks = append(append(blocks, pages[len(pages)-1]...), slack.NewActionBlock("own:"+s.Owner.ID+":", watchButtons(s, user)...))
	view := modal(modalWatch, "Watch "+s.Reference, s.ID, blocks...)
	view.Close, view.NotifyOnClose = plain("Close"), true
	return view, nil
}

// whose says who has a chat, to somebody who watches it.
func whose(s conversation.State, user string) string {
	switch s.Mode {
	case conversation.Waiting:
		return "waits for a person"
	case conversation.WithAgent:
		if s.Owner.ID == user {
			return "you have this chat"
		}
		return cmp.Or(oneLine(s.Owner.Name, maxName), "a colleague") + " has this chat"
	case conversation.IsClosed:
		return "closed"
	case conversation.WithBot:
	}
	return "the AI has this chat"
}

func watchButtons(s conversation.State, user string) []slack.BlockElement {
	id := string(s.ID)
	var out []slack.BlockElement
	switch {
	case s.Mode == conversation.Waiting:
		out = append(out, button(actClaim, id, "Claim"))
	case s.Mode == conversation.WithBot, s.Mode == conversation.WithAgent && s.Owner.ID != user:
		out = append(out, button(actTakeOver, id, "Take over"))
	}
	return append(out, button(actWatch, id, "Refresh"), button(actTranscript, id, "Transcript"))
}

// pressWatch opens the modal, or goes on in the one that is open.
func (b *Bridge) pressWatch(ctx context.Context, p press) error {
	if p.e.View.CallbackID == modalWatch {
		b.watches.add(p.e.View.ID, p.id, p.who.ID, 0)
		return nil
	}
	view, err := b.watchView(ctx, p.state, p.who.ID, true)
	if err != nil {
		return err
	}
	id := ""
	if p.fresh {
		id = b.openView(ctx, p, view)
	}
	if id == "" {
		b.tellPresser(p, words("The chat did not open in time. Press Watch again."))
		return nil
	}
	b.watches.add(id, p.id, p.who.ID, p.state.Seq)
	return nil
}
