package slackbridge_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge"
)

// agents waits until the table of agents reads like this: who counts, with where
// she is, sorted; who is gone in brackets.
func (s *stage) agents(want string) {
	s.t.Helper()
	got := ""
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) { // the table wakes nobody
		rows, err := s.store.Agents(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		var out []string
		for _, a := range rows {
			line := a.ID + " " + a.Name + " " + strings.Join(a.Places, ",")
			if a.Gone {
				line = "(" + a.ID + ")"
			}
			out = append(out, line)
		}
		if got = strings.Join(out, "; "); got == want {
			return
		}
	}
	s.t.Fatalf("the agents are\n%s\nwant\n%s", got, want)
}

func inUse(list ...string) option {
	return func(s *stage, _ *fakeslack.Options) { s.inUse = func() []string { return list } }
}

func TestRosterOfChannels(t *testing.T) {
	s := newStage(t, inUse(fakeslack.SampleBilling, fakeslack.SampleBillingGroup, "not a place"))
	s.agents("U0MAYA Maya C0BILLING,C0SUPPORT; U0PRIYA Priya C0BILLING,C0SUPPORT,S0BILL; U0SAM Sam C0SUPPORT")
	for _, u := range []fakeslack.User{{ID: "U0GUEST", Name: "gus", Restricted: true}, {ID: "U0ALIEN", Name: "al", TeamID: "T0OTHER", Stranger: true}, {ID: "U0ROBOT", Name: "r2", Bot: true}, {ID: "U0NEW", Name: "nina", RealName: "Nina Holm"}} {
		s.slack.AddUser(u)
		if err := s.slack.Join(u.ID, fakeslack.SampleSupport); err != nil {
			t.Fatal(err)
		}
	}
	s.agents("U0MAYA Maya C0BILLING,C0SUPPORT; U0NEW Nina C0SUPPORT; U0PRIYA Priya C0BILLING,C0SUPPORT,S0BILL; U0SAM Sam C0SUPPORT")
	if err := s.slack.Leave(sam, fakeslack.SampleSupport); err != nil {
		t.Fatal(err)
	}
	s.slack.UpdateGroup(fakeslack.SampleBillingGroup, func(g *fakeslack.Group) { g.Members = []string{maya} })
	s.slack.UpdateUser("U0NEW", func(u *fakeslack.User) { u.Deleted = true })
	s.agents("U0MAYA Maya C0BILLING,C0SUPPORT,S0BILL; (U0NEW); U0PRIYA Priya C0BILLING,C0SUPPORT; (U0SAM)")
	if err := s.slack.Join(sam, fakeslack.SampleSupport); err != nil {
		t.Fatal(err)
	}
	s.agents("U0MAYA Maya C0BILLING,C0SUPPORT,S0BILL; (U0NEW); U0PRIYA Priya C0BILLING,C0SUPPORT; U0SAM Sam C0SUPPORT")
}

func TestRosterOfAGroup(t *testing.T) {
	s := newStage(t, withConfig(func(c *slackbridge.Config) { c.Agents = []string{fakeslack.SampleSupportGroup} }))
	s.agents("U0MAYA Maya C0SUPPORT,S0SUPPORT; U0SAM Sam C0SUPPORT,S0SUPPORT")
	s.slack.UpdateGroup(fakeslack.SampleSupportGroup, func(g *fakeslack.Group) { g.Members = []string{maya, priya} })
	s.agents("U0MAYA Maya C0SUPPORT,S0SUPPORT; U0PRIYA Priya C0SUPPORT,S0SUPPORT; (U0SAM)")
}

func TestRosterOfAList(t *testing.T) {
	s := newStage(t, withConfig(func(c *slackbridge.Config) { c.Agents = []string{sam, "U0NOBODY", maya} }))
	s.agents("U0MAYA Maya C0SUPPORT; U0SAM Sam C0SUPPORT")
}

// What Slack does not tell empties no office.
func TestRosterKeepsWhatIsNotKnown(t *testing.T) {
	s := newStage(t, inUse(fakeslack.SampleBilling))
	s.agents("U0MAYA Maya C0BILLING,C0SUPPORT; U0PRIYA Priya C0BILLING,C0SUPPORT; U0SAM Sam C0SUPPORT")
	s.slack.Inject(fakeslack.Fault{Method: "conversations.members", Channel: fakeslack.SampleSupport, Do: fakeslack.Refuse{Error: "missing_scope"}, Times: 100})
	if err := s.slack.Leave(priya, fakeslack.SampleBilling); err != nil {
		t.Fatal(err)
	}
	s.until("a look at the members", func(st *fakeslack.State) bool {
		return slices.ContainsFunc(st.Calls(), func(c fakeslack.Call) bool { return c.Error == "missing_scope" })
	})
	s.agents("U0MAYA Maya C0BILLING,C0SUPPORT; U0PRIYA Priya C0SUPPORT; U0SAM Sam C0SUPPORT")
	s.slack.Heal()
	if err := s.slack.Leave(maya, fakeslack.SampleBilling); err != nil {
		t.Fatal(err)
	}
	s.agents("U0MAYA Maya C0SUPPORT; U0PRIYA Priya C0SUPPORT; U0SAM Sam C0SUPPORT")
}

// A team of fifty costs a page of the list of people, not fifty calls.
func TestRosterOfMany(t *testing.T) {
	s := newStage(t, func(_ *stage, o *fakeslack.Options) { o.Switches.Throttle = true })
	s.agents("U0MAYA Maya C0SUPPORT; U0PRIYA Priya C0SUPPORT; U0SAM Sam C0SUPPORT")
	before := len(s.slack.Calls())
	for i := range 50 {
		id := fmt.Sprintf("U1%03d", i)
		s.slack.AddUser(fakeslack.User{ID: id, Name: strings.ToLower(id), RealName: "Agent" + id})
	}
	s.slack.UpdateChannel(fakeslack.SampleSupport, func(c *fakeslack.Channel) {
		for i := range 49 {
			c.Members = append(c.Members, fmt.Sprintf("U1%03d", i))
		}
	})
	if err := s.slack.Join("U1049", fakeslack.SampleSupport); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) { // the table wakes nobody
		rows, err := s.store.Agents(t.Context())
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("%d agents: %v", len(rows), err)
		}
		if len(rows) == 53 {
			break
		}
	}
	calls := map[string]int{}
	for _, c := range s.slack.Calls()[before:] {
		calls[c.Method]++
	}
	if calls["users.info"] > 0 || calls["users.list"] > 2 {
		t.Errorf("calls: %v", calls)
	}
}

// Whoever leaves or is deactivated gives back what she has; the thread and the
// visitor read it. A crash before is found at the next look.
func TestOwnerLeaves(t *testing.T) {
	s := newStage(t, withConfig(func(c *slackbridge.Config) { c.Admins = []string{priya} }))
	s.agents("U0MAYA Maya C0SUPPORT; U0PRIYA Priya C0SUPPORT; U0SAM Sam C0SUPPORT")
	a, b, c := s.claimed("Anna"), s.claimed("Bert"), s.claimed("Cleo")
	b.press(sam, "handoff_takeover")
	b.mode(conversation.WithAgent, sam)
	c.press(priya, "handoff_takeover")
	c.mode(conversation.WithAgent, priya)
	s.slack.UpdateUser(maya, func(u *fakeslack.User) { u.Deleted = true })
	a.released(maya)
	if err := s.slack.Leave(sam, fakeslack.SampleSupport); err != nil {
		t.Fatal(err)
	}
	b.released(sam)
	if err := s.slack.Leave(priya, fakeslack.SampleSupport); err != nil {
		t.Fatal(err)
	}
	s.agents("(U0MAYA); (U0PRIYA); (U0SAM)")
	c.mode(conversation.WithAgent, priya) // an admin may answer wherever she is
}

// released waits until an owner who is gone has given the conversation back.
func (c *chat) released(owner string) {
	c.t.Helper()
	c.reaches("the release of "+owner, func(s conversation.State, events []conversation.Event) bool {
		for _, e := range events {
			if r, ok := e.Body.(conversation.Released); ok && r.Agent.ID == owner && r.Why == conversation.ReleasedGone {
				return s.Mode == conversation.Waiting
			}
		}
		return false
	})
}

func TestOwnerLeftWhileNobodyListened(t *testing.T) {
	s := newStage(t)
	s.agents("U0MAYA Maya C0SUPPORT; U0PRIYA Priya C0SUPPORT; U0SAM Sam C0SUPPORT")
	c := s.claimed("Anna")
	s.stop()
	s.slack.Switch(func(sw *fakeslack.Switches) { sw.EventsOff = true })
	if err := s.slack.Leave(maya, fakeslack.SampleSupport); err != nil {
		t.Fatal(err)
	}
	s.slack.Switch(func(sw *fakeslack.Switches) { sw.EventsOff = false })
	s.start()
	c.released(maya)
}
