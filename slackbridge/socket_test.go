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

// Slack closes connections now and then, delivers to every socket, and sends
// what nobody can read. Each line arrives once.
func TestSocketWeather(t *testing.T) {
	s := newStage(t, withSlack(func(o *fakeslack.Options) { o.Switches.AllSockets = true }))
	c := s.claimed("Anna")
	c.agent(maya, "one")
	c.heard("one")
	s.slack.Emit(map[string]any{"type": "an_event_of_the_future", "blocks": []any{map[string]any{"type": 7}}})
	s.slack.Emit(map[string]any{"type": "message", "channel": 17, "ts": []int{1}})
	c.agent(maya, "two")
	c.heard("one", "two")
	for i, reason := range []string{"warning", "refresh_requested"} {
		s.slack.Disconnect(reason)
		c.agent(maya, fmt.Sprintf("after %d", i))
	}
	c.heard("one", "two", "after 0", "after 1")
	opens := 0
	for _, call := range s.slack.Calls() {
		if call.Method == "apps.connections.open" {
			opens++
		}
	}
	if opens > 8 {
		t.Errorf("%d sockets were asked for", opens)
	}
	c.assertOnce()
}

// A storm of disconnects does not become a storm of calls.
func TestOpeningIsLimited(t *testing.T) {
	s := newStage(t, withSlack(func(o *fakeslack.Options) { o.Switches.SocketsOff = false }))
	s.slack.Switch(func(sw *fakeslack.Switches) { sw.SocketsOff = true })
	s.slack.DropSockets()
	time.Sleep(1500 * time.Millisecond) // the time in which the calls are counted
	opens := 0
	for _, call := range s.slack.Calls() {
		if call.Method == "apps.connections.open" {
			opens++
		}
	}
	if opens > 8 {
		t.Errorf("%d calls in a second and a half", opens)
	}
}

func TestCheck(t *testing.T) {
	find := func(list []slackbridge.Finding, name string) slackbridge.Finding {
		i := slices.IndexFunc(list, func(f slackbridge.Finding) bool { return f.Name == name })
		if i < 0 {
			t.Fatalf("nothing about %s in %v", name, list)
		}
		return list[i]
	}
	s := newStage(t, withConfig(func(c *slackbridge.Config) {
		c.Agents, c.AdminChannel = []string{fakeslack.SampleSupportGroup}, fakeslack.SampleBilling
	}))
	for _, f := range s.bridge.Check(t.Context(), slackbridge.Around{Running: true}) {
		if !f.OK || f.Message == "" {
			t.Errorf("a fine installation: %+v", f)
		}
	}
	s.slack.UpdateChannel(fakeslack.SampleSupport, func(c *fakeslack.Channel) { c.ExtShared = true })
	s.slack.UpdateChannel(fakeslack.SampleBilling, func(c *fakeslack.Channel) { c.Archived = true })
	s.slack.Switch(func(sw *fakeslack.Switches) { sw.FreePlan = true })
	list := s.bridge.Check(t.Context(), slackbridge.Around{Running: true})
	for name, want := range map[string]string{"channel " + fakeslack.SampleSupport: "shared", "channel " + fakeslack.SampleBilling: "archived", "agents": "paid plan"} {
		if f := find(list, name); f.OK || !strings.Contains(f.Message, want) || f.Mend == "" {
			t.Errorf("%s: %+v", name, f)
		}
	}
	s.slack.RevokeTokens("invalid_auth")
	if f := find(s.bridge.Check(t.Context(), slackbridge.Around{Running: true}), "bot_token"); f.OK || f.Mend == "" {
		t.Errorf("a refused token: %+v", f)
	}
	s.slack.RevokeTokens("")
	s.slack.Switch(func(sw *fakeslack.Switches) { sw.Outage = true })
	if f := find(s.bridge.Check(t.Context(), slackbridge.Around{Running: true}), "slack"); f.OK || f.Mend == "" {
		t.Errorf("no Slack: %+v", f)
	}
	s.slack.Switch(func(sw *fakeslack.Switches) { sw.Outage = false })
}

// Only a name for a visitor's line needs chat:write.customize.
func TestB56NamesOff(t *testing.T) {
	s := newStage(t, withConfig(func(c *slackbridge.Config) { c.VisitorNames = false }))
	s.slack.SetScopes(slackbridge.Scopes(s.cfg))
	c := s.claimed("Anna Berg")
	c.says("My line")
	c.shows("Anna Berg", "My line")
	for _, call := range s.slack.Calls() {
		if call.Args["username"] != "" || call.Args["icon_url"] != "" || call.Args["icon_emoji"] != "" {
			t.Errorf("%s has a name: %v", call.Method, call.Args)
		}
	}
}

// A visitor's words in Slack do nothing.
func TestB53OnTheWire(t *testing.T) {
	s := newStage(t)
	c := s.open("<!channel> Anna")
	for _, text := range []string{"<!here> <@U0MAYA> <!subteam^S0SUPPORT>", "<https://evil.example|bank.com>", "@channel see [bank](http://evil.example)", "&lt;!here&gt; &amp;"} {
		c.says(text)
	}
	c.botSays("Ask <!channel> or [us](https://shop.example/help) *now*")
	c.escalate(func(_ *conversation.Escalated, r *conversation.Routed) { r.Mention = "" })
	c.card()
	c.shows("<!here>", "[bank]")
	c.append(conversation.GiveContact(c.visitor, conversation.ContactGiven{Name: "<!here>", Email: "a@b.example", Message: "<!everyone>"}))
	c.shows("can be reached", "<!everyone>")
	for _, m := range s.slack.Thread(c.channel, c.root) {
		if len(m.Controls) > 0 {
			t.Errorf("%q makes Slack do %v", m.Visible(), m.Controls)
		}
		if strings.Contains(m.Text, "&amp;amp;lt;") {
			t.Errorf("escaped twice: %q", m.Text)
		}
	}
}

// A start with a slow Slack opens each connection once: that Slack answers is no
// reason to begin anew.
func TestAnAttemptIsLeftAlone(t *testing.T) {
	s := newStage(t)
	s.stop()
	before := len(s.slack.Calls())
	s.slack.Inject(fakeslack.Fault{Method: "apps.connections.open", Do: fakeslack.Slow{For: 300 * time.Millisecond}}) // many times ProbeEvery
	s.start()
	s.until("both sockets", func(st *fakeslack.State) bool { return st.Sockets() == 2 })
	opens := 0
	for _, call := range s.slack.Calls()[before:] {
		if call.Method == "apps.connections.open" {
			opens++
		}
	}
	if opens != 2 {
		t.Errorf("%d connections were asked for, want one each", opens)
	}
}
