package fakeslack_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// What happens to channels and people reaches the app as Slack's events, and
// only where the bot can hear it.
func TestWorkspaceEvents(t *testing.T) {
	s := fakeslack.Sample(fakeslack.Options{})
	bot := fakeslack.SampleBotUser
	s.AddChannel(fakeslack.Channel{ID: "G0PRIV", Name: "priv", Private: true, Members: []string{maya, bot}})
	s.AddChannel(fakeslack.Channel{ID: "C0DEAF", Name: "deaf", Members: []string{maya}})
	cases := []struct {
		name string
		do   func() error
		want string // types of the events raised, in order
	}{
		{"rename", func() error { s.UpdateChannel(billing, func(c *fakeslack.Channel) { c.Name = "money" }); return nil }, "channel_rename"},
		{"rename of a private one", func() error { s.UpdateChannel("G0PRIV", func(c *fakeslack.Channel) { c.Name = "p" }); return nil }, "group_rename"},
		{"archive of a private one", func() error { s.UpdateChannel("G0PRIV", func(c *fakeslack.Channel) { c.Archived = true }); return nil }, "group_archive"},
		{"unarchive", func() error { s.UpdateChannel("G0PRIV", func(c *fakeslack.Channel) { c.Archived = false }); return nil }, "group_unarchive"},
		{"sharing", func() error { s.UpdateChannel(billing, func(c *fakeslack.Channel) { c.ExtShared = true }); return nil }, "channel_shared"},
		{"topic", func() error { s.UpdateChannel(billing, func(c *fakeslack.Channel) { c.Topic = "t" }); return nil }, "message"},
		{"join", func() error { return s.Join(sam, billing) }, "message member_joined_channel"},
		{"leave", func() error { return s.Leave(sam, billing) }, "message member_left_channel"},
		{"private message", func() error { _, err := s.Say(maya, "G0PRIV", "", "x"); return err }, "message"},
		{"bot kicked", func() error { return s.Leave(bot, "G0PRIV") }, "group_left"},
		{"after the kick", func() error { _, err := s.Say(maya, "G0PRIV", "", "x"); return err }, ""},
		{"a channel without the bot", func() error { _, err := s.Say(maya, "C0DEAF", "", "<@U0HANDOFF>"); return err }, ""},
		{"mention", func() error { _, err := s.Say(maya, support, "", "<@U0HANDOFF>"); return err }, "message app_mention"},
		{"id change", func() error { s.ChangeChannelID(billing, "C0NEW"); return nil }, "channel_id_changed"},
		{"deletion", func() error { s.RemoveChannel("C0NEW"); return nil }, "channel_deleted"},
		{"profile", func() error { s.UpdateUser(maya, func(u *fakeslack.User) { u.DisplayName = "M" }); return nil }, "user_change"},
		{"presence has no event", func() error { s.UpdateUser(maya, func(u *fakeslack.User) { u.Active = false }); return nil }, ""},
		{"do not disturb", func() error { s.UpdateUser(maya, func(u *fakeslack.User) { u.DNDUntil = time.Now() }); return nil }, "dnd_updated_user"},
		{"a group's name", func() error { s.UpdateGroup("S0BILL", func(g *fakeslack.Group) { g.Name = "x" }); return nil }, "subteam_updated"},
	}
	for _, c := range cases {
		before := len(s.Deliveries())
		if err := c.do(); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		var got []string
		for _, d := range s.Deliveries()[before:] {
			got = append(got, d.Type)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestOutsidersAreMarked(t *testing.T) {
	s := fakeslack.Sample(fakeslack.Options{})
	s.AddUser(fakeslack.User{ID: "U0OUT", Name: "out", TeamID: "T0OTHER", Stranger: true})
	s.UpdateChannel(support, func(c *fakeslack.Channel) { c.ExtShared = true })
	if err := s.Join("U0OUT", support); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Say("U0OUT", support, "", "hello from outside"); err != nil {
		t.Fatal(err)
	}
	all := s.Deliveries()
	var outer struct {
		Shared bool `json:"is_ext_shared_channel"`
		Event  struct {
			UserTeam string `json:"user_team"`
		}
	}
	if err := json.Unmarshal(all[len(all)-1].Payload, &outer); err != nil || !outer.Shared || outer.Event.UserTeam != "T0OTHER" {
		t.Errorf("got %+v, %v", outer, err)
	}
}

func TestPeopleAreRefusedToo(t *testing.T) {
	s := fakeslack.Sample(fakeslack.Options{})
	ts := say(t, s, "mine")
	cases := map[string]struct {
		err  error
		want string
	}{
		"not a member":  {second(s.Say(sam, billing, "", "x")), "not_in_channel"},
		"no such user":  {second(s.Say("U0NONE", support, "", "x")), "user_not_found"},
		"no such place": {second(s.Say(maya, "C0NONE", "", "x")), "channel_not_found"},
		"nothing said":  {second(s.Say(maya, support, "", "  ")), "no_text"},
		"no thread":     {second(s.Say(maya, support, "1.0", "x")), "thread_not_found"},
		"not hers":      {s.Edit(sam, support, ts, "x"), "cant_update_message"},
		"not to delete": {s.Delete(sam, support, ts), "cant_delete_message"},
		"twice":         {twice(func() error { return s.React(sam, support, ts, "eyes") }), "already_reacted"},
		"nothing there": {s.Unreact(priya, support, ts, "eyes"), "no_reaction"},
		"no modal":      {s.CloseView(maya, "V0"), "not_found"},
	}
	for name, c := range cases {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", name, c.err, c.want)
		}
	}
}

func second(_ string, err error) error { return err }

func twice(do func() error) error {
	if err := do(); err != nil {
		return err
	}
	return do()
}

func TestPingsCanBeLeftOut(t *testing.T) {
	for _, off := range []bool{false, true} {
		s, _ := start(t, fakeslack.Options{Switches: fakeslack.Switches{NoPings: off}, Delay: func(d time.Duration) time.Duration { return d / 100 }})
		conn, _ := dial(t, s)
		pinged := make(chan struct{}, 10)
		conn.SetPingHandler(func(string) error { pinged <- struct{}{}; return nil })
		_ = conn.SetReadDeadline(time.Now().Add(400 * time.Millisecond))
		_, _, _ = conn.ReadMessage() // ends with the deadline; control frames are handled meanwhile
		if got := len(pinged) > 0; got == off {
			t.Errorf("pings off %v: got pings %v", off, got)
		}
	}
}
