package handofftest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/duty"
	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// dutyPolicy is an office whose clocks for silent owners are long.
const dutyPolicy = `handoff:
  hours: {timezone: Europe/Berlin, open: {mon-fri: "09:00-17:30"}}
  when_owner_silent: {remind: 45m, requeue: 3h}
  routing: {duty: %s}
`

// agent is an agent's row.
func (b *bubble) agent(name string) duty.Agent {
	b.t.Helper()
	rows, err := b.app.Store().Agents(context.Background())
	if err != nil {
		b.t.Fatal(err)
	}
	i := slices.IndexFunc(rows, func(a duty.Agent) bool { return a.ID == people[name] })
	if i < 0 {
		b.t.Fatalf("%s has no row", name)
	}
	return rows[i]
}

// Under manual duty "on" lasts until the office closes, also over a restart; the
// next day begins with nobody until somebody says so.
func TestDutyEndsAtClosingTime(t *testing.T) {
	t.Parallel()
	inBubble(t, fmt.Sprintf(dutyPolicy, "manual"), berlin("2026-01-20 16:30"), func(b *bubble) {
		b.wait(5 * time.Second)
		b.command("maya", "on")
		if _, err := b.Private(people["maya"], "You are on duty until 17:30"); err != nil {
			t.Error(err)
		}
		anna := b.visitor("anna")
		anna.presses("human")
		anna.is("waiting")
		anna.card()
		b.waitUntil(berlin("2026-01-20 17:10"))
		b.restarts(5 * time.Second)
		anna.is("waiting")
		b.waitUntil(berlin("2026-01-20 17:29"))
		if !b.agent("maya").OnDuty(true, time.Now()) {
			t.Error("a minute before the end Maya is not on duty")
		}
		b.waitUntil(berlin("2026-01-20 17:31"))
		anna.is("offline")
		if b.agent("maya").OnDuty(true, time.Now()) {
			t.Error("a minute after the end Maya is on duty")
		}
		b.skipTo(berlin("2026-01-21 09:10"))
		anna.is("offline")
		b.command("sam", "on")
		b.wait(time.Minute)
		anna.is("waiting")
		anna.isClaimed("sam")
		anna.hears("sam", "good morning, Anna")
		anna.sees("Sam", "good morning, Anna")
		anna.agree()
	})
}

// Under auto duty "off" lasts until the office opens again, also over a restart.
func TestOffEndsInTheMorning(t *testing.T) {
	t.Parallel()
	inBubble(t, fmt.Sprintf(dutyPolicy, "auto"), berlin("2026-01-20 16:30"), func(b *bubble) {
		b.wait(5 * time.Second)
		for _, name := range []string{"maya", "sam", "priya"} {
			b.command(name, "off")
		}
		anna := b.visitor("anna")
		anna.presses("human")
		anna.is("offline")
		b.restarts(5 * time.Second)
		b.wait(2 * time.Minute)
		anna.is("offline")
		b.skipTo(berlin("2026-01-21 08:59"))
		anna.is("offline")
		morning := time.Now()
		b.waitUntil(berlin("2026-01-21 09:01"))
		anna.is("waiting")
		if posts := b.posts(morning); len(posts) == 0 {
			t.Error("nobody was told in the morning")
		}
		anna.isClaimed("maya")
		anna.agree()
	})
}

// Off with open chats: the question is asked by a message, and still stands after
// a restart. One is kept until its line is answered, hours and another restart
// later; one is handed over with the note, one released.
func TestOffWithOpenChats(t *testing.T) {
	t.Parallel()
	inBubble(t, fmt.Sprintf(dutyPolicy, "auto"), berlin("2026-01-20 10:00"), func(b *bubble) {
		b.wait(5 * time.Second)
		anna, ben, carla := b.visitor("anna"), b.visitor("ben"), b.visitor("carla")
		for _, g := range []*guest{anna, ben, carla} {
			g.presses("human")
			g.isClaimed("maya")
			g.hears("maya", "hello "+g.name)
			g.sees("Maya", "hello "+g.name)
			g.says(g.name + " has a question")
		}
		b.wait(time.Second)
		b.command("maya", "off")
		m, err := b.Private(people["maya"], "You still have")
		if err != nil {
			t.Fatal(err)
		}
		b.restarts(10 * time.Second)
		action, err := ActionOf(m, "Decide about them")
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Slack.Press(people["maya"], m.Channel, m.TS, action); err != nil {
			t.Fatal(err)
		}
		b.submit("maya", map[string]string{
			"all": "each", "leave:" + anna.Conversation: "keep", "leave:" + ben.Conversation: "hand", "leave:" + carla.Conversation: "release", "note": "Ben is in a hurry",
		})
		ben.is("waiting")
		carla.is("waiting")
		ben.toldOnce("Maya is away; a colleague will read what you wrote.")
		b.wait(5 * time.Second)
		if thread := b.threadOf(ben); !strings.Contains(thread, "Ben is in a hurry") {
			t.Errorf("the note is not in Ben's thread:\n%s", thread)
		}
		if thread := b.threadOf(carla); strings.Contains(thread, "in a hurry") {
			t.Errorf("Ben's note is in Carla's thread:\n%s", thread)
		}
		b.wait(40 * time.Minute)
		anna.is("agent")
		b.restarts(time.Minute)
		b.wait(time.Minute)
		anna.is("agent")
		anna.hears("maya", "one last answer")
		anna.sees("Maya", "one last answer")
		anna.says("and one more question")
		anna.is("waiting")
		for _, g := range []*guest{anna, ben, carla} {
			g.isClaimed("sam")
			g.hears("sam", "Sam reads on, "+g.name)
			g.sees("Sam", "Sam reads on, "+g.name)
			if g.told("in a hurry") > 0 {
				t.Errorf("%s reads the note", g.name)
			}
		}
		b.wait(time.Minute)
		for _, g := range []*guest{anna, ben, carla} {
			g.agree()
		}
	})
}

// threadOf is what stands in a visitor's thread.
func (b *bubble) threadOf(g *guest) string {
	var out strings.Builder
	for _, m := range b.Slack.Thread(g.channel, g.root) {
		out.WriteString(m.Visible() + "\n")
	}
	return out.String()
}

// Presence is asked only while somebody waits and the queue chooses people, about
// nobody twice in three minutes, with at most 20 calls in any minute, also around
// a restart.
func TestPresenceIsAskedSeldom(t *testing.T) {
	t.Parallel()
	const policy = "handoff: {routing: {order: [least_busy], accept_within: 60s}}\n"
	inBubble(t, policy, time.Time{}, func(b *bubble) {
		for i := range 40 {
			id := fmt.Sprintf("U0CREW%02d", i)
			b.Slack.AddUser(fakeslack.User{ID: id, Name: strings.ToLower(id), RealName: "Crew " + id, Active: i%2 == 0})
			if err := b.Slack.Join(id, fakeslack.SampleSupport); err != nil {
				t.Fatal(err)
			}
		}
		asked := func(since time.Time) []fakeslack.Call {
			return append(b.calls("users.getPresence", since), b.calls("dnd.teamInfo", since)...)
		}
		begin := time.Now()
		b.wait(10 * time.Minute)
		if n := len(asked(begin)); n != 0 {
			t.Errorf("%d questions while nobody waits", n)
		}
		anna := b.visitor("anna")
		anna.presses("human")
		waits := time.Now()
		b.wait(5*time.Minute + 10*time.Second)
		b.restarts(time.Second)
		b.wait(5 * time.Minute)
		anna.isClaimed("maya")
		b.wait(time.Second)
		claimed := time.Now()
		b.wait(10 * time.Minute)
		if n := len(asked(claimed)); n != 0 {
			t.Errorf("%d questions after nobody waits any more", n)
		}
		calls := asked(waits)
		if len(calls) < 43 {
			t.Errorf("%d questions about 43 people in ten minutes", len(calls))
		}
		slices.SortFunc(calls, func(x, y fakeslack.Call) int { return x.At.Compare(y.At) })
		last := map[string]time.Time{}
		for i, c := range calls {
			inAMinute := slices.IndexFunc(calls[i:], func(d fakeslack.Call) bool { return d.At.Sub(c.At) >= time.Minute })
			if inAMinute > 20 || inAMinute < 0 && len(calls)-i > 20 {
				b.t.Fatalf("more than 20 questions in the minute from %v", c.At)
			}
			if c.Method != "users.getPresence" {
				continue
			}
			user := fmt.Sprint(c.Args["user"])
			if since := c.At.Sub(last[user]); since < duty.PresenceFor {
				t.Errorf("%s was asked about again after %v", user, since)
			}
			last[user] = c.At
		}
	})
}
