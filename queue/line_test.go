package queue

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// hall is a waiting room, and what its visitors are told.
type hall struct {
	mu     sync.Mutex
	line   []conversation.Wait
	recent []conversation.Waited
	err    error
	reads  int
	told   []string
}

func (h *hall) Line(context.Context) ([]conversation.Wait, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.reads++
	return slices.Clone(h.line), h.err
}

func (h *hall) RecentWaits(_ context.Context, limit int) ([]conversation.Waited, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.recent[:min(limit, len(h.recent))], nil
}

func (h *hall) Deliver(id conversation.ID, s feed.Signal) {
	h.mu.Lock()
	defer h.mu.Unlock()
	text := string(id) + " " + string(s.Data)
	if s.Kind != feed.SignalQueue || !s.Keep {
		text += " not kept"
	}
	h.told = append(h.told, text)
}

func (h *hall) change(f func(*hall)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f(h)
}

// heard returns what was told since it was asked last, sorted.
func (h *hall) heard() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	told := slices.Sorted(slices.Values(h.told))
	h.told = nil
	return told
}

func waits(id, channel string, from time.Time) conversation.Wait {
	return conversation.Wait{ID: conversation.ID(id), Channel: channel, From: from, Staffed: true}
}

func TestLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, wakes := &hall{}, feed.NewNotifier()
		ctx, cancel := context.WithCancel(context.Background())
		l := NewLine(LineDeps{Waits: h, Shows: h, Wakes: wakes, Now: time.Now})
		ended := make(chan error)
		go func() { ended <- l.Run(ctx) }()
		synctest.Wait()
		start := time.Now()
		tell := func(why string, change func(*hall), want ...string) {
			t.Helper()
			h.change(change)
			wakes.Wake()
			time.Sleep(lineGap + time.Millisecond)
			synctest.Wait()
			if got := h.heard(); !slices.Equal(got, want) {
				t.Errorf("%s: told %q, want %q", why, got, want)
			}
		}
		tell("two in one channel, one in another", func(h *hall) {
			h.line = []conversation.Wait{waits("a", "C1", start), waits("b", "C1", start), waits("c", "C2", start)}
		}, `a {"position":1}`, `b {"position":2}`, `c {"position":1}`)
		tell("nothing changes", func(*hall) {})
		tell("the first is claimed", func(h *hall) { h.line = h.line[1:] }, "a ", `b {"position":1}`)
		tell("the office closes for one", func(h *hall) { h.line[1].Staffed = false }, "c ")
		tell("the database is away", func(h *hall) { h.err = errors.New("away") })
		tell("and back", func(h *hall) { h.err = nil })
		h.change(func(h *hall) {
			for range 20 {
				h.recent = append(h.recent, conversation.Waited{At: time.Now(), For: 90 * time.Second})
			}
		})
		time.Sleep(lineTick + time.Millisecond) // without a wake-up
		synctest.Wait()
		if got := h.heard(); !slices.Equal(got, []string{`b {"position":1,"wait":[2,3]}`}) {
			t.Errorf("told %q", got)
		}
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		if got := h.heard(); !slices.Equal(got, []string{`b {"position":1}`}) {
			t.Errorf("after three minutes told %q, want no range that was not true", got)
		}
		tell("nobody waits", func(h *hall) { h.line = nil }, "b ")
		h.change(func(h *hall) { h.reads = 0 })
		time.Sleep(time.Minute)
		h.change(func(h *hall) {
			if h.reads > 3 {
				t.Errorf("read %d times in a minute in which nobody waits", h.reads)
			}
		})
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestSpan(t *testing.T) {
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	of := func(ago time.Duration, seconds ...int) (out []conversation.Waited) {
		for _, s := range seconds {
			out = append(out, conversation.Waited{At: now.Add(-ago), For: time.Duration(s) * time.Second})
		}
		return out
	}
	for _, row := range []struct {
		name     string
		recent   []conversation.Waited
		from, to int
	}{
		{"none", nil, 0, 0},
		{"four in the last hour", append(of(time.Minute, 60, 60, 60, 60), of(2*time.Hour, 60, 60, 60, 60)...), 0, 0},
		{"five", of(time.Hour, 30, 70, 130, 250, 400), 2, 5},
		{"all at once", of(time.Minute, 0, 0, 0, 0, 0), 1, 2},
		{"all the same", of(time.Minute, 180, 180, 180, 180, 180, 180), 3, 4},
		{"the ends do not count", of(time.Minute, 1, 120, 120, 180, 240, 240, 240, 9000), 2, 4},
		{"older ones count too when there are enough", append(of(time.Minute, 60, 60, 60, 60, 60), of(5*time.Hour, 600, 600, 600, 600, 600)...), 1, 10},
	} {
		if from, to := span(row.recent, now); from != row.from || to != row.to {
			t.Errorf("%s: %d to %d, want %d to %d", row.name, from, to, row.from, row.to)
		}
	}
}
