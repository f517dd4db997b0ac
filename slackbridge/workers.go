package slackbridge

import (
	"context"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/handoff-bot/handoff/slackbridge/ledger"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// workers work the inbox: one at a time per thread, in order of ts.
type workers struct {
	mu     sync.Mutex
	ctx    context.Context // of Run; nil before it
	wg     sync.WaitGroup
	coming map[string][]string         // the ts of lines that are being stored, by thread
	busy   map[string][]ledger.Inbound // what waits, by thread
	hand   map[string]int64            // what is being worked, by thread
	done   map[int64]bool              // worked since the last sweep began
	slots  chan struct{}
}

func newWorkers() *workers {
	return &workers{coming: map[string][]string{}, busy: map[string][]ledger.Inbound{}, hand: map[string]int64{}, done: map[int64]bool{}, slots: make(chan struct{}, 16)}
}

func (w *workers) start(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ctx = ctx
}

// wait waits for the workers after ctx ended.
func (w *workers) wait() {
	w.mu.Lock()
	w.ctx = nil
	w.mu.Unlock()
	w.wg.Wait()
}

// queueOf names the queue of a row. Presses and commands do not wait for anything.
func queueOf(r ledger.Inbound) string {
	if r.Thread == "" {
		return r.Key
	}
	return r.Team + ":" + r.Channel + ":" + r.Thread
}

// expect notes lines that have come in and are being stored: those written after
// them wait until they have arrived, stored or not.
func (w *workers) expect(rows []ledger.Inbound) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range rows {
		if r.Thread != "" {
			w.coming[queueOf(r)] = append(w.coming[queueOf(r)], r.TS)
		}
	}
}

func (w *workers) arrived(rows []ledger.Inbound) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range rows {
		key := queueOf(r)
		if at := slices.Index(w.coming[key], r.TS); at >= 0 {
			w.coming[key] = slices.Delete(w.coming[key], at, at+1)
		}
		if len(w.coming[key]) == 0 {
			delete(w.coming, key)
		}
	}
}

// add gives a row to the worker of its thread. Before Run it stays in the inbox.
func (w *workers) add(b *Bridge, r ledger.Inbound) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ctx == nil || w.ctx.Err() != nil {
		return
	}
	key := queueOf(r)
	if w.hand[key] == r.ID || w.done[r.ID] {
		return // a sweep has read it before it was settled
	}
	waiting, working := w.busy[key]
	for _, other := range waiting {
		if other.ID == r.ID {
			return
		}
	}
	waiting = append(waiting, r)
	sort.SliceStable(waiting, func(i, j int) bool { return waiting[i].TS < waiting[j].TS })
	w.busy[key] = waiting
	if !working {
		ctx := w.ctx
		w.wg.Go(func() { w.drain(ctx, b, key) }) // ends when the thread's queue is empty
	}
}

// threaded says that the queue belongs to a thread.
func (w *workers) threaded(key string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.busy[key]) > 0 && w.busy[key][0].Thread != ""
}

// mayWork waits until we know who we are, and for lines until a gap is filled.
func (b *Bridge) mayWork(ctx context.Context, threaded bool) {
	select {
	case <-ctx.Done():
		return
	case <-b.known:
	}
	if threaded {
		_ = b.gate.wait(ctx) // the caller looks at ctx
	}
}

// drain works a queue until it is empty. A row that has to wait for Slack keeps
// its place: those behind it were written later.
func (w *workers) drain(ctx context.Context, b *Bridge, key string) {
	for {
		b.mayWork(ctx, w.threaded(key))
		r, wait, ok := w.next(ctx, b, key)
		if !ok {
			return
		}
		if r.ID == 0 {
			restOnTime(ctx, wait) // next looks at ctx
			continue
		}
		if r.Thread != "" {
			w.slots <- struct{}{}
		}
		pause := b.handle(ctx, &r)
		if r.Thread != "" {
			<-w.slots
		}
		if pause == 0 {
			w.settled(key, r.ID)
			continue
		}
		w.back(key, r)
		b.outlast(ctx, pause)
	}
}

// outageTick is how often a row that waits for Slack looks although nobody said
// that it is back.
const outageTick = time.Minute

// outlast waits until Slack is back, or out the pause when Slack is there.
func (b *Bridge) outlast(ctx context.Context, pause time.Duration) {
	back := b.health.Back()
	if back == nil {
		_ = webapi.Sleep(ctx, pause) // the caller looks at ctx
		return
	}
	tick := time.NewTimer(outageTick)
	defer tick.Stop()
	select {
	case <-ctx.Done():
	case <-back:
	case <-tick.C:
	}
}

// jitter is how long a line waits for one written before it: Slack sends each
// event to any of our sockets, and two readers do not keep the order of one.
const jitter = 20 * time.Millisecond

// restOnTime waits out d. On a machine so busy that the wait itself ends late, the
// readers of the sockets are late, too, so it waits until one ends on time.
func restOnTime(ctx context.Context, d time.Duration) {
	const most = 20
	for range most {
		began := time.Now()
		if webapi.Sleep(ctx, d) != nil || time.Since(began) < d+jitter/2 {
			return
		}
		d = jitter
	}
}

// commitLook is how often a line looks whether one written before it is stored.
const commitLook = 2 * time.Millisecond

// next takes the first row of a queue, or ends the queue. The zero row means that
// the lines have to wait: for the gate, for one that is being stored, or out their
// jitter.
func (w *workers) next(ctx context.Context, b *Bridge, key string) (r ledger.Inbound, wait time.Duration, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.busy[key]) == 0 || ctx.Err() != nil {
		delete(w.busy, key)
		return ledger.Inbound{}, 0, false
	}
	r = w.busy[key][0]
	if r.Thread != "" {
		wait = r.Received.Add(jitter).Sub(b.Now())
		if wait > jitter {
			wait = 0 // another node's clock is ahead
		}
		if slices.ContainsFunc(w.coming[key], func(ts string) bool { return ts < r.TS }) {
			wait = max(wait, commitLook)
		}
		if wait > 0 || b.gate.closed() {
			return ledger.Inbound{}, max(wait, 0), true
		}
	}
	w.busy[key], w.hand[key] = w.busy[key][1:], r.ID
	return r, 0, true
}

// settled notes that a row was worked.
func (w *workers) settled(key string, id int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.hand, key)
	w.done[id] = true
}

// forget is called before a sweep reads the inbox: what was settled until now it
// finds settled.
func (w *workers) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.done)
}

// back returns a row to its place.
func (w *workers) back(key string, r ledger.Inbound) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.hand, key)
	w.busy[key] = append([]ledger.Inbound{r}, w.busy[key]...)
	sort.SliceStable(w.busy[key], func(i, j int) bool { return w.busy[key][i].TS < w.busy[key][j].TS })
}
