package handofftest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing/synctest"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// guest is a visitor of a bubble, with her thread in Slack once she has one.
type guest struct {
	*Visitor
	b             *bubble
	name          string
	said          int
	last          string // her last line
	channel, root string
	// earlier are the threads she had before, channel and root.
	earlier [][2]string
}

// visitor opens a chat for a new visitor, from an address of her own.
func (b *bubble) visitor(name string) *guest {
	b.t.Helper()
	tr := &http.Transport{DialContext: b.wires.dialer(fmt.Sprintf("203.0.113.%d", 1+len(b.guests)))}
	v := &Visitor{tb: b.t, base: b.URL, key: Key, origin: Origin, changed: make(chan struct{}), client: &http.Client{Transport: tr}}
	b.t.Cleanup(func() { v.Leave(); tr.CloseIdleConnections() })
	var session struct{ Token string }
	v.must("POST", "/v1/sessions", map[string]any{"key": Key}, &session)
	v.token = session.Token
	v.NewConversation()
	g := &guest{Visitor: v, b: b, name: name}
	b.guests = append(b.guests, g)
	return g
}

// wait lets time pass, and lets everything happen that is due by then.
func (b *bubble) wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// waitUntil lets time pass up to a moment.
func (b *bubble) waitUntil(at time.Time) {
	b.t.Helper()
	if at.Before(time.Now()) {
		b.t.Fatalf("it is past %v already", at)
	}
	b.wait(time.Until(at))
}

// berlin is a moment on Berlin's clocks: "2026-03-27 18:00".
func berlin(text string) time.Time {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	if err != nil {
		panic(err)
	}
	return at
}

// says sends a line, whose text is used for no other line.
func (g *guest) says(text string) {
	g.b.t.Helper()
	g.said++
	g.last = text
	g.Say(fmt.Sprintf("%s-%d", g.name, g.said), text)
}

// presses presses human, cancel, stop or close.
func (g *guest) presses(button string) {
	g.b.t.Helper()
	if err := press(g.Visitor, button); err != nil {
		g.b.t.Fatal(err)
	}
}

// gives leaves an address.
func (g *guest) gives(email string) {
	g.b.t.Helper()
	g.Post("contact", map[string]any{"email": email})
}

// sees waits until the visitor has read a line; who is a role or a name.
func (g *guest) sees(who, text string) {
	g.b.t.Helper()
	g.Wait(who+" "+text, func(items []Item) bool { return Sees(items, who, text) })
}

// is waits until the visitor's phase is this one.
func (g *guest) is(phase string) {
	g.b.t.Helper()
	g.Wait("the phase "+phase, func(items []Item) bool { return Phase(items) == phase })
}

// told counts the system lines that contain text.
func (g *guest) told(text string) (times int) {
	for _, l := range Lines(g.Items()) {
		if l.Role == "system" && strings.Contains(l.Text, text) {
			times++
		}
	}
	return times
}

// toldOnce says that the visitor has read a system line exactly once.
func (g *guest) toldOnce(text string) {
	g.b.t.Helper()
	if n := g.told(text); n != 1 {
		g.b.t.Errorf("%s was told %q %d times, want once; she reads:\n%s", g.name, text, n, g.Transcript())
	}
}

// card waits for the visitor's card.
func (g *guest) card() {
	g.b.t.Helper()
	var err error
	if g.channel, g.root, err = g.b.Card(g.Reference, ""); err != nil {
		g.b.t.Fatal(err)
	}
}

// claimedBy lets an agent press Claim on the card.
func (g *guest) claimedBy(agent string) {
	g.b.t.Helper()
	g.card()
	if err := g.b.Press(people[agent], g.channel, g.root, "Claim"); err != nil {
		g.b.t.Fatal(err)
	}
}

// isClaimed is claimedBy for a visitor who is there, and sees it.
func (g *guest) isClaimed(agent string) {
	g.b.t.Helper()
	g.claimedBy(agent)
	g.is("agent")
}

// hears lets an agent write into the visitor's thread. It does not wait until it
// arrives.
func (g *guest) hears(agent, text string) {
	g.b.t.Helper()
	if _, err := g.b.Slack.Say(people[agent], g.channel, g.root, text); err != nil {
		g.b.t.Fatal(err)
	}
}

// backlog is the chat as the API gives it to somebody who comes anew.
func (g *guest) backlog() []Item {
	g.b.t.Helper()
	var page struct {
		Events []struct {
			Type string
			Data json.RawMessage
		}
	}
	path := "/v1/conversations/" + g.Conversation + "/events?wait=0&after="
	var items []Item
	for {
		if _, err := g.do(context.Background(), "GET", path+fmt.Sprint(len(items)), nil, &page); err != nil {
			g.b.t.Fatal(err)
		}
		for _, e := range page.Events {
			it := Item{Type: e.Type}
			if err := json.Unmarshal(e.Data, &it); err != nil {
				g.b.t.Fatal(err)
			}
			items = append(items, it)
		}
		if len(page.Events) == 0 {
			return items
		}
	}
}

// slack changes what Slack is like.
func (b *bubble) slack(change func(*fakeslack.Switches)) { b.Slack.Switch(change) }

// posts are the calls of chat.postMessage since a moment that Slack has taken.
func (b *bubble) posts(since time.Time) []fakeslack.Call {
	return slices.DeleteFunc(b.calls("chat.postMessage", since), func(c fakeslack.Call) bool { return !c.Committed || c.Error != "" })
}

// calls are the calls of a method since a moment.
func (b *bubble) calls(method string, since time.Time) []fakeslack.Call {
	return slices.DeleteFunc(b.Slack.Calls(), func(c fakeslack.Call) bool { return c.Method != method || c.At.Before(since) })
}

// postedWithin says that the first post since a moment came in time.
func (b *bubble) postedWithin(most time.Duration, since time.Time) {
	b.t.Helper()
	posts := b.posts(since)
	if len(posts) == 0 {
		b.t.Fatal("nothing was posted")
	}
	if took := posts[0].At.Sub(since); took > most {
		b.t.Errorf("the first post came %v after Slack was back, want %v at most", took, most)
	} else {
		b.t.Logf("the first post came %v after Slack was back", took)
	}
}
