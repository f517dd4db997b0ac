package handofftest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/store/storetest"
)

// A rush: this many agents, and this many visitors who wait.
const (
	rushAgents  = 50
	rushWaiting = 500
)

// rushVariable names the time over which the claims of the throttled rush are
// spread, such as 1m. Unset it is rushOver, which is harder than the minute that is
// promised.
const (
	rushVariable = "HANDOFF_RUSH_OVER"
	rushOver     = 10 * time.Second
)

// What is promised: the median of one claim, and the slowest in a workspace that
// enforces its limits.
const (
	claimMedian    = 300 * time.Millisecond
	claimThrottled = 3 * time.Second
)

// TestRush: with 50 agents and 500 who wait, a claim shows within a blink. In a
// workspace that enforces its limits fifty claims show within three seconds, also
// those of people about whom nothing is known yet, after a restart.
func TestRush(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		r := newRush(t, Options{Storage: url})
		var took []time.Duration
		for _, agent := range r.agents {
			d, err := r.claim(agent, r.next())
			if err != nil {
				t.Fatal(err)
			}
			took = append(took, d)
		}
		if median, _ := r.tell("one after the other", took); median > claimMedian {
			t.Errorf("a claim takes %v at the median, want under %v", median, claimMedian)
		}
		r.tell("all at once", r.claims(0))
		r.settle()

		over, err := time.ParseDuration(os.Getenv(rushVariable))
		if err != nil {
			over = rushOver
		}
		r.Stop()
		r.runs = InProcess // at the pace that suits slack.com
		r.Slack.Switch(func(sw *fakeslack.Switches) { sw.Throttle = true })
		r.Start()
		if _, slowest := r.tell(fmt.Sprintf("throttled, within %v", over), r.claims(over)); slowest > claimThrottled {
			t.Errorf("the slowest claim takes %v, want at most %v", slowest, claimThrottled)
		}
	})
}

// rush is an installation with many who wait and many who answer.
type rush struct {
	*House
	agents []string

	mu      sync.Mutex
	waiting []string          // the cards in #support that nobody has claimed, by ts
	claimed map[string]string // who claimed which card
}

// newRush makes everybody wait. Neither the product nor Slack keeps a pace yet.
func newRush(tb TB, o Options) *rush {
	tb.Helper()
	o.Runs = InProcessAtFullSpeed
	r := &rush{House: New(tb, o), claimed: map[string]string{}}
	for i := range rushAgents {
		id := fmt.Sprintf("U0RUSH%02d", i)
		r.Slack.AddUser(fakeslack.User{ID: id, Name: fmt.Sprintf("agent%02d", i), Active: true})
		if err := r.Slack.Join(id, fakeslack.SampleSupport); err != nil {
			tb.Fatal(err)
		}
		r.agents = append(r.agents, id)
	}
	r.Start()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range rushWaiting/8 + 1 {
				v := r.Visitor()
				v.Say("ask", "Where is my parcel?")
				v.Post("escalate", map[string]any{})
			}
		})
	}
	all.Wait()
	for deadline := time.Now().Add(2 * time.Minute); len(r.waiting) < rushWaiting; {
		time.Sleep(100 * time.Millisecond) // looking at each change would cost more than all the rest
		r.waiting = r.waiting[:0]
		for _, m := range r.Slack.History(fakeslack.SampleSupport) {
			if _, err := ActionOf(m, "Claim"); err == nil {
				r.waiting = append(r.waiting, m.TS)
			}
		}
		if time.Now().After(deadline) {
			tb.Fatalf("%d cards stand in Slack, want %d", len(r.waiting), rushWaiting)
		}
	}
	return r
}

// next takes a card nobody has claimed.
func (r *rush) next() (card string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	card, r.waiting = r.waiting[0], r.waiting[1:]
	return card
}

// claim presses Claim on a card and returns how long it took until the agent saw
// herself as the owner, on the card or below it.
func (r *rush) claim(agent, card string) (time.Duration, error) {
	m, _ := r.Slack.Message(fakeslack.SampleSupport, card)
	action, err := ActionOf(m, "Claim")
	if err != nil {
		return 0, err
	}
	r.mu.Lock()
	r.claimed[card] = agent
	r.mu.Unlock()
	start := time.Now()
	if err := r.Slack.Press(agent, fakeslack.SampleSupport, card, action); err != nil {
		return 0, err
	}
	err = r.shows(card, func(thread []fakeslack.Message) bool {
		return slices.ContainsFunc(thread, func(m fakeslack.Message) bool { return names(m, agent) })
	})
	return time.Since(start), err
}

// names says that the message names somebody.
func names(m fakeslack.Message, user string) bool {
	return strings.Contains(m.Visible(), "<@"+user+">")
}

// shows waits until a card and its thread are as they should be.
func (r *rush) shows(card string, ok func(thread []fakeslack.Message) bool) error {
	ctx, cancel := context.WithTimeout(r.tb.Context(), time.Minute)
	defer cancel()
	err := r.Slack.WaitFor(ctx, func(st *fakeslack.State) bool { return ok(st.Thread(fakeslack.SampleSupport, card)) })
	if err != nil {
		return fmt.Errorf("the claim does not show:\n%s", r.ThreadText(fakeslack.SampleSupport, card))
	}
	return nil
}

// claims lets every agent claim one card, spread at random over a time.
func (r *rush) claims(over time.Duration) []time.Duration {
	r.tb.Helper()
	took := make([]time.Duration, len(r.agents))
	var all errgroup.Group
	for i, agent := range r.agents {
		card, wait := r.next(), time.Duration(rand.Int64N(int64(over)+1))
		all.Go(func() (err error) {
			time.Sleep(wait)
			took[i], err = r.claim(agent, card)
			return err
		})
	}
	if err := all.Wait(); err != nil {
		r.tb.Fatal(err)
	}
	return took
}

// settle waits until every claim stands on its card and below it.
func (r *rush) settle() {
	r.tb.Helper()
	for card, agent := range r.claimed {
		err := r.shows(card, func(thread []fakeslack.Message) bool {
			return names(thread[0], agent) && names(thread[len(thread)-1], agent)
		})
		if err != nil {
			r.tb.Fatal(err)
		}
	}
}

// tell says how long claims took.
func (r *rush) tell(what string, took []time.Duration) (median, slowest time.Duration) {
	slices.Sort(took)
	median, slowest = took[len(took)/2], took[len(took)-1]
	r.tb.Log(fmt.Sprintf("%s: median %v, slowest %v", what, median.Round(100*time.Microsecond), slowest.Round(100*time.Microsecond)))
	return median, slowest
}
