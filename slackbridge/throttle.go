package slackbridge

import (
	"context"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits are the speeds of the bridge. The zero value of a field means its
// default, which suits slack.com.
type Limits struct {
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
	// CardEvery is the least time between two redraws of one card; 2 s.
	CardEvery time.Duration
	// HomeEvery is the least time between two drawings of one App Home, and of one
	// watched transcript; 2 s.
	HomeEvery time.Duration
	// DoubtWait is how long a post of unknown outcome is left alone before the
	// thread is read; 2 s.
	DoubtWait time.Duration
	// ProbeEvery is how often a silent Slack is tried again; 500 ms. A refused
	// token is tried 20 times less often.
	ProbeEvery time.Duration
	// CacheFor is how long people and memberships are believed; 60 s, not more.
	CacheFor time.Duration
	// BackfillEvery is how often open threads are compared with Slack although
	// nothing was missed; 5 min.
	BackfillEvery time.Duration
	// DeskEvery is how often it is looked whether somebody's presence is needed, and
	// whether somebody who is off duty was written to; 500 ms.
	DeskEvery time.Duration
	// SpamCards is how many cards a minute a channel may get with a mention; 5.
	SpamCards int
	// MentionEvery is the least time between two cards that mention in one
	// channel; 2 min.
	MentionEvery time.Duration
}

func (l Limits) withDefaults() Limits {
	set := func(d *time.Duration, value time.Duration) {
		if *d <= 0 {
			*d = value
		}
	}
	if l.PostsPerSecond <= 0 {
		l.PostsPerSecond = 1
	}
	if l.PostBurst <= 0 {
		l.PostBurst = 4
	}
	if l.SlowBurst <= 0 {
		l.SlowBurst = min(2, l.PostBurst)
	}
	set(&l.SlowFor, 10*time.Minute)
	if l.SpamCards <= 0 {
		l.SpamCards = 5
	}
	set(&l.Coalesce, 1500*time.Millisecond)
	set(&l.CardEvery, 2*time.Second)
	set(&l.HomeEvery, 2*time.Second)
	set(&l.DoubtWait, 2*time.Second)
	set(&l.ProbeEvery, 500*time.Millisecond)
	set(&l.CacheFor, time.Minute)
	set(&l.BackfillEvery, 5*time.Minute)
	set(&l.MentionEvery, 2*time.Minute)
	set(&l.DeskEvery, 500*time.Millisecond)
	return l
}

// perMinute is the published tier of the methods we call (Slack: rate limits).
var perMinute = map[string]float64{
	"chat.update": 50, "chat.delete": 50, "chat.postEphemeral": 100,
	"conversations.replies": 50, "conversations.history": 50, "conversations.info": 50, "conversations.members": 100, "conversations.join": 50,
	"users.info": 100, "users.list": 20, "users.getPresence": 50, "dnd.teamInfo": 20, "usergroups.users.list": 20,
	"conversations.open": 50, "usergroups.list": 20, "files.getUploadURLExternal": 100, "files.completeUploadExternal": 100, "files.info": 100,
	"views.open": 100, "views.push": 100, "views.update": 100, "views.publish": 100, "reactions.add": 50, "reactions.remove": 20,
}

// throttle keeps the pace: per method, and per channel for posts.
type throttle struct {
	limits Limits
	now    func() time.Time

	mu      sync.Mutex
	methods map[string]*rate.Limiter
	paused  map[string]time.Time // by method, or by method and channel
	lanes   map[string]*lane
}

func newThrottle(l Limits, now func() time.Time) *throttle {
	return &throttle{limits: l, now: now, methods: map[string]*rate.Limiter{}, paused: map[string]time.Time{}, lanes: map[string]*lane{}}
}

// pauseKey: posts are limited per channel, everything else per method.
func pauseKey(method, channel string) string {
	if method == "chat.postMessage" {
		return method + " " + channel
	}
	return method
}

// pause stops a method until a time.
func (t *throttle) pause(method, channel string, until time.Time) {
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

// take says whether a method may be called now, and otherwise when to ask again.
// A post that belongs to a conversation asks for a turn instead.
func (t *throttle) take(method, channel string) (ok bool, retry time.Time) {
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

// await waits until the method may be called.
func (t *throttle) await(ctx context.Context, method, channel string) error {
	for {
		ok, retry := t.take(method, channel)
		if ok {
			return nil
		}
		if err := pauseFor(ctx, retry.Sub(t.now())); err != nil {
			return err
		}
	}
}

// pauseFor waits, or returns the error of a context that ended.
func pauseFor(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
