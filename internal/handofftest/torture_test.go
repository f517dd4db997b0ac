package handofftest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/store/storetest"
)

// killsVariable sets the number of kills per database; `make torture` asks for
// 200.
const killsVariable = "HANDOFF_TORTURE_KILLS"

// TestTorture kills the product at random moments while visitors and agents
// write, and counts: every line that was acknowledged, on either side, arrives
// on the other exactly once and in order.
func TestTorture(t *testing.T) {
	kills := 4
	if n, err := strconv.Atoi(os.Getenv(killsVariable)); err == nil {
		kills = n
	}
	storetest.Engines(t, func(t *testing.T, url string) {
		h := New(t, Options{
			Runs: InProcessOfItsOwn, Storage: url,
			// Slack's schedule of a minute and five is too slow for a test.
			Slack: fakeslack.Options{Delay: func(d time.Duration) time.Duration { return d / 20 }},
		})
		h.Start()
		torture(t, h, kills)
	})
}

const tortured = 3 // conversations at once

func torture(t *testing.T, h *House, kills int) {
	chats := make([]*chat, tortured)
	for i := range chats {
		chats[i] = openChat(t, h, i)
	}
	over := make(chan struct{})
	var writers sync.WaitGroup
	for _, c := range chats {
		writers.Go(func() { c.visitorWrites(over) })
		writers.Go(func() { c.agentWrites(t, h, over) })
	}
	for range kills {
		time.Sleep(time.Duration(20+rand.IntN(400)) * time.Millisecond)
		h.Kill()
		h.Start()
	}
	close(over)
	writers.Wait()
	for _, c := range chats {
		c.check(t, h)
	}
	if t.Failed() {
		t.Logf("the product's last words:\n%s", h.lastWords(40))
	}
}

// chat is a conversation in which both sides write numbered lines.
type chat struct {
	name          string
	visitor       *Visitor
	agent         string
	channel, root string
	said, replied int // lines acknowledged, on either side
}

func openChat(t *testing.T, h *House, i int) *chat {
	c := &chat{name: fmt.Sprintf("c%d", i), visitor: h.Visitor(), agent: fakeslack.SampleMaya}
	c.visitor.Post("escalate", map[string]any{})
	var err error
	if c.channel, c.root, err = h.Card(c.visitor.Reference, ""); err != nil {
		t.Fatal(err)
	}
	if err := h.Press(c.agent, c.channel, c.root, "Claim"); err != nil {
		t.Fatal(err)
	}
	c.visitor.Wait("the claim", func(items []Item) bool { return Phase(items) == "agent" })
	return c
}

func (c *chat) line(side string, n int) string { return fmt.Sprintf("[%s %s %04d]", c.name, side, n) }

func (c *chat) visitorWrites(over <-chan struct{}) {
	for {
		select {
		case <-over:
			return
		default:
		}
		c.visitor.Say(fmt.Sprintf("%s-%d", c.name, c.said), c.line("visitor", c.said))
		c.said++
		time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond)
	}
}

func (c *chat) agentWrites(t *testing.T, h *House, over <-chan struct{}) {
	for {
		select {
		case <-over:
			return
		default:
		}
		if _, err := h.Slack.Say(c.agent, c.channel, c.root, c.line("agent", c.replied)); err != nil {
			t.Errorf("Slack refuses the agent: %v", err)
			return
		}
		c.replied++
		time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond)
	}
}

// check waits until both sides have everything, then counts.
func (c *chat) check(t *testing.T, h *House) {
	t.Helper()
	if c.said < 2 || c.replied < 2 {
		t.Fatalf("%s: only %d and %d lines were written", c.name, c.said, c.replied)
	}
	settle := 4 * Patience                                                                         // Slack's last retry, scaled, and a backfill
	c.visitor.wait(func(items []Item) bool { return len(agentLines(items)) >= c.replied }, settle) //nolint:errcheck // counted below
	start := time.Now()
	for c.arrivedNow(h) < c.said && time.Since(start) < settle {
		time.Sleep(20 * time.Millisecond)
	}
	t.Logf("%s: all in the thread after %v", c.name, time.Since(start).Round(10*time.Millisecond))
	var thread strings.Builder
	for _, m := range h.Slack.Thread(c.channel, c.root)[1:] { // the card quotes the ask
		thread.WriteString(m.Visible() + "\n")
	}
	c.count(t, "to Slack", thread.String(), "visitor", c.said)
	c.count(t, "to the visitor", c.visitor.Transcript(), "agent", c.replied)
}

func agentLines(items []Item) []Line {
	return slices.DeleteFunc(Lines(items), func(l Line) bool { return l.Role != "agent" })
}

// arrivedNow counts the visitor's lines in the thread.
func (c *chat) arrivedNow(h *House) int {
	n := 0
	for _, m := range h.Slack.Thread(c.channel, c.root)[1:] {
		n += strings.Count(m.Visible(), "["+c.name+" visitor ")
	}
	return n
}

// count reports what of n numbered lines is lost, doubled or out of order.
func (c *chat) count(t *testing.T, where, text, side string, n int) {
	t.Helper()
	lost, doubled, misplaced, at := 0, 0, 0, -1
	for i := range n {
		line := c.line(side, i)
		switch strings.Count(text, line) {
		case 0:
			lost++
			continue
		case 1:
		default:
			doubled++
		}
		if pos := strings.Index(text, line); pos < at {
			misplaced++
		} else {
			at = pos
		}
	}
	t.Logf("%s %s: %d lines, %d lost, %d doubled, %d out of order", c.name, where, n, lost, doubled, misplaced)
	if lost+doubled+misplaced > 0 {
		t.Errorf("%s %s: %d lost, %d doubled, %d out of order of %d", c.name, where, lost, doubled, misplaced, n)
	}
}
