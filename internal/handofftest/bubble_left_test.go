package handofftest

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/store"
)

// A topic's channel is archived, or shared, while three wait in it and nobody tells
// us; Slack answers badly, and the house is started anew before it has found out.
// All three go on in the default channel, with one new card each, and nothing that
// is said afterwards is seen in the old one.
func TestThreeWaitInAChannelThatEnds(t *testing.T) {
	for _, tr := range troubles(fakeslack.SampleBilling)[:2] {
		for _, failure := range []fakeslack.Failure{fakeslack.Drop{After: true}, fakeslack.Status{Code: 500, After: true}, fakeslack.RateLimited("30")} {
			t.Run(fmt.Sprintf("%s %T", tr.name, failure), func(t *testing.T) {
				t.Parallel()
				inBubble(t, DefaultPolicy, time.Time{}, func(b *bubble) { b.threeLeave(tr, failure) })
			})
		}
	}
}

func (b *bubble) threeLeave(tr trouble, failure fakeslack.Failure) {
	const billing, support = fakeslack.SampleBilling, fakeslack.SampleSupport
	b.withAdmin()
	for _, name := range []string{"anna", "ben", "cleo"} {
		g := b.visitor(name)
		g.says(name + " was charged twice")
		g.is("waiting")
		g.card()
	}
	b.wait(time.Minute)
	b.slack(func(sw *fakeslack.Switches) { sw.EventsOff = true })
	tr.breaks(b)
	b.stop()
	b.Slack.Inject(fakeslack.Fault{Method: "chat.postMessage", Skip: 1, Times: 4, Do: failure})
	b.launch()
	for i := range 6 {
		for _, g := range b.guests {
			g.says(fmt.Sprintf("%s, line %d", g.name, i))
		}
		if b.wait(20 * time.Second); i == 3 {
			b.restart()
		}
	}
	b.wait(3 * time.Minute)
	for _, g := range b.guests {
		if n := g.cards(support); n != 1 {
			b.t.Errorf("%s has %d cards in the default channel, want one", g.name, n)
		}
		for i := range 6 {
			g.stood(support, fmt.Sprintf("%s, line %d", g.name, i), 1)
		}
		g.stood(support, g.name+" was charged twice", 1)
		g.stood(billing, ", line 5", 0)
		g.card()
		g.agree()
	}
	b.noticed(adminChannel, tr.says, 1)
	b.noticed(adminChannel, "", 1)
}

// Somebody deletes the card of a conversation while Slack cannot be reached by us,
// and the house is started anew meanwhile: a new card, with everything once.
func TestADeletedThreadGoesOnInANewOne(t *testing.T) {
	for _, mode := range []string{"waiting", "owned"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			inBubble(t, "", time.Time{}, func(b *bubble) {
				b.withAdmin()
				anna, ben := b.visitor("anna"), b.visitor("ben")
				for _, g := range b.guests {
					g.presses("human")
					g.says(g.name + " before")
					g.card()
				}
				if mode == "owned" {
					anna.isClaimed("maya")
					anna.hears("maya", "hello Anna")
				}
				b.wait(time.Minute)
				b.slack(func(sw *fakeslack.Switches) { sw.Outage = true })
				anna.says("anna meanwhile")
				b.wait(time.Minute)
				if err := b.Slack.Delete(boss, anna.channel, anna.root); err != nil {
					t.Fatal(err)
				}
				b.restart()
				b.wait(time.Minute)
				anna.says("anna later")
				b.slack(func(sw *fakeslack.Switches) { sw.Outage = false })
				b.wait(3 * time.Minute)
				for _, g := range b.guests {
					if n := g.cards(g.channel); n != 1 {
						t.Errorf("%s has %d cards, want one", g.name, n)
					}
				}
				for _, text := range []string{"anna before", "anna meanwhile", "anna later", "The earlier thread was deleted in Slack."} {
					anna.stood(anna.channel, text, 1)
				}
				ben.stood(ben.channel, "ben before", 1)
				root := anna.root
				if anna.card(); anna.root == root {
					t.Error("anna is still in the thread that was deleted")
				}
				anna.hears("maya", "here again")
				anna.sees("Maya", "here again")
				b.strays(anna.channel)
				b.noticed(adminChannel, "", 0)
			})
		})
	}
}

// strays says that no line of a visitor stands in a channel itself: Slack puts a
// reply to a deleted thread there.
func (b *bubble) strays(channel string) {
	b.t.Helper()
	for _, m := range b.Slack.History(channel) {
		for _, g := range b.guests {
			if seen := m.Visible(); strings.Contains(seen, g.name+" ") && !strings.Contains(seen+m.Text, g.Reference) {
				b.t.Errorf("%s shows a stray:\n%s", channel, seen)
			}
		}
	}
}

// A channel gets another name, heard or not, with a restart: nothing happens.
func TestARenamedChannel(t *testing.T) {
	t.Parallel()
	inBubble(t, DefaultPolicy, time.Time{}, func(b *bubble) {
		b.withAdmin()
		anna := b.visitor("anna")
		anna.says("anna was charged twice")
		anna.isClaimed("priya")
		b.wait(time.Minute)
		since := time.Now()
		for i, heard := range []bool{true, false} {
			b.slack(func(sw *fakeslack.Switches) { sw.EventsOff = !heard })
			for _, c := range []string{fakeslack.SampleBilling, fakeslack.SampleSupport, adminChannel} {
				b.Slack.UpdateChannel(c, func(ch *fakeslack.Channel) { ch.Name = fmt.Sprintf("%s-%d", ch.Name, i) })
			}
			b.wait(2 * time.Minute)
		}
		b.slack(func(sw *fakeslack.Switches) { sw.EventsOff = false })
		b.restart()
		b.wait(3 * time.Minute)
		if posts := b.posts(since); len(posts) != 0 {
			t.Errorf("%d posts because of a name: %v", len(posts), posts[0].Args)
		}
		anna.says("anna after")
		b.wait(10 * time.Second)
		anna.stood(fakeslack.SampleBilling, "anna after", 1)
		if n := anna.cards(fakeslack.SampleBilling) + anna.cards(fakeslack.SampleSupport); n != 1 {
			t.Errorf("anna has %d cards, want one", n)
		}
		b.noticed(adminChannel, "", 0)
	})
}

// A rate limit holds back what it was said of and nothing else: while one method
// has to wait for a minute, a visitor's line is posted, an agent's arrives, and the
// card is redrawn, each as far as it does not need that method. (Who may answer is
// asked with conversations.members: without it an agent's line has to wait.)
func TestARateLimitPausesOneMethod(t *testing.T) {
	for _, method := range []string{
		"chat.update", "chat.postEphemeral", "chat.delete", "conversations.info", "conversations.history", "conversations.replies",
		"users.info", "users.getPresence", "reactions.add", "views.publish", "usergroups.users.list", "chat.postMessage",
	} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			inBubble(t, DefaultPolicy, time.Time{}, func(b *bubble) {
				anna, ben := b.visitor("anna"), b.visitor("ben")
				anna.presses("human")
				anna.says("anna before")
				anna.isClaimed("maya")
				b.wait(time.Minute)
				b.Slack.Inject(fakeslack.Fault{Method: method, Channel: only(method), Do: fakeslack.RateLimited("60")})
				limited := time.Now()
				anna.says("anna while " + method + " waits")
				anna.hears("maya", "I answer all the same")
				ben.says("ben was charged twice")
				b.wait(5 * time.Second)
				anna.sees("Maya", "I answer all the same")
				posted := 1
				if method == "chat.postMessage" {
					posted = 0
				}
				anna.stood(fakeslack.SampleSupport, "anna while", posted)
				if n := ben.cards(fakeslack.SampleBilling); n != 1 {
					t.Errorf("ben has %d cards in another channel, want one", n)
				}
				anna.presses("close")
				b.wait(20 * time.Second)
				if n := len(b.calls("chat.update", limited)); n == 0 {
					t.Error("the card was not even tried to be redrawn")
				}
				if n := len(b.calls(method, limited)); n > 4 {
					t.Errorf("%s was called %d times in the minute it had to wait", method, n)
				}
				b.Slack.Heal()
				b.wait(3 * time.Minute)
				anna.stood(fakeslack.SampleSupport, "anna while", 1)
			})
		})
	}
}

// only is the channel whose posts are limited, everything for another method.
func only(method string) string {
	if method == "chat.postMessage" {
		return fakeslack.SampleSupport
	}
	return ""
}

// A reader gives up on a conversation: it is told with the command that helps, and
// when that was done.
func TestAParkedReaderIsTold(t *testing.T) {
	const policy = "webhooks: {on_close: 'http://crm.test/hook', secret: a secret, allow: [192.0.2.0/24]}\n"
	inBubble(t, policy, berlin("2026-01-20 10:03"), func(b *bubble) {
		b.withAdmin()
		down := b.answers("crm.test", http.StatusServiceUnavailable)
		anna := b.visitor("anna")
		anna.says("How long does delivery take?")
		anna.sees("bot", "two working days")
		anna.presses("close")
		b.wait(time.Minute)
		b.off(time.Now().Add(25 * time.Hour))
		b.wait(10 * time.Minute)
		b.noticed(adminChannel, "could not be reported to webhooks.on_close for a day", 1)
		b.noticed(adminChannel, "The reader webhook has given up on "+anna.Reference, 1)
		b.noticed(adminChannel, "handoff resume webhook.", 1)
		b.restart()
		b.wait(5 * time.Minute)
		b.noticed(adminChannel, "The reader webhook has given up on ", 1)
		down()
		b.answers("crm.test", http.StatusOK)
		b.stop()
		db, err := store.Open(b.t.Context(), "sqlite://"+filepath.Join(b.Dir, "handoff.db"), store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		parked, perr := db.Parked(b.t.Context())
		_, err = db.Resume(b.t.Context(), "", "")
		if cerr := db.Close(); err != nil || perr != nil || cerr != nil || len(parked) != 1 {
			t.Fatalf("%d parked rows: %v, %v, %v", len(parked), perr, err, cerr)
		}
		b.start()
		b.wait(5 * time.Minute)
		b.noticed(adminChannel, "given up on", 1)
	})
}
