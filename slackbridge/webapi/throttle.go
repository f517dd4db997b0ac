package webapi

import (
	"cmp"
	"context"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Pace is how fast Slack is called. The zero value of a field means its default,
// which suits slack.com.
type Pace struct {
	// PostsPerSecond and PostBurst are per channel; 1 and 4. Slack publishes one a
	// second and says that what comes faster may be neither kept nor shown; the
	// size of the bursts it lets pass it does not publish. After a no, SlowBurst, 2,
	// holds for SlowFor, 10 min.
	PostsPerSecond float64
	PostBurst      int
	SlowBurst      int
	SlowFor        time.Duration
	// Unlimited leaves the limits per method out, for a Slack that has none.
	Unlimited bool
	// Coalesce is the least time between two posts of one conversation while its
	// channel is behind; 1.5 s.
	Coalesce time.Duration
	// ProbeEvery is how often a silent Slack is tried again; 500 ms. A refused
	// token is tried 20 times less often.
	ProbeEvery time.Duration
}

// WithDefaults fills in what is zero.
func (p Pace) WithDefaults() Pace {
	p.PostsPerSecond = cmp.Or(max(p.PostsPerSecond, 0), 1)
	p.PostBurst = cmp.Or(max(p.PostBurst, 0), 4)
	p.SlowBurst = cmp.Or(max(p.SlowBurst, 0), min(2, p.PostBurst))
	p.SlowFor = cmp.Or(max(p.SlowFor, 0), 10*time.Minute)
	p.Coalesce = cmp.Or(max(p.Coalesce, 0), 1500*time.Millisecond)
	p.ProbeEvery = cmp.Or(max(p.ProbeEvery, 0), 500*time.Millisecond)
	return p
}

// perMinute is the published tier of the methods we call (Slack: rate limits).
var perMinute = map[string]float64{
	"chat.update": 50, "chat.delete": 50, "chat.postEphemeral": 100,
	"conversations.replies": 50, "conversations.history": 50, "conversations.info": 50, "conversations.members": 100, "conversations.join": 50,
	"users.info": 100, "users.list": 20, "users.getPresence": 50, "dnd.teamInfo": 20, "usergroups.users.list": 20,
	"conversations.open": 50, "usergroups.list": 20, "files.getUploadURLExternal": 100, "files.completeUploadExternal": 100, "files.info": 100,
	"views.open": 100, "views.push": 100, "views.update": 100, "views.publish": 100, "reactions.add": 50, "reactions.remove": 20,
}

// Throttle keeps the pace: per method, and per channel for posts.
type Throttle struct {
	limits Pace
	now    func() time.Time

	mu      sync.Mutex
	methods map[string]*rate.Limiter
	paused  map[string]time.Time // by method, or by method and channel
	lanes   map[string]*lane
}

// NewThrottle starts with full buckets.
func NewThrottle(p Pace, now func() time.Time) *Throttle {
	return &Throttle{limits: p.WithDefaults(), now: now, methods: map[string]*rate.Limiter{}, paused: map[string]time.Time{}, lanes: map[string]*lane{}}
}

// pauseKey: posts are limited per channel, everything else per method.
func pauseKey(method, channel string) string {
	if method == "chat.postMessage" {
		return method + " " + channel
	}
	return method
}

// Pause stops a method until a time.
func (t *Throttle) Pause(method, channel string, until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := pauseKey(method, channel)
	if until.After(t.paused[key]) {
		t.paused[key] = until
	}
	if method == "chat.postMessage" {
		now := t.now()
		t.lane(channel).slow(now, now.Add(t.limits.SlowFor), t.limits.SlowBurst)
	}
}

// Take says whether a method may be called now, and otherwise when to ask again.
// A post that belongs to a conversation asks for a turn instead.
func (t *Throttle) Take(method, channel string) (ok bool, retry time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if until := t.paused[pauseKey(method, channel)]; until.After(now) {
		return false, until
	}
	if method == "chat.postMessage" {
		return t.lane(channel).spare(now)
	}
	tier := perMinute[method]
	if t.limits.Unlimited || tier == 0 {
		return true, time.Time{}
	}
	l := t.methods[method]
	if l == nil {
		l = rate.NewLimiter(rate.Limit(tier/60), int(math.Ceil(tier/5)))
		t.methods[method] = l
	}
	if l.AllowN(now, 1) {
		return true, time.Time{}
	}
	missing := 1 - l.TokensAt(now)
	return false, now.Add(time.Duration(missing / float64(l.Limit()) * float64(time.Second)))
}

// Await waits until the method may be called.
func (t *Throttle) Await(ctx context.Context, method, channel string) error {
	for {
		ok, retry := t.Take(method, channel)
		if ok {
			return nil
		}
		if err := Sleep(ctx, retry.Sub(t.now())); err != nil {
			return err
		}
	}
}

// Spare says that a method's pace has room for what can wait: half its burst.
func (t *Throttle) Spare(method string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.methods[method]
	return t.limits.Unlimited || l == nil || l.TokensAt(t.now()) > float64(l.Burst())/2
}

// Allow is Take as an error: a Failure of the kind Limited, with ErrPace inside.
func (t *Throttle) Allow(method, channel string) error {
	if ok, retry := t.Take(method, channel); !ok {
		return &Failure{Method: method, Kind: Limited, Retry: retry.Sub(t.now()), err: ErrPace}
	}
	return nil
}

// AtOnce is the pacing of a post: it waits for nothing.
func (t *Throttle) AtOnce(_ context.Context, method, channel string) error {
	return t.Allow(method, channel)
}

// Sleep waits, or returns the error of a context that ended.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
