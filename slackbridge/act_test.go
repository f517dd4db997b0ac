package slackbridge_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge"
)

func TestB77Authorisation(t *testing.T) {
	s := newStage(t, withConfig(func(c *slackbridge.Config) { c.Agents = []string{fakeslack.SampleSupportGroup} }))
	c := s.open("Anna")
	c.says("Help")
	c.escalate()
	c.card()
	c.shows("Help")
	for _, action := range []string{"handoff_claim", "handoff_close", "handoff_handback", "handoff_assign", "handoff_menu"} {
		before := len(s.slack.Ephemerals(priya))
		press := func() error { return s.slack.Press(priya, c.channel, c.root, action) }
		if action == "handoff_menu" {
			press = func() error { return s.slack.Pick(priya, c.channel, c.root, action, "why:"+string(c.id)) }
		}
		if err := press(); err != nil {
			t.Fatal(err)
		}
		s.until("a refusal of "+action, func(st *fakeslack.State) bool { return len(st.Ephemerals(priya)) > before })
	}
	s.told(priya, "not on the list of agents")
	c.mode(conversation.Waiting, "")
	if views := s.slack.Views(priya); len(views) != 0 {
		t.Errorf("a modal opened for somebody who may not act")
	}
	c.agent(priya, "I am not in the group")
	c.heard()

	// A modal stays open while its owner leaves the group.
	c.press(sam, "handoff_handback")
	s.until("a modal", func(st *fakeslack.State) bool { return len(st.Views(sam)) > 0 })
	s.slack.UpdateGroup(fakeslack.SampleSupportGroup, func(g *fakeslack.Group) { g.Members = []string{maya} })
	time.Sleep(60 * time.Millisecond) // the time memberships are believed here
	s.submit(sam, map[string]string{"instruction": "x"})
	s.told(sam, "not on the list of agents")
	c.mode(conversation.Waiting, "")
	c.press(maya, "handoff_claim")
	c.mode(conversation.WithAgent, maya)
}

func TestB79OneWinner(t *testing.T) {
	s := newStage(t)
	c := s.open("Anna")
	c.says("Help")
	c.escalate()
	c.card()
	var users []string
	for i := range 20 {
		id := fmt.Sprintf("U0AGENT%02d", i)
		s.slack.AddUser(fakeslack.User{ID: id, Name: strings.ToLower(id), RealName: "Agent " + id})
		if err := s.slack.Join(id, c.channel); err != nil {
			t.Fatal(err)
		}
		users = append(users, id)
	}
	time.Sleep(60 * time.Millisecond) // the time memberships are believed here: some have joined after they were read
	var wg sync.WaitGroup
	for _, u := range users {
		wg.Go(func() {
			if err := s.slack.Press(u, c.channel, c.root, "handoff_claim"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	c.reaches("an owner", func(s conversation.State, _ []conversation.Event) bool { return s.Mode == conversation.WithAgent })
	s.until("nineteen refusals", func(st *fakeslack.State) bool {
		n := 0
		for _, u := range users {
			for _, m := range st.Ephemerals(u) {
				if strings.Contains(m.Visible(), "has this chat") {
					n++
				}
			}
		}
		return n == 19
	})
	c.reaches("one claim", func(_ conversation.State, events []conversation.Event) bool {
		n := 0
		for _, e := range events {
			if _, ok := e.Body.(conversation.Claimed); ok {
				n++
			}
		}
		return n == 1
	})
	c.shows("has this chat now.")
}

func TestB80ValueIsNoAuthority(t *testing.T) {
	s := newStage(t, withConfig(httpMode))
	mine, theirs := s.claimed("Anna"), s.claimed("Bert")
	body := fmt.Sprintf(`{"type":"block_actions","team":{"id":%q},"api_app_id":%q,"user":{"id":%q,"team_id":%q},"trigger_id":"1.x","container":{"type":"message","message_ts":%q,"channel_id":%q},"channel":{"id":%q},"actions":[{"action_id":"handoff_close","value":%q,"action_ts":"2.2"}]}`,
		fakeslack.SampleTeam, fakeslack.SampleApp, maya, fakeslack.SampleTeam, mine.root, mine.channel, mine.channel, theirs.id)
	s.send(s.request(func(r *signedRequest) { r.path, r.body = "/slack/interactions", body }), nil)
	mine.closes(maya, nil)
	mine.mode(conversation.IsClosed, "")
	theirs.mode(conversation.WithAgent, maya)
}

func TestButtons(t *testing.T) {
	s := newStage(t, withConfig(func(c *slackbridge.Config) { c.Admins = []string{priya} }))
	c := s.claimed("Anna")
	c.press(sam, "handoff_release")
	s.told(sam, "has this chat")
	c.press(maya, "handoff_release")
	c.mode(conversation.Waiting, "")
	c.shows("released this chat")
	c.press(sam, "handoff_claim")
	c.mode(conversation.WithAgent, sam)
	s.until("the owner on the card", func(st *fakeslack.State) bool {
		m, _ := st.Message(c.channel, c.root)
		return strings.Contains(m.Visible(), "<@"+sam+"> has this chat") || strings.Contains(m.Visible(), "Take over")
	})
	c.press(maya, "handoff_takeover")
	c.mode(conversation.WithAgent, maya)
	c.shows("took over from")
	c.press(priya, "handoff_assign") // an admin reassigns what another has
	s.submit(priya, map[string]string{"agent": sam})
	c.mode(conversation.WithAgent, sam)
	c.press(sam, "handoff_handback")
	s.submit(sam, map[string]string{"instruction": "Offer a voucher"})
	c.mode(conversation.WithBot, "")
	c.shows("handed this chat back", "Offer a voucher")
	c.press(maya, "handoff_takeover")
	c.mode(conversation.WithAgent, maya)
	c.closes(maya, nil)
	c.mode(conversation.IsClosed, "")
	c.press(sam, "handoff_reopen")
	c.mode(conversation.WithAgent, sam)
	c.assertOnce()
}

// Modals need a trigger; when the modal cannot open the act goes on without it.
func TestHandBackWithoutModal(t *testing.T) {
	s := newStage(t)
	c := s.claimed("Anna")
	s.slack.Inject(fakeslack.Fault{Method: "views.open", Do: fakeslack.Refuse{Error: "expired_trigger_id"}})
	c.press(maya, "handoff_handback")
	c.mode(conversation.WithBot, "")
}

func TestMenu(t *testing.T) {
	s := newStage(t)
	c := s.claimed("Anna")
	for choice, want := range map[string]string{"why": "pressed the button", "transcript": "Help"} {
		c.picks(maya, choice)
		s.modal(maya, want)
	}
}

func TestShortcuts(t *testing.T) {
	s := newStage(t)
	c := s.claimed("Anna")
	ts := c.agent(maya, "Too early")
	c.heard("Too early")
	shortcut := func(user, id, ts string) {
		if err := s.slack.Shortcut(user, id, c.channel, ts); err != nil {
			t.Fatal(err)
		}
	}
	shortcut(maya, "handoff_send", ts)
	s.told(maya, "gone out already")
	shortcut(maya, "handoff_note", ts)
	s.told(maya, "is a note now")
	c.heard()
	c.noted("Too early")
	c.marked(ts, "lock")
	shortcut(maya, "handoff_note", ts)
	s.told(maya, "inside already")
	shortcut(maya, "handoff_send", ts)
	c.heard("Too early")
	c.noted()
	c.unmarked(ts, "lock")
	shortcut(maya, "handoff_note", ts) // as often as she likes
	c.heard()
	c.noted("Too early")
	shortcut(maya, "handoff_send", ts)
	c.heard("Too early")
	shortcut(maya, "handoff_note", c.root)
	s.told(maya, "Only lines that agents wrote")
	if err := s.slack.GlobalShortcut(maya, "handoff_inbox"); err != nil {
		t.Fatal(err)
	}
	s.modal(maya, c.reference)
}

func TestHomeAndCommands(t *testing.T) {
	s := newStage(t)
	c := s.open("Anna")
	c.says("Where is my umbrella?")
	c.escalate()
	c.card()
	if err := s.slack.OpenHome(maya); err != nil {
		t.Fatal(err)
	}
	var view fakeslack.View
	s.until("the Home", func(st *fakeslack.State) bool {
		var ok bool
		view, ok = st.Home(maya)
		return ok && strings.Contains(fmt.Sprint(view.Blocks), c.reference)
	})
	if err := s.slack.PressIn(maya, view.ID, "handoff_claim", string(c.id)); err != nil {
		t.Fatal(err)
	}
	c.mode(conversation.WithAgent, maya)
	for text, want := range map[string]string{
		"status": "1 with an agent", "help": "/handoff find", "": "/handoff find", "find umbrella": c.reference, "find zebra": "No chat has these words",
		"try I was charged twice": "verdict for I was charged twice", "on": "You are on duty.", "off": "You are off duty. You still have 1 chat.", "dance": "There is no /handoff dance",
	} {
		if err := s.slack.Command(maya, c.channel, text); err != nil {
			t.Fatal(err)
		}
		s.told(maya, want)
	}
}
