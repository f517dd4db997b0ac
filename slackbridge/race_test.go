package slackbridge_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/internal/fakeslack"
)

const races = 8

// together runs two acts at once.
func together(a, b func()) {
	var both sync.WaitGroup
	ready := make(chan struct{})
	for _, act := range []func(){a, b} {
		both.Go(func() { <-ready; act() })
	}
	close(ready)
	both.Wait()
}

// waiting is a chat whose card waits for a claim.
func (s *stage) waiting(name string) *chat {
	s.t.Helper()
	c := s.open(name)
	c.says("Help")
	c.escalate()
	c.card()
	c.shows("Help")
	return c
}

func (c *chat) pressNow(user, action string) {
	if err := c.slack.Press(user, c.channel, c.root, action); err != nil {
		c.t.Errorf("press %s: %v", action, err)
	}
}

// settled waits for an owner and returns her.
func (c *chat) settled() (owner string) {
	c.t.Helper()
	c.reaches("an owner", func(s conversation.State, _ []conversation.Event) bool {
		owner = s.Owner.ID
		return owner != ""
	})
	return owner
}

// count counts events of the log.
func (c *chat) count(is func(conversation.Body) bool) (n int) {
	c.t.Helper()
	events, err := c.store.Events(c.t.Context(), c.id, 0, 1000)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, e := range events {
		if is(e.Body) {
			n++
		}
	}
	return n
}

// refusals counts the private lines that tell user who has a chat.
func (s *stage) refusals(user, owner string) (n int) {
	for _, m := range s.slack.Ephemerals(user) {
		if strings.Contains(m.Visible(), "<@"+owner+"> has this chat. Nothing was changed.") {
			n++
		}
	}
	return n
}

func (s *stage) refused(user, owner string, before int) {
	s.t.Helper()
	s.until(user+" told that "+owner+" has it", func(st *fakeslack.State) bool {
		n := 0
		for _, m := range st.Ephemerals(user) {
			if strings.Contains(m.Visible(), "<@"+owner+"> has this chat. Nothing was changed.") {
				n++
			}
		}
		return n > before
	})
}

// Two press Claim: one has it, the other is told who.
func TestRaceOfTwoClaims(t *testing.T) {
	s := newStage(t)
	for i := range races {
		c := s.waiting(fmt.Sprintf("Visitor %c", 'A'+i))
		other := map[string]string{maya: sam, sam: maya}
		before := map[string]int{maya: s.refusals(maya, sam), sam: s.refusals(sam, maya)}
		together(func() { c.pressNow(maya, "handoff_claim") }, func() { c.pressNow(sam, "handoff_claim") })
		owner := c.settled()
		s.refused(other[owner], owner, before[other[owner]])
		if n := c.count(func(b conversation.Body) bool { _, ok := b.(conversation.Claimed); return ok }); n != 1 {
			t.Errorf("claimed %d times", n)
		}
		c.shows("<@" + owner + "> has this chat now.")
	}
}

// A claim against an assignment: one of them holds, and whoever lost is told.
func TestRaceOfClaimAndTransfer(t *testing.T) {
	s := newStage(t)
	won := map[string]int{}
	for i := range races {
		c := s.waiting(fmt.Sprintf("Visitor %c", 'A'+i))
		c.press(sam, "handoff_assign")
		v := s.modal(sam, "Who takes this chat?")
		lost := map[string]int{maya: s.refusals(maya, priya), sam: s.refusals(sam, maya)}
		together(func() { c.pressNow(maya, "handoff_claim") }, func() {
			if _, err := s.slack.Submit(t.Context(), sam, v.ID, map[string]string{"agent": priya}); err != nil {
				t.Errorf("submit: %v", err)
			}
		})
		owner := c.settled()
		won[owner]++
		if owner == maya {
			s.refused(sam, maya, lost[sam])
		} else {
			s.refused(maya, priya, lost[maya])
		}
		c.says("Which of you?")
		c.shows("<@"+owner+"> has this chat now", "Which of you?")
		if state, err := s.store.State(t.Context(), c.id); err != nil || state.Owner.ID != owner {
			t.Errorf("the owner changed from %s to %s, %v", owner, state.Owner.ID, err)
		}
	}
	t.Logf("won: %v", won)
}

// An undo against the visitor's line: either the close is undone and she writes to
// Maya, or her line reopens the chat and the undo is too late. The line is never
// lost.
func TestRaceOfUndoAndLine(t *testing.T) {
	s := newStage(t)
	undone := 0
	for i := range races {
		c := s.claimed(fmt.Sprintf("Visitor %c", 'A'+i))
		c.closes(maya, nil)
		c.mode(conversation.IsClosed, "")
		var offer fakeslack.Message
		s.until("the undo", func(st *fakeslack.State) bool {
			for _, m := range st.Ephemerals(maya) {
				if m.ThreadTS == c.root && strings.Contains(m.Visible(), "You closed this chat") {
					offer = m
				}
			}
			return offer.TS != ""
		})
		together(func() {
			if err := s.slack.Press(maya, offer.Channel, offer.TS, "handoff_undo"); err != nil {
				t.Errorf("undo: %v", err)
			}
		}, func() {
			time.Sleep(time.Duration(i) * 15 * time.Millisecond) // so that both orders come up
			c.says("Wait")
		})
		c.reaches("one of the two", func(st conversation.State, events []conversation.Event) bool {
			said, back := false, false
			for _, e := range events {
				m, ok := e.Body.(conversation.Message)
				said = said || ok && m.Text == "Wait"
				_, ok = e.Body.(conversation.Undone)
				back = back || ok
			}
			return said && (back && st.Mode == conversation.WithAgent && st.Owner.ID == maya || !back && st.Mode == conversation.Waiting)
		})
		if c.count(func(b conversation.Body) bool { _, ok := b.(conversation.Undone); return ok }) == 1 {
			undone++
			c.shows("closed this chat", "undid the close", "Wait")
		} else {
			s.until("too late", func(st *fakeslack.State) bool {
				for _, m := range st.Ephemerals(maya) {
					if m.ThreadTS == c.root && strings.Contains(m.Visible(), "It is too late to undo this") {
						return true
					}
				}
				return false
			})
		}
		c.assertOnce()
	}
	t.Logf("undone %d of %d", undone, races)
}
