package slackbridge_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// ambiguous are the ways a post can go wrong after it took effect, and before.
func ambiguous() map[string]fakeslack.Failure {
	out := map[string]fakeslack.Failure{"slow": fakeslack.Slow{For: 3 * time.Second}}
	for _, after := range []bool{true, false} {
		when := map[bool]string{true: "after", false: "before"}[after]
		out["dropped "+when] = fakeslack.Drop{After: after}
		out["500 "+when] = fakeslack.Status{Code: http.StatusInternalServerError, After: after}
		for _, code := range []string{"internal_error", "fatal_error", "request_timeout", "service_unavailable", ""} {
			out[fmt.Sprintf("%q %s", code, when)] = fakeslack.Refuse{Error: code, After: after}
		}
	}
	out["429"] = fakeslack.RateLimited("1")
	out["429 unreadable"] = fakeslack.RateLimited("soon")
	out["ratelimited"] = fakeslack.Refuse{Error: "ratelimited"}
	return out
}

// Whatever happens to the first posts, each line stands once, in order.
func TestDoubtfulPosts(t *testing.T) {
	for name, failure := range ambiguous() {
		for skip := range 3 {
			t.Run(fmt.Sprintf("%s %d", name, skip), func(t *testing.T) {
				if _, slow := failure.(fakeslack.Slow); slow && testing.Short() {
					t.Skip("takes the client's timeout")
				}
				t.Parallel()
				s := newStage(t)
				c := s.open("Anna")
				c.says("first line")
				s.slack.Inject(fakeslack.Fault{Method: "chat.postMessage", Skip: skip, Times: 1, Do: failure})
				c.escalate()
				c.card()
				c.says("second line")
				c.shows("first line", "second line")
				c.says("third line")
				c.shows("first line", "second line", "third line")
				c.reaches("announced", func(s conversation.State, _ []conversation.Event) bool { return s.Announced == 1 })
				c.assertOnce()
			})
		}
	}
}

// Metadata or not, the markers are found.
func TestDoubtWithoutMetadata(t *testing.T) {
	for _, mode := range []fakeslack.MetadataMode{fakeslack.MetadataOnRequest, fakeslack.MetadataAlways, fakeslack.MetadataDropped} {
		s := newStage(t, withSlack(func(o *fakeslack.Options) { o.Switches.Metadata, o.Switches.ShortPages = mode, true }))
		c := s.open("Anna")
		s.slack.Inject(fakeslack.Fault{Method: "chat.postMessage", Times: 2, Do: fakeslack.Drop{After: true}})
		c.says("first")
		c.escalate()
		c.card()
		c.shows("first")
		c.says("second")
		c.shows("first", "second")
		c.assertOnce()
	}
}

// Slack is gone for a while; nothing is lost. How soon the backlog starts is told
// in virtual time, by the stories of a whole installation.
func TestOutage(t *testing.T) {
	s := newStage(t)
	c := s.claimed("Anna")
	s.slack.Switch(func(sw *fakeslack.Switches) { sw.Outage = true })
	var waiting []*chat
	for i := range 10 {
		n := s.open(fmt.Sprintf("Visitor %c", 'A'+i))
		n.says("hello from the outage")
		n.escalate()
		waiting = append(waiting, n)
	}
	for i := range 20 {
		c.says(fmt.Sprintf("line %d.", i))
	}
	s.waitHealth(false, "reached")
	s.slack.Switch(func(sw *fakeslack.Switches) { sw.Outage = false })
	c.shows("line 0.", "line 1.", "line 18.", "line 19.")
	for _, n := range waiting {
		n.card()
		n.shows("hello from the outage")
		n.assertOnce()
	}
	s.waitHealth(true, "")
	c.assertOnce()
	c.agent(maya, "I am back too")
	c.heard("I am back too")
}

func (s *stage) waitHealth(want bool, contains string) {
	s.t.Helper()
	s.waitHealthFor(patience, want, contains)
}

func (s *stage) waitHealthFor(most time.Duration, want bool, contains string) {
	s.t.Helper()
	deadline := time.Now().Add(most)
	for {
		ok, why := s.bridge.Health()
		if ok == want && strings.Contains(why, contains) {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("health is %v %q, want %v with %q", ok, why, want, contains)
		}
		time.Sleep(5 * time.Millisecond) // health has no wake-up
	}
}

func TestTokenRevokedAndMended(t *testing.T) {
	s := newStage(t)
	c := s.claimed("Anna")
	s.slack.RevokeTokens("token_revoked")
	c.says("anybody there?")
	s.waitHealth(false, "refuses the token")
	s.slack.RevokeTokens("")
	c.shows("anybody there?")
	s.waitHealthFor(2*time.Minute, true, "") // sockets are opened once a minute
	c.assertOnce()
}

// The product stops and starts in the middle.
func TestRestart(t *testing.T) {
	s := newStage(t)
	c := s.open("Anna")
	c.says("first line")
	s.slack.Inject(fakeslack.Fault{Method: "chat.postMessage", Times: 1, Do: fakeslack.Drop{After: true}})
	c.escalate()
	s.until("a root", func(st *fakeslack.State) bool { return len(st.History(c.channel)) > 0 })
	s.restart()
	c.card()
	c.shows("first line")
	c.press(maya, "handoff_claim")
	c.mode(conversation.WithAgent, maya)
	s.stop()
	c.agent(maya, "written while it was down")
	ts := c.agent(maya, "deleted while it was down")
	if err := s.slack.Delete(maya, c.channel, ts); err != nil {
		t.Fatal(err)
	}
	s.start()
	c.heard("written while it was down")
	c.says("thanks")
	c.shows("written while", "thanks")
	c.assertOnce()
}

// A gap in the deliveries is filled from the thread.
func TestBackfill(t *testing.T) {
	t.Parallel()
	for _, small := range []bool{false, true} {
		t.Run(fmt.Sprintf("small plan %v", small), func(t *testing.T) {
			t.Parallel()
			s := newStage(t, withSlack(func(o *fakeslack.Options) { o.Switches.SmallPlan = small }))
			c := s.claimed("Anna")
			if small {
				// One look at a thread a minute, which the look at the start may have spent.
				c.slow = time.Minute
			}
			one := c.agent(maya, "one")
			gone := c.agent(maya, "gone")
			c.heard("one", "gone")
			s.slack.Switch(func(sw *fakeslack.Switches) { sw.EventsOff = true })
			c.agent(maya, "two")
			if err := s.slack.Edit(maya, c.channel, one, "ONE"); err != nil {
				t.Fatal(err)
			}
			if err := s.slack.Delete(maya, c.channel, gone); err != nil {
				t.Fatal(err)
			}
			c.agent(maya, ";; three")
			s.slack.Switch(func(sw *fakeslack.Switches) { sw.EventsOff = false })
			s.slack.DropSockets()
			c.heard("ONE", "two")
			c.noted("three")
			c.assertOnce()
		})
	}
}

// What is written after a start and before the first socket opens, Slack delivers a
// minute later; the thread has it at once.
func TestBackfillWaitsForTheFirstSocket(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	c := s.claimed("Anna")
	s.stop()
	const late = time.Second
	s.slack.Inject(fakeslack.Fault{Method: "apps.connections.open", Times: 4, Do: fakeslack.Slow{For: late, Before: true}})
	said := make(chan error, 1)
	time.AfterFunc(late/2, func() { // a comparison that does not wait would be over
		_, err := s.slack.Say(maya, c.channel, c.root, "one")
		said <- err
	})
	s.start()
	if err := <-said; err != nil {
		t.Fatal(err)
	}
	c.heard("one")
	c.agent(maya, "two")
	c.heard("one", "two")
}

// The root is deleted: the conversation goes on in a new thread.
func TestRootDeleted(t *testing.T) {
	for _, vanishing := range []bool{false, true} {
		for _, unseen := range []bool{false, true} {
			t.Run(fmt.Sprintf("vanishing %v unseen %v", vanishing, unseen), func(t *testing.T) {
				s := newStage(t, withSlack(func(o *fakeslack.Options) { o.Switches.VanishingRoots = vanishing }))
				c := s.claimed("Anna")
				old := c.root
				s.slack.UpdateUser(maya, func(u *fakeslack.User) { u.Admin = true })
				s.slack.Switch(func(sw *fakeslack.Switches) { sw.EventsOff = unseen })
				if err := s.slack.Delete(maya, c.channel, c.root); err != nil {
					t.Fatal(err)
				}
				s.slack.Switch(func(sw *fakeslack.Switches) { sw.EventsOff = false })
				c.says("still there?")
				s.until("a new card", func(st *fakeslack.State) bool {
					for _, m := range st.History(c.channel) {
						if m.TS > old && m.BotID != "" && strings.Contains(m.Visible(), c.reference) {
							c.root = m.TS
						}
					}
					return c.root != old
				})
				c.shows("Help", "still there?")
				c.shows("deleted in Slack")
				for _, m := range s.slack.History(c.channel) {
					if m.TS != c.root && strings.Contains(m.Visible(), "still there?") {
						t.Errorf("a stray post stays in the channel: %s", m.Visible())
					}
				}
				c.agent(maya, "yes")
				c.heard("yes")
			})
		}
	}
}
