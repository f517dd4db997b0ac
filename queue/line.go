package queue

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/feed"
)

// Waits is what a Line reads. The store implements it.
type Waits interface {
	// Line lists all who wait and are routed, by channel and then by since when.
	Line(ctx context.Context) ([]conversation.Wait, error)
	// RecentWaits lists the newest waits that ended with an agent, newest first.
	RecentWaits(ctx context.Context, limit int) ([]conversation.Waited, error)
}

// Shows is where a Line tells visitors their place: the open streams of this
// process. feed.Live implements it.
type Shows interface {
	Deliver(id conversation.ID, s feed.Signal)
}

// LineDeps is what a Line needs. Logger may be nil.
type LineDeps struct {
	Waits Waits
	Shows Shows
	Wakes interface {
		WatchAll() (<-chan struct{}, func())
	}
	Now    func() time.Time
	Logger *slog.Logger
}

// Line tells each visitor who waits while somebody is on duty her place in line
// and, when enough is known, how long others have waited. The signal is "queue"
// with position, 1 for the first in the channel, and wait, [from, to] in minutes.
// Each node tells its own streams, so nothing is sent between them. It is not
// stored: after a restart it is made again.
type Line struct {
	LineDeps
	shown map[conversation.ID]string
}

// NewLine returns a Line that has told nobody anything.
func NewLine(deps LineDeps) *Line {
	if deps.Logger == nil {
		deps.Logger = slog.New(slog.DiscardHandler)
	}
	return &Line{LineDeps: deps, shown: map[conversation.ID]string{}}
}

// The line is looked at on every wake-up, but not more often than lineGap, and
// without one every lineTick while somebody waits: a range grows old.
const (
	lineGap   = 500 * time.Millisecond
	lineTick  = 2 * time.Second
	lineQuiet = 30 * time.Second
)

// Run works until ctx ends. A storage error is logged and tried again.
func (l *Line) Run(ctx context.Context) error {
	wake, stop := l.Wakes.WatchAll()
	defer stop()
	for ctx.Err() == nil {
		if err := l.publish(ctx); err != nil && ctx.Err() == nil {
			l.Logger.Warn("the line was not read", "error", err)
		}
		tick := lineQuiet
		if len(l.shown) > 0 {
			tick = lineTick
		}
		pause(ctx, lineGap, nil)
		pause(ctx, tick-lineGap, wake)
	}
	return nil
}

// pause waits for d, a wake-up, or the end of ctx.
func pause(ctx context.Context, d time.Duration, wake <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
}

// standing is the signal's data.
type standing struct {
	Position int   `json:"position"`
	Wait     []int `json:"wait,omitempty"`
}

// publish tells those whose place has changed, and forgets those who no longer
// wait.
func (l *Line) publish(ctx context.Context) error {
	line, err := l.Waits.Line(ctx)
	if err != nil {
		return err
	}
	line = slices.DeleteFunc(line, func(w conversation.Wait) bool { return !w.Staffed })
	var from, to int
	if len(line) > 0 {
		recent, err := l.Waits.RecentWaits(ctx, recentClaims)
		if err != nil {
			return err
		}
		from, to = span(recent, l.Now())
	}
	told := make(map[conversation.ID]string, len(line))
	for id, place := range places(line, from, to, l.Now()) {
		data, err := json.Marshal(place)
		if err != nil {
			return err
		}
		told[id] = string(data)
		if l.shown[id] != told[id] {
			l.Shows.Deliver(id, feed.Signal{Kind: feed.SignalQueue, Data: data, Keep: true})
		}
	}
	for id := range l.shown {
		if _, waits := told[id]; !waits {
			l.Shows.Deliver(id, feed.Signal{Kind: feed.SignalQueue, Keep: true})
		}
	}
	l.shown = told
	return nil
}

// places numbers those who wait, channel by channel. Whoever has waited as long as
// the range says gets no range: it was not true for her.
func places(line []conversation.Wait, from, to int, now time.Time) map[conversation.ID]standing {
	out, next := make(map[conversation.ID]standing, len(line)), map[string]int{}
	for _, w := range line {
		next[w.Channel]++
		p := standing{Position: next[w.Channel]}
		if to > 0 && now.Sub(w.From) < time.Duration(to)*time.Minute {
			p.Wait = []int{from, to}
		}
		out[w.ID] = p
	}
	return out
}

// The range is made of the last recentClaims waits, if enough of them ended in the
// last hour.
const (
	recentClaims = 20
	enoughClaims = 5
)

// span is the middle half of the recent waits, in minutes rounded up, at least one
// minute wide. It is 0, 0 when too few ended lately.
func span(recent []conversation.Waited, now time.Time) (from, to int) {
	lately := 0
	for _, w := range recent {
		if now.Sub(w.At) <= time.Hour {
			lately++
		}
	}
	if lately < enoughClaims {
		return 0, 0
	}
	sorted := slices.SortedFunc(slices.Values(recent), func(a, b conversation.Waited) int { return cmp.Compare(a.For, b.For) })
	quartile := func(n int) int {
		d := sorted[(len(sorted)*n+3)/4-1].For
		return max(1, int((d+time.Minute-1)/time.Minute))
	}
	from, to = quartile(1), quartile(3)
	return from, max(to, from+1)
}
