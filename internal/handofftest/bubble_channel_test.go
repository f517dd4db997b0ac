package handofftest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// withAdmin restarts the house with an admin channel.
func (b *bubble) withAdmin() {
	b.t.Helper()
	b.addAdminChannel()
	b.with("slack: {", "admin_channel: "+adminChannel)
}

// with restarts the house with another key in a section of its file.
func (b *bubble) with(section, key string) {
	b.t.Helper()
	b.stop()
	raw, err := os.ReadFile(filepath.Join(b.Dir, "handoff.yaml"))
	if err != nil {
		b.t.Fatal(err)
	}
	b.writeFile("handoff.yaml", strings.Replace(string(raw), section, section+key+", ", 1))
	b.start()
}

// notices are what a channel's people read of the app's remarks, those that
// contain text.
func (b *bubble) notices(channel, text string) []string {
	return noticesIn(b.Slack.History(channel), text)
}

func (b *bubble) noticed(channel, text string, times int) {
	b.t.Helper()
	if list := b.notices(channel, text); len(list) != times {
		b.t.Errorf("%s has %d notices with %q, want %d:\n%s", channel, len(list), text, times, strings.Join(b.notices(channel, ""), "\n"))
	}
}

// cards counts a visitor's cards in a channel.
func (g *guest) cards(channel string) (n int) {
	for _, m := range g.b.Slack.History(channel) {
		if m.BotID != "" && !m.Broadcast && strings.Contains(m.Visible()+m.Text, g.Reference) && !strings.Contains(m.Visible(), "⚠️") {
			n++
		}
	}
	return n
}

// stood says that a text stands n times in the visitor's thread in a channel, the
// card aside.
func (g *guest) stood(channel, text string, want int) {
	g.b.t.Helper()
	n := 0
	for _, root := range g.b.Slack.History(channel) {
		if root.BotID == "" || !strings.Contains(root.Visible()+root.Text, g.Reference) {
			continue
		}
		for _, m := range g.b.Slack.Thread(channel, root.TS)[1:] {
			n += strings.Count(m.Visible(), text)
		}
	}
	if n != want {
		g.b.t.Errorf("%q of %s stands %d times in %s, want %d", text, g.name, n, channel, want)
	}
}

// trouble is a way in which a channel can no longer hold conversations, and its
// mend.
type trouble struct {
	name          string
	breaks, mends func(b *bubble)
	says          string // of the notice
}

func troubles(c string) []trouble {
	change := func(f func(*fakeslack.Channel)) func(*bubble) {
		return func(b *bubble) { b.Slack.UpdateChannel(c, f) }
	}
	var lift func()
	return []trouble{
		{"archived", change(func(ch *fakeslack.Channel) { ch.Archived = true }), change(func(ch *fakeslack.Channel) { ch.Archived = false }), "it is archived"},
		{"shared", change(func(ch *fakeslack.Channel) { ch.ExtShared = true }), change(func(ch *fakeslack.Channel) { ch.ExtShared = false }), "shared with another organisation"},
		{"kicked", func(b *bubble) { _ = b.Slack.Leave(fakeslack.SampleBotUser, c) }, func(b *bubble) { _ = b.Slack.Join(fakeslack.SampleBotUser, c) }, "the app is not in it"},
		{"deleted", func(b *bubble) { b.Slack.RemoveChannel(c) }, nil, "it was deleted"},
		{"another id", func(b *bubble) { b.Slack.ChangeChannelID(c, "C0PRIVATE") }, nil, "it was deleted"},
		{"locked", func(b *bubble) {
			lift = b.Slack.Inject(fakeslack.Fault{Method: "chat.postMessage", Channel: c, Do: fakeslack.Refuse{Error: "restricted_action"}})
		}, func(*bubble) { lift() }, "Slack says restricted_action"},
	}
}

// A topic's channel cannot be used any more: what was there goes on in the default
// channel, each chat with one new card, and the admins are told once. When it can be
// used again, nothing is posted twice.
func TestAChannelIsGone(t *testing.T) {
	for _, heard := range []bool{true, false} {
		for _, tr := range troubles(fakeslack.SampleBilling) {
			name := tr.name
			if !heard {
				name += " unheard"
			}
			t.Run(name, func(t *testing.T) {
				inBubble(t, DefaultPolicy, time.Time{}, func(b *bubble) { b.channelGone(tr, heard) })
			})
		}
	}
}

func (b *bubble) channelGone(tr trouble, heard bool) {
	const support = fakeslack.SampleSupport
	b.withAdmin()
	owned, waiting, gone := b.visitor("owned"), b.visitor("waiting"), b.visitor("gone")
	for _, g := range b.guests {
		g.says(g.name + " was charged twice")
		g.is("waiting")
		g.card()
	}
	owned.isClaimed("priya")
	gone.isClaimed("priya")
	gone.presses("close")
	gone.is("closed")
	b.wait(time.Minute)
	b.slack(func(sw *fakeslack.Switches) { sw.EventsOff = !heard })
	tr.breaks(b)
	b.slack(func(sw *fakeslack.Switches) { sw.EventsOff = false })
	b.wait(time.Second)
	if !heard {
		b.wait(time.Minute) // by then the channels were asked about
	}
	owned.says("owned after the break")
	b.wait(3 * time.Minute)
	late := b.visitor("late")
	late.says("late was charged twice")
	b.wait(time.Minute)
	for _, g := range []*guest{owned, waiting, late} {
		if g == waiting && tr.name == "locked" {
			continue // nothing has shown that its card can't be answered
		}
		if n := g.cards(support); n != 1 {
			b.t.Errorf("%s has %d cards in the default channel, want one", g.name, n)
		}
		g.stood(support, "was charged twice", 1)
	}
	if n := gone.cards(support); n != 0 {
		b.t.Errorf("a chat that is over got %d cards", n)
	}
	owned.stood(support, "owned after the break", 1)
	b.noticed(adminChannel, tr.says, 1)
	b.noticed(adminChannel, "", 1)
	if tr.mends != nil {
		b.channelBack(tr, owned, late)
	}
}

// channelBack: whoever went elsewhere stays there, and who comes now comes here.
func (b *bubble) channelBack(tr trouble, owned, late *guest) {
	const billing, support = fakeslack.SampleBilling, fakeslack.SampleSupport
	tr.mends(b)
	b.wait(2 * time.Minute)
	owned.says("owned after the mend")
	again := b.visitor("again")
	again.says("again was charged twice")
	b.wait(2 * time.Minute)
	if n := again.cards(billing); n != 1 {
		b.t.Errorf("a new chat has %d cards in the channel, want one", n)
	}
	b.noticed(adminChannel, tr.says, 1)
	b.noticed(adminChannel, "can be used again", 1)
	owned.stood(support, "owned after the mend", 1)
	owned.stood(billing, "after the", 0)
	for _, g := range []*guest{owned, late} {
		if n := g.cards(support); n != 1 {
			b.t.Errorf("%s has %d cards in the default channel after the mend, want one", g.name, n)
		}
	}
}

// Without an admin channel the default channel hears of it.
func TestATroubleIsToldInTheDefaultChannel(t *testing.T) {
	t.Parallel()
	inBubble(t, DefaultPolicy, time.Time{}, func(b *bubble) {
		anna := b.visitor("anna")
		anna.says("anna was charged twice")
		anna.isClaimed("priya")
		for i := range 3 { // however often it comes and goes within an hour
			b.Slack.UpdateChannel(fakeslack.SampleBilling, func(ch *fakeslack.Channel) { ch.Archived = true })
			b.wait(2 * time.Minute)
			b.noticed(fakeslack.SampleSupport, "it is archived", min(2, i+1)) // the second is the line of the end, changed
			b.noticed(fakeslack.SampleSupport, "can be used again", 0)
			b.Slack.UpdateChannel(fakeslack.SampleBilling, func(ch *fakeslack.Channel) { ch.Archived = false })
			b.wait(2 * time.Minute)
			b.noticed(fakeslack.SampleSupport, "it is archived", 1)
			b.noticed(fakeslack.SampleSupport, "can be used again", 1)
		}
		if n := anna.cards(fakeslack.SampleSupport); n != 1 {
			t.Errorf("anna has %d cards in the default channel, want one", n)
		}
	})
}

// The default channel cannot be used: conversations wait, visitors are told once,
// after a minute, and when it is back everything arrives, once and in order. The
// house is restarted in the middle.
func TestTheDefaultChannelIsGone(t *testing.T) {
	for _, tr := range troubles(fakeslack.SampleSupport) {
		if tr.mends == nil {
			continue
		}
		t.Run(tr.name, func(t *testing.T) {
			inBubble(t, DefaultPolicy, time.Time{}, func(b *bubble) { b.homeGone(tr) })
		})
	}
}

func (b *bubble) homeGone(tr trouble) {
	b.withAdmin()
	owned := b.visitor("owned")
	owned.presses("human")
	owned.isClaimed("maya")
	b.wait(time.Minute)
	tr.breaks(b)
	b.wait(time.Second) // Slack tells of it
	var late []*guest
	for _, name := range []string{"late-one", "late-two", "late-three"} {
		g := b.visitor(name)
		g.presses("human")
		late = append(late, g)
	}
	since := time.Now()
	for i := range 20 {
		owned.says(fmt.Sprintf("owned line %02d", i))
		late[i%3].says(fmt.Sprintf("late line %02d", i))
		if b.wait(20 * time.Second); i == 10 {
			b.restart()
		}
	}
	for _, g := range late {
		g.toldOnce(unreachable)
	}
	asked := 0
	for _, c := range b.Slack.Calls() {
		if c.At.After(since) && c.Args["channel"] == fakeslack.SampleSupport {
			asked++
		}
	}
	b.t.Logf("%d calls about the channel in %v", asked, time.Since(since).Round(time.Second))
	if most := int(time.Since(since)/(5*time.Second)) + 20; asked > most {
		b.t.Errorf("%d calls about a channel that cannot be used, want %d at most", asked, most)
	}
	b.noticed(adminChannel, tr.says, 1)
	tr.mends(b)
	b.wait(2 * time.Minute)
	for _, g := range append(late, owned) {
		g.card()
		g.agree()
		if n := g.cards(fakeslack.SampleSupport); n != 1 {
			b.t.Errorf("%s has %d cards, want one", g.name, n)
		}
	}
	b.noticed(adminChannel, "can be used again", 1)
	b.noticed(adminChannel, "", 2)
}
