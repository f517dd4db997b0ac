package handofftest

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// outage is a time without Slack in which twenty visitors write five hundred lines:
// half of them have an agent already, half ask for one meanwhile, in two channels.
type outage struct {
	*bubble
	guests []*guest
	random *rand.Rand
}

const (
	outageGuests = 20
	outageLines  = 500
	outageTime   = 30 * time.Minute
)

func (b *bubble) outage() *outage {
	r := &outage{bubble: b, random: rand.New(rand.NewPCG(7, 9))}
	b.slack(func(sw *fakeslack.Switches) { sw.Throttle = true })
	for i := range outageGuests {
		g := b.visitor(fmt.Sprintf("v%02d", i))
		r.guests = append(r.guests, g)
		if i%2 == 0 {
			g.asks(i)
			g.isClaimed("maya")
		}
		b.wait(3 * time.Second)
	}
	b.wait(time.Minute)
	return r
}

// asks asks for a person: about the bill, or by the button.
func (g *guest) asks(i int) {
	if i%4 < 2 {
		g.presses("human")
		return
	}
	g.says(g.name + " was charged twice")
	g.is("waiting")
}

// write lets everybody write, at random, for the time of the outage. The house is
// restarted in the middle.
func (r *outage) write() {
	for n := range outageLines {
		g := r.guests[n%outageGuests]
		if n == outageGuests {
			for i, g := range r.guests {
				if i%2 == 1 {
					g.asks(i)
				}
			}
		}
		if n == outageLines/2 {
			r.restart()
		}
		g.says(fmt.Sprintf("[%s %03d]%s", g.name, n, strings.Repeat(" and more", r.random.IntN(180))))
		r.wait(outageTime / outageLines)
	}
}

// arrived waits until everybody has a card and every line stands in a thread.
func (r *outage) arrived() {
	const most = 5 * time.Minute
	for began := time.Now(); !r.stand(); r.wait(time.Second) {
		if time.Since(began) > most {
			r.t.Errorf("after %v the last lines do not stand in the threads", most)
			break
		}
	}
	r.wait(time.Minute)
	for _, g := range r.guests {
		g.agree()
	}
}

// stand says that everybody's last line stands in her thread.
func (r *outage) stand() bool {
	for _, g := range r.guests {
		g.channel, g.root = "", ""
		_ = r.Slack.WaitFor(r.t.Context(), func(st *fakeslack.State) bool {
			g.channel, g.root = findCard(st, g.Reference, "")
			return true
		})
		thread := r.Slack.Thread(g.channel, g.root)
		if len(thread) == 0 || !inOrder(thread[1:], []string{g.last}) {
			return false
		}
	}
	return true
}

// pace is how many posts a channel took between two times, first to last.
func (r *outage) pace(channel string, from, to time.Time) (posts int, took time.Duration) {
	var first, last time.Time
	for _, c := range r.posts(from) {
		if c.Args["channel"] != channel || c.At.After(to) {
			continue
		}
		if posts++; first.IsZero() {
			first = c.At
		}
		last = c.At
	}
	return posts, last.Sub(first)
}

// tooFast counts the calls that were answered with a rate limit since a time.
func (b *bubble) tooFast(since time.Time) (n int, methods map[string]int) {
	methods = map[string]int{}
	for _, c := range b.Slack.Calls() {
		if !c.At.Before(since) && (c.Status == http.StatusTooManyRequests || c.Error == "ratelimited") {
			n++
			methods[c.Method]++
		}
	}
	return n, methods
}

// asked lists what Slack was asked between two times, a line each.
func (b *bubble) asked(from, to time.Time) string {
	var out strings.Builder
	for _, c := range b.Slack.Calls() {
		if !c.At.Before(from) && !c.At.After(to) {
			fmt.Fprintf(&out, "%v %s %s %d %s\n", c.At.Sub(from), c.Method, c.Args["channel"], c.Status, c.Error)
		}
	}
	return out.String()
}

// checkPace says that both channels were caught up at no less than nine tenths of
// what Slack allows: one post a second.
func (r *outage) checkPace(from time.Time) {
	r.t.Helper()
	for _, name := range []string{"support", "billing"} {
		channel := channels[name]
		posts, took := r.pace(channel, from, time.Now())
		rate := float64(posts-1) / took.Seconds()
		r.t.Logf("%s: %d posts in %v: %.2f posts a second, %.0f %% of the allowed 1.00", name, posts, took.Round(time.Millisecond), rate, 100*rate)
		if posts < 20 || rate < 0.9 {
			r.t.Errorf("%s was caught up too slowly", name)
		}
	}
}

// Slack is unreachable for half an hour. Then it is back, with its limits: all
// lines arrive, in order, none twice, as fast as Slack allows and never faster.
func TestCatchUp(t *testing.T) {
	t.Parallel()
	inBubble(t, DefaultPolicy, time.Time{}, func(b *bubble) {
		began := time.Now()
		r := b.outage()
		b.slack(func(sw *fakeslack.Switches) { sw.Outage = true })
		r.write()
		b.slack(func(sw *fakeslack.Switches) { sw.Outage = false })
		back := time.Now()
		r.arrived()
		b.postedWithin(time.Second, back)
		r.checkPace(back)
		if n, methods := b.tooFast(began); n > 0 {
			t.Errorf("Slack said %d times that it was too fast: %v", n, methods)
		}
	})
}

// The same, but Slack is back with a bad temper: each method is refused a few
// times, in each of the ways Slack has. Nothing waits that it does not concern.
func TestCatchUpThroughLimits(t *testing.T) {
	t.Parallel()
	inBubble(t, DefaultPolicy, time.Time{}, func(b *bubble) {
		began := time.Now()
		r := b.outage()
		b.slack(func(sw *fakeslack.Switches) { sw.Outage = true })
		r.write()
		faults := []fakeslack.Fault{
			{Method: "auth.test", Times: 1, Do: fakeslack.RateLimited("1")},
			{Method: "chat.postMessage", Channel: fakeslack.SampleBilling, Times: 2, Do: fakeslack.RateLimited("20")},
			{Method: "chat.postMessage", Channel: fakeslack.SampleSupport, Skip: 10, Times: 1, Do: fakeslack.RateLimited("")},
			{Method: "chat.postMessage", Channel: fakeslack.SampleSupport, Skip: 20, Times: 1, Do: fakeslack.RateLimited("in a while")},
			{Method: "chat.postMessage", Channel: fakeslack.SampleSupport, Skip: 30, Times: 1, Do: fakeslack.Refuse{Error: "ratelimited"}},
			{Method: "chat.update", Times: 2, Do: fakeslack.RateLimited("45")},
			{Method: "conversations.replies", Times: 1, Do: fakeslack.RateLimited("30")},
			{Method: "conversations.info", Skip: 2, Times: 1, Do: fakeslack.RateLimited("30")},
			{Method: "users.list", Times: 1, Do: fakeslack.RateLimited("30")},
			{Method: "users.info", Times: 1, Do: fakeslack.RateLimited("10")},
		}
		injected := 0
		for _, f := range faults {
			injected += f.Times
			b.Slack.Inject(f)
		}
		b.slack(func(sw *fakeslack.Switches) { sw.Outage = false })
		back := time.Now()
		r.arrived()
		n, methods := b.tooFast(began)
		t.Logf("refused: %v", methods)
		if n > injected {
			t.Errorf("Slack said %d times that it was too fast, %d of them on purpose", n, injected)
		}
		posts, took := r.pace(fakeslack.SampleSupport, back, back.Add(20*time.Second))
		if posts < 10 {
			t.Errorf("support got %d posts in %v while billing and the cards had to wait; the calls:\n%s", posts, took, b.asked(back, back.Add(20*time.Second)))
		}
	})
}
