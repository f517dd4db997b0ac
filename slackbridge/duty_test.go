package slackbridge_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/duty"
	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/slackbridge"
)

// nineToFive is an office that is open today, whatever the time is, and tomorrow
// from nine to five.
func nineToFive(manual bool) option {
	return func(s *stage, _ *fakeslack.Options) {
		day := time.Now().UTC().Truncate(24 * time.Hour)
		s.office = func(now time.Time) slackbridge.Office {
			o := slackbridge.Office{Zone: time.UTC, Manual: manual, Seats: true}
			switch d := now.Sub(day); {
			case d < 24*time.Hour-time.Second:
				o.Open, o.Change = true, day.Add(24*time.Hour-time.Second)
			case d < 33*time.Hour:
				o.Change = day.Add(33 * time.Hour)
			default:
				o.Open, o.Change = true, day.Add(41*time.Hour)
			}
			return o
		}
	}
}

// row waits until an agent's row is so.
func (s *stage) row(id, what string, ok func(duty.Agent) bool) duty.Agent {
	s.t.Helper()
	var last duty.Agent
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) { // the table wakes nobody
		rows, err := s.store.Agents(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		for _, a := range rows {
			if a.ID == id {
				if last = a; ok(a) {
					return a
				}
			}
		}
	}
	s.t.Fatalf("%s is not %s: %+v", id, what, last)
	return last
}

func (s *stage) command(user, text string) {
	s.t.Helper()
	if err := s.slack.Command(user, fakeslack.SampleSupport, text); err != nil {
		s.t.Fatal(err)
	}
}

// home opens somebody's Home and waits until it shows the text.
func (s *stage) home(user, text string) fakeslack.View {
	s.t.Helper()
	if err := s.slack.OpenHome(user); err != nil {
		s.t.Fatal(err)
	}
	var view fakeslack.View
	s.until(fmt.Sprintf("%q in the Home of %s", text, user), func(st *fakeslack.State) bool {
		view, _ = st.Home(user)
		return strings.Contains(view.Visible(), text)
	})
	return view
}

func TestDutyByCommand(t *testing.T) {
	for _, mode := range []string{slackbridge.ModeSocket, slackbridge.ModeHTTP} {
		t.Run(mode, func(t *testing.T) {
			s := newStage(t, nineToFive(true), withConfig(func(c *slackbridge.Config) { c.Mode = mode }))
			s.command(maya, "on")
			s.told(maya, "You are on duty until 23:59.")
			a := s.row(maya, "on duty", func(a duty.Agent) bool { return a.Choice == duty.On })
			if !a.OnDuty(true, time.Now()) || time.Until(a.Until) > 24*time.Hour || a.Name != "Maya" {
				t.Errorf("got %+v", a)
			}
			s.command(maya, "off")
			s.told(maya, "You are off duty until ")
			a = s.row(maya, "off duty", func(a duty.Agent) bool { return a.Choice == duty.Off })
			tomorrow := time.Now().UTC().Truncate(24 * time.Hour).Add(33 * time.Hour)
			if !a.Until.Equal(tomorrow) {
				t.Errorf("off until %v, want the next opening %v", a.Until, tomorrow)
			}
		})
	}
}

func TestDutyInTheHome(t *testing.T) {
	s := newStage(t, nineToFive(false))
	view := s.home(maya, "You are on duty within office hours.")
	if err := s.slack.PressIn(maya, view.ID, "handoff_duty_off", ""); err != nil {
		t.Fatal(err)
	}
	s.row(maya, "off duty", func(a duty.Agent) bool { return a.Choice == duty.Off })
	s.until("the switch", func(st *fakeslack.State) bool {
		v, _ := st.Home(maya)
		return strings.Contains(v.Visible(), "You are off duty until") && strings.Contains(v.Visible(), "Go on duty")
	})
	if err := s.slack.PressIn(maya, view.ID, "handoff_duty_on", ""); err != nil {
		t.Fatal(err)
	}
	s.row(maya, "on duty", func(a duty.Agent) bool { return a.Choice == duty.On })
	s.home(maya, "You are on duty until 23:59.")
}

// Going off duty asks about what she still has.
func TestOffDutyWithChats(t *testing.T) {
	for _, way := range []string{"command", "home", "button"} {
		t.Run(way, func(t *testing.T) {
			s := newStage(t, nineToFive(false))
			keep, hand, let := s.claimed("Anna"), s.claimed("Bert"), s.claimed("Cleo")
			keep.says("And one more")
			keep.shows("And one more")
			switch way {
			case "home":
				view := s.home(maya, "Mine (3)")
				if err := s.slack.PressIn(maya, view.ID, "handoff_duty_off", ""); err != nil {
					t.Fatal(err)
				}
			case "button": // the trigger is used up: the message's button opens the list
				s.slack.Inject(fakeslack.Fault{Method: "views.open", Times: 1, Do: fakeslack.Refuse{Error: "expired_trigger_id"}})
				fallthrough
			default:
				s.command(maya, "off")
				s.told(maya, "You still have 3 chats.")
			}
			if way == "button" {
				s.until("the refused modal", func(st *fakeslack.State) bool {
					for _, c := range st.Calls() {
						if c.Method == "views.open" && c.Error != "" {
							return true
						}
					}
					return false
				})
				m := s.told(maya, "You still have 3 chats.")
				if err := s.slack.Press(maya, m.Channel, m.TS, "handoff_duty_leave"); err != nil {
					t.Fatal(err)
				}
			}
			s.submit(maya, map[string]string{
				"leave:" + string(keep.id): "keep", "leave:" + string(hand.id): "hand", "leave:" + string(let.id): "release",
				"note": "Bert wants his money back by Friday",
			})
			hand.mode(conversation.Waiting, "")
			let.mode(conversation.Waiting, "")
			hand.noted("Bert wants his money back by Friday")
			hand.shows("Note · Maya", "Bert wants his money back by Friday")
			let.noted()
			keep.mode(conversation.WithAgent, maya)

			// What was asked before she went is hers to answer; what comes after is not.
			keep.agent(maya, "Here is the rest")
			keep.heard("Here is the rest")
			keep.says("Thank you. And another thing")
			keep.mode(conversation.Waiting, "")
			keep.reaches("why", func(_ conversation.State, events []conversation.Event) bool {
				for _, e := range events {
					if r, ok := e.Body.(conversation.Released); ok {
						return r.Why == conversation.ReleasedOff
					}
				}
				return false
			})
		})
	}
}

func TestOffDutyForAll(t *testing.T) {
	s := newStage(t)
	a, b := s.claimed("Anna"), s.claimed("Bert")
	theirs := s.claimed("Cleo")
	theirs.press(sam, "handoff_takeover")
	theirs.mode(conversation.WithAgent, sam)
	s.command(maya, "off")
	s.submit(maya, map[string]string{"all": "release"})
	a.mode(conversation.Waiting, "")
	b.mode(conversation.Waiting, "")
	theirs.mode(conversation.WithAgent, sam)
	c := s.open("Dora") // what she takes while off duty is hers
	c.says("Hello?")
	c.escalate()
	c.card()
	c.press(maya, "handoff_claim")
	c.mode(conversation.WithAgent, maya)
	c.says("Are you there?")
	time.Sleep(200 * time.Millisecond) // longer than the look at those who are off duty
	c.mode(conversation.WithAgent, maya)
}

func TestGoOnDuty(t *testing.T) {
	s := newStage(t, nineToFive(true))
	c := s.claimed("Anna")
	c.answer(maya, "Go on duty?", "handoff_duty_on")
	s.row(maya, "on duty", func(a duty.Agent) bool { return a.OnDuty(true, time.Now()) })
	s.told(maya, "You are on duty until 23:59.")
	s.claimed("Bert") // once a day
	n := 0
	for _, m := range s.slack.Ephemerals(maya) {
		if strings.Contains(m.Visible(), "Go on duty?") {
			n++
		}
	}
	if n > 0 {
		t.Errorf("asked %d times more", n)
	}
	d := s.open("Dora") // a reply claims, too
	d.says("Hello?")
	d.escalate()
	d.card()
	d.agent(sam, "Hello Dora")
	d.answer(sam, "Go on duty?", "handoff_duty_not_today")
	s.told(sam, "You are not on duty today.")
	a := s.row(sam, "asked", func(a duty.Agent) bool { return a.Asked != "" })
	if a.OnDuty(true, time.Now()) {
		t.Errorf("she said no: %+v", a)
	}
}

func TestStatus(t *testing.T) {
	s := newStage(t, nineToFive(false))
	c := s.claimed("Anna")
	s.command(sam, "off")
	s.told(sam, "off duty")
	d := s.open("Bert")
	d.says("Hello?")
	d.escalate()
	d.card()
	_ = c
	s.row(priya, "known", func(a duty.Agent) bool { return !a.AwayAt.IsZero() })
	s.command(maya, "status")
	text := s.told(maya, "On duty:").Visible()
	for _, want := range []string{"The office is open until 23:59.", "On duty: Maya (1 chat)", "Off duty: Sam", "1 waiting, the first for less than a minute", "1 with an agent", "Everything works."} {
		if !strings.Contains(text, want) {
			t.Errorf("the status lacks %q:\n%s", want, text)
		}
	}
}

// Presence is asked for only while somebody waits and the queue chooses, about
// those who could be chosen, and never more than twenty times a minute.
func TestPresence(t *testing.T) {
	var seats atomic.Bool
	s := newStage(t, nineToFive(false), func(s *stage, _ *fakeslack.Options) {
		hours := s.office
		s.office = func(now time.Time) slackbridge.Office {
			o := hours(now)
			o.Seats = seats.Load()
			return o
		}
	}, func(_ *stage, o *fakeslack.Options) { o.Switches.Throttle = true })
	s.crowd(30)
	s.slack.UpdateUser(maya, func(u *fakeslack.User) { u.Away = true })
	s.slack.UpdateUser(priya, func(u *fakeslack.User) { u.DNDUntil = time.Now().Add(time.Hour) })
	s.row("U1029", "an agent", func(duty.Agent) bool { return true })
	s.command(sam, "off")
	s.row(sam, "off", func(a duty.Agent) bool { return a.Choice == duty.Off })
	c := s.open("Anna")
	c.says("Hello?")
	c.escalate()
	c.card()
	asked := func() (n int, sams bool) {
		for _, call := range s.slack.Calls() {
			if call.Method == "users.getPresence" || call.Method == "dnd.teamInfo" {
				n++
				sams = sams || call.Args["user"] == sam
			}
		}
		return n, sams
	}
	time.Sleep(200 * time.Millisecond) // longer than the look whether a seat is needed
	if n, _ := asked(); n > 0 {
		t.Fatalf("%d calls although nobody is chosen", n)
	}
	seats.Store(true)
	s.until("presence", func(st *fakeslack.State) bool {
		n := 0
		for _, call := range st.Calls() {
			if call.Method == "users.getPresence" && call.Error == "" {
				n++
			}
		}
		return n >= 4
	})
	n, sams := asked()
	if n > 6 || sams {
		t.Errorf("%d calls at once, about Sam, who is off duty: %v", n, sams)
	}
	rows, err := s.store.Agents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	known := 0
	for _, a := range rows {
		if a.Known(time.Now()) {
			known++
		}
	}
	if known == 0 || known > 5 {
		t.Errorf("%d rows are known, want those that were asked about", known)
	}
}

// crowd lets n more agents join the support channel.
func (s *stage) crowd(n int) {
	s.t.Helper()
	for i := range n {
		id := fmt.Sprintf("U1%03d", i)
		s.slack.AddUser(fakeslack.User{ID: id, Name: strings.ToLower(id), RealName: "Agent" + id, Active: true})
		if err := s.slack.Join(id, fakeslack.SampleSupport); err != nil {
			s.t.Fatal(err)
		}
	}
}

// What presence says reaches the rows; a refusal leaves it unknown.
func TestPresenceOfTwo(t *testing.T) {
	s := newStage(t, nineToFive(false), withConfig(func(c *slackbridge.Config) { c.Agents = []string{maya, priya, sam} }))
	s.slack.UpdateUser(maya, func(u *fakeslack.User) { u.Away = true })
	s.slack.UpdateUser(priya, func(u *fakeslack.User) { u.DNDUntil = time.Now().Add(time.Hour) })
	c := s.open("Anna")
	c.says("Hello?")
	c.escalate()
	c.card()
	s.row(maya, "away", func(a duty.Agent) bool { return a.Away && a.Absent(time.Now()) })
	s.row(priya, "not to be disturbed", func(a duty.Agent) bool { return !a.Away && a.Absent(time.Now()) })
	s.row(sam, "here", func(a duty.Agent) bool { return !a.AwayAt.IsZero() && !a.Absent(time.Now()) })
}

func TestPresenceUnknown(t *testing.T) {
	s := newStage(t, nineToFive(false))
	s.slack.SetScopes([]string{"chat:write", "channels:read", "channels:history", "channels:join", "users:read", "reactions:write", "usergroups:read"}) // no dnd:read
	s.slack.Inject(fakeslack.Fault{Method: "users.getPresence", Do: fakeslack.Refuse{Error: "user_not_found"}, Times: 2})
	c := s.open("Anna")
	c.says("Hello?")
	c.escalate()
	c.card()
	s.until("three questions", func(st *fakeslack.State) bool {
		n := 0
		for _, call := range st.Calls() {
			if call.Method == "users.getPresence" {
				n++
			}
		}
		return n >= 3
	})
	known := 0
	rows, err := s.store.Agents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range rows {
		if !a.AwayAt.IsZero() {
			known++
		}
	}
	if known > 1 {
		t.Errorf("%d rows are known although two questions were refused", known)
	}
}
