package fakeslack

import (
	"math"
	"strconv"
	"time"

	"golang.org/x/time/rate"
)

// Limits of the platform: characters count runes, sizes count bytes.
const (
	maxUpdateText   = 4000
	splitText       = 4000
	maxPostText     = 40000
	maxMetadata     = 8000
	maxBlockText    = 13_200 // of all blocks of a message; people have measured it
	maxViewBytes    = 250_000
	maxAckBytes     = 20 * 1024
	maxSockets      = 10
	maxUsername     = 80
	smallPlanItems  = 15
	maxResponseUses = 5

	triggerLife  = 3 * time.Second
	ackTimeout   = 3 * time.Second
	responseLife = 30 * time.Minute
	postBurst    = 5
)

// limiter counts calls per method, and posts per channel.
type limiter struct {
	buckets map[string]*rate.Limiter
}

func newLimiter() limiter { return limiter{buckets: map[string]*rate.Limiter{}} }

// over returns the seconds to wait when the call exceeds its limit, or "".
func (l *limiter) over(c *call, m method) string {
	if c.sw.SmallPlan && (c.name == "conversations.replies" || c.name == "conversations.history") {
		return l.take("small "+c.name, rate.Every(time.Minute), 1, c.opts.Now())
	}
	if !c.sw.Throttle {
		return ""
	}
	switch {
	case c.name == "chat.postMessage":
		return l.take("post "+c.args["channel"], rate.Every(time.Second), postBurst, c.opts.Now())
	case m.perMinute > 0:
		// A published tier is a floor, with room for a burst above it.
		return l.take(c.name, rate.Limit(float64(m.perMinute)/60), m.perMinute+2, c.opts.Now())
	default:
		return ""
	}
}

func (l *limiter) take(key string, every rate.Limit, burst int, now time.Time) string {
	b := l.buckets[key]
	if b == nil {
		b = rate.NewLimiter(every, burst)
		l.buckets[key] = b
	}
	if b.AllowN(now, 1) {
		return ""
	}
	wait := (1 - b.TokensAt(now)) / float64(every)
	return strconv.Itoa(max(1, int(math.Ceil(wait))))
}
