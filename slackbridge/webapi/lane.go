package webapi

import (
	"time"

	"golang.org/x/time/rate"

	"github.com/handoff-bot/handoff/conversation"
)

// lane is a channel's queue for posts. Nobody waits in it: a conversation that
// gets no turn is told when to come back, and keeps its place until a while
// after that. Cards and ownership lines go first, but every third turn is for a
// line; among equals goes first who has waited longest.
type lane struct {
	tokens  *rate.Limiter
	waiting map[conversation.ID]*waiter
	posted  map[conversation.ID]time.Time
	cards   int // urgent posts since the last other one
	// slowUntil is until when Slack's last "no" in this channel is remembered.
	slowUntil time.Time
}

type waiter struct {
	urgent bool
	since  time.Time
	due    time.Time
}

const (
	// grace is how long after its time a conversation keeps its place.
	grace = 2 * time.Second
	// cardsPerLine is how many urgent posts go before a line that waits, too.
	cardsPerLine = 2
)

// Turn asks for one post in a channel. since is since when what it says has
// waited; a conversation that was just served counts from then.
func (t *Throttle) Turn(channel string, id conversation.ID, urgent bool, since time.Time) (ok bool, retry time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	l := t.lane(channel)
	enough := float64(t.limits.PostBurst) / 2 // with fewer tokens the channel is behind
	switch {
	case l.slowUntil.After(now):
		enough = float64(t.limits.SlowBurst) / 2
	case !l.slowUntil.IsZero(): // the no is forgotten: a full bucket again
		l.tokens, l.slowUntil = rate.NewLimiter(rate.Limit(t.limits.PostsPerSecond), t.limits.PostBurst), time.Time{}
	}
	l.forget(now)
	w := l.waiting[id]
	if w == nil {
		w = &waiter{since: since}
		if served := l.posted[id]; served.After(since) {
			w.since = served
		}
	}
	w.urgent = urgent
	ahead := l.ahead(id, w)
	if until := t.paused[pauseKey("chat.postMessage", channel)]; until.After(now) {
		return false, l.wait(id, w, l.free(until, 1+ahead)) // not all at once when the pause ends
	}
	tokens := l.tokens.TokensAt(now)
	behind := ahead > 0 || tokens < enough
	if next := l.posted[id].Add(t.limits.Coalesce); behind && !urgent && next.After(now) {
		return false, l.wait(id, w, next)
	}
	if tokens < float64(1+ahead) {
		return false, l.wait(id, w, l.free(now, 1+ahead))
	}
	l.grant(id, w, now)
	return true, time.Time{}
}

func (l *lane) grant(id conversation.ID, w *waiter, now time.Time) {
	l.tokens.AllowN(now, 1)
	delete(l.waiting, id)
	l.posted[id] = now
	if l.cards++; !w.urgent {
		l.cards = 0
	}
}

func (t *Throttle) lane(channel string) *lane {
	l := t.lanes[channel]
	if l == nil {
		l = &lane{tokens: rate.NewLimiter(rate.Limit(t.limits.PostsPerSecond), t.limits.PostBurst), waiting: map[conversation.ID]*waiter{}, posted: map[conversation.ID]time.Time{}}
		t.lanes[channel] = l
	}
	return l
}

// Owe counts a post that goes out without a turn: a help for readers, which is not
// tried again. Those who wait pay for it.
func (t *Throttle) Owe(channel string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lane(channel).tokens.ReserveN(t.now(), 1)
}

// spare takes a post for something that belongs to no conversation.
func (l *lane) spare(now time.Time) (ok bool, retry time.Time) {
	if l.tokens.AllowN(now, 1) {
		return true, time.Time{}
	}
	return false, l.free(now, 1)
}

// slow empties the bucket and makes it small until a time: Slack has said no.
func (l *lane) slow(now, until time.Time, burst int) {
	l.slowUntil = until
	l.tokens.AllowN(now, max(0, int(l.tokens.TokensAt(now))))
	l.tokens.SetBurstAt(now, burst)
}

// free says when there are n tokens, at from or later.
func (l *lane) free(from time.Time, n int) time.Time {
	missing := float64(n) - l.tokens.TokensAt(from)
	if missing <= 0 {
		return from
	}
	return from.Add(time.Duration(missing/float64(l.tokens.Limit())*float64(time.Second)) + time.Millisecond)
}

func (l *lane) wait(id conversation.ID, w *waiter, until time.Time) time.Time {
	w.due = until
	l.waiting[id] = w
	return until
}

// ahead counts who goes before w.
func (l *lane) ahead(id conversation.ID, w *waiter) int {
	rank, others := 0, 0 // of w's own kind, before it; of the other kind, all
	for other, o := range l.waiting {
		switch {
		case other == id:
		case o.urgent != w.urgent:
			others++
		case o.since.Before(w.since) || o.since.Equal(w.since) && other < id:
			rank++
		}
	}
	first := max(0, cardsPerLine-l.cards) // urgent ones that go before the next line
	if !w.urgent {
		return rank + min(others, first+cardsPerLine*rank)
	}
	if rank < first {
		return rank
	}
	return rank + min(others, 1+(rank-first)/cardsPerLine)
}

func (l *lane) forget(now time.Time) {
	for id, w := range l.waiting {
		if now.After(w.due.Add(grace)) {
			delete(l.waiting, id)
		}
	}
	if len(l.posted) > 1000 {
		for id, at := range l.posted {
			if now.Sub(at) > time.Minute {
				delete(l.posted, id)
			}
		}
	}
}
