package conversation

import (
	"errors"
	"testing"
	"time"
)

func waiting() []Decider { return []Decider{says("refund"), button()} }

func owned() []Decider { return append(waiting(), Claim(maya, ByButton)) }

func after(acts []Decider, more ...Decider) []Decider { return append(acts, more...) }

// with looks the state up when it is run: many acts name a number of the log.
func with(act func(State) Decider) Decider {
	return func(s State) ([]Draft, error) { return act(s)(s) }
}

func undo(by Author, late time.Duration) Decider {
	return with(func(s State) Decider {
		if s.Undo == nil {
			return Undo(by, 0, t0, false)
		}
		return Undo(by, s.Undo.Seq, s.Undo.At.Add(late), false)
	})
}

// TestUndo: close, hand back, block and transfer are as if they had not been.
func TestUndo(t *testing.T) {
	topic := []Decider{says("refund"), with(func(s State) Decider { return escalates(s.LastVisitor.Seq, "Billing") }), Claim(maya, ByButton)}
	for name, act := range map[string]Decider{
		"close":                 Close(maya, Closing{Outcome: OutcomeSolved}, false),
		"hand back":             HandBack(maya, "go on", false),
		"block":                 Block(maya, t0.Add(24*time.Hour), "spam", false),
		"transfer to a person":  Transfer(maya, Passing{To: sam.staff()}, false),
		"transfer to a channel": Transfer(maya, Passing{Channel: "C2", Group: "S1"}, false),
	} {
		t.Run(name, func(t *testing.T) {
			before := play(t, topic...)
			got := play(t, after(topic, act, undo(maya, 29*time.Second))...)
			if got.Mode != before.Mode || got.Owner != before.Owner || got.Route != before.Route || got.TopicOpen != before.TopicOpen ||
				got.Unanswered != before.Unanswered || got.Closed != before.Closed || !got.BlockedUntil.IsZero() || got.Group != "" {
				t.Errorf("after undo %+v, want what it was: %+v", got, before)
			}
			if got.Undo != nil {
				t.Error("an undone act can be undone again")
			}
			drafts, err := undo(maya, time.Second)(play(t, after(topic, act)...))
			if err != nil {
				t.Fatal(err)
			}
			if said := drafts[0].Body.(Undone); said.Phase != before.Phase() || said.To != before.Owner {
				t.Errorf("the event says %+v, want %s of %v", said, before.Phase(), before.Owner)
			}
		})
	}
}

func TestUndoIsRefused(t *testing.T) {
	closed := after(owned(), Close(maya, Closing{}, false))
	for name, acts := range map[string][]Decider{
		"too late":               after(closed, undo(maya, 31*time.Second)),
		"somebody else's":        after(closed, undo(sam, time.Second)),
		"nothing to undo":        after(owned(), undo(maya, 0)),
		"the visitor was faster": after(closed, says("wait"), undo(maya, time.Second)),
	} {
		t.Run(name, func(t *testing.T) {
			s := play(t, acts[:len(acts)-1]...)
			if _, err := acts[len(acts)-1](s); !errors.Is(err, ErrTooLate) {
				t.Errorf("error %v, want ErrTooLate", err)
			}
		})
	}
}

// TestWaitClock: her place in line counts from her request, or from the oldest
// line the owner before has not answered; the ladder counts from the queue.
func TestWaitClock(t *testing.T) {
	s := play(t, waiting()...)
	if s.WaitFrom != s.Escalated.At || s.Queued != s.Escalated {
		t.Errorf("escalated: waits from %v, queued %v, want %v", s.WaitFrom, s.Queued, s.Escalated)
	}
	s = play(t, after(owned(), AgentSays(maya, Message{Text: "hi"}, "1", AsOwner), says("and?"), Requeue(maya.ID, ReleasedSilent))...)
	if s.WaitFrom != s.Unanswered.At || s.Queued.At.Equal(s.WaitFrom) {
		t.Errorf("requeued: waits from %v, queued %v, want %v and later", s.WaitFrom, s.Queued, s.Unanswered)
	}
	passed := with(func(s State) Decider { return Step(s.Queued.Seq, Stepped{Step: 0, Do: "overflow"}, Overflow("C9")) })
	s = play(t, after(waiting(), passed)...)
	if s.Steps != 1 || s.Queued != s.Escalated || s.WaitFrom != s.Escalated.At || s.Route.Channel != "C9" {
		t.Errorf("after overflow: steps %d, queued %v, waits from %v in %s", s.Steps, s.Queued, s.WaitFrom, s.Route.Channel)
	}
}

// TestTopicStaysWithPeople: neither the ladder nor the night gives a restricted
// topic back to the bot.
func TestTopicStaysWithPeople(t *testing.T) {
	s := play(t, says("refund"), with(func(s State) Decider { return escalates(s.LastVisitor.Seq, "Billing") }))
	for _, why := range []HandBackWhy{BackNobody, BackAway} {
		if _, err := BackToBot(s.Queued.Seq, why, NoticeNobody.Say())(s); !errors.Is(err, ErrTopicOpen) {
			t.Errorf("%s: error %v, want ErrTopicOpen", why, err)
		}
	}
	d := Draft{Author: Author{Role: System}, Source: FromQueue, Body: HandedBack{Why: BackNobody}}
	if err := s.Permit(d); err == nil {
		t.Error("the log takes a hand back of an open topic from the queue")
	}
}

func TestSeat(t *testing.T) {
	offer := with(func(s State) Decider { return OfferTo(s.Queued.Seq, sam.staff(), t0.Add(time.Minute)) })
	s := play(t, after(waiting(), offer)...)
	if s.Seat.Agent.ID != sam.ID || len(s.Passed) != 1 || s.Mode != Waiting {
		t.Errorf("offered: %+v, passed %v, mode %s", s.Seat, s.Passed, s.Mode)
	}
	assign := with(func(s State) Decider { return AssignTo(s.Queued.Seq, sam.staff(), t0.Add(time.Minute)) })
	s = play(t, after(waiting(), assign)...)
	if s.Owner.ID != sam.ID || s.Accept.IsZero() {
		t.Errorf("assigned: owner %v, accept %v", s.Owner, s.Accept)
	}
	if s = play(t, after(waiting(), assign, Claim(sam, ByButton))...); !s.Accept.IsZero() {
		t.Error("an accepted assignment still waits for the owner")
	}
	if s = play(t, after(waiting(), assign, AgentSays(sam, Message{Text: "hi"}, "1", AsOwner))...); !s.Accept.IsZero() {
		t.Error("the owner's line does not accept the assignment")
	}
	s = play(t, after(waiting(), assign, Requeue(sam.ID, ReleasedUnaccepted))...)
	if s.Mode != Waiting || len(s.Passed) != 1 || s.Passed[0] != sam.ID {
		t.Errorf("not accepted: mode %s, passed %v", s.Mode, s.Passed)
	}
}

func TestBlock(t *testing.T) {
	until := t0.Add(24 * time.Hour)
	s := play(t, after(owned(), Block(maya, until, "spam", false))...)
	if s.Mode != IsClosed || s.BlockedUntil != until || s.Closure.Reason != ClosedByBlock {
		t.Errorf("blocked: mode %s until %v, closed by %s", s.Mode, s.BlockedUntil, s.Closure.Reason)
	}
	if _, err := VisitorSays(anna, Message{Text: "hello"}, t0.Add(time.Hour), hours)(s); !errors.Is(err, ErrBlocked) {
		t.Errorf("a blocked visitor writes: %v", err)
	}
	again, over := until.Add(time.Hour), until.Add(BlockFor)
	if s := play(t, after(owned(), Block(maya, until, "spam", false), Block(sam, again, "", true))...); s.BlockedUntil != until {
		t.Errorf("blocked twice: until %v, want %v", s.BlockedUntil, until)
	}
	if s := play(t, after(owned(), Block(maya, until, "spam", false), Block(sam, over, "", true))...); s.BlockedUntil != over {
		t.Errorf("blocked again after the first was over: until %v, want %v", s.BlockedUntil, over)
	}
	if s = play(t, after(owned(), Block(maya, until, "spam", false), Unblock(maya), says("sorry"))...); s.Mode == IsClosed {
		t.Error("lifted, and still closed after her line")
	}
}

func TestRemind(t *testing.T) {
	remind := with(func(s State) Decider { return Remind(s.Unanswered.Seq) })
	s := play(t, after(owned(), says("hello?"), remind)...)
	if drafts, _ := Remind(s.Unanswered.Seq)(s); s.Reminded != s.Unanswered.Seq || len(drafts) != 0 {
		t.Errorf("reminded of %d, again %v", s.Reminded, drafts)
	}
}

func TestCloseTellsTheRecap(t *testing.T) {
	_, log := run(t, after(owned(), Close(maya, Closing{Outcome: OutcomeSolved, Note: "inside", Recap: "Refund in 3 days.", Tell: true}, false))...)
	said := false
	for _, e := range log {
		if m, ok := e.Body.(Message); ok && m.Notice == NoticeRecap {
			said = m.Text == "Refund in 3 days."
		}
	}
	if !said {
		t.Error("the visitor did not get the recap")
	}
}

// TestUndoneSaysWhoHasIt: the line about it can name both.
func TestUndoneSaysWhoHasIt(t *testing.T) {
	_, log := run(t, after(owned(), Transfer(maya, Passing{To: sam.staff()}, false), undo(maya, time.Second))...)
	want := Undone{Agent: maya.staff(), What: KindTransferred, From: sam.staff(), To: maya.staff(), Phase: PhaseAgent}
	for _, e := range log {
		if b, ok := e.Body.(Undone); ok {
			if want.Of = b.Of; b != want {
				t.Errorf("undone %+v, want %+v", b, want)
			}
			return
		}
	}
	t.Error("nothing was undone")
}

func TestLabelAndMisjudge(t *testing.T) {
	s := play(t, after(waiting(), Label(maya, "high", []string{"vip"}, nil))...)
	if s.Priority != "high" || s.Mode != Waiting {
		t.Errorf("labelled: priority %q, mode %s", s.Priority, s.Mode)
	}
	if drafts, err := Label(sam, "high", []string{"vip"}, []string{"vip"})(s); len(drafts) != 0 || err != nil {
		t.Errorf("the same labels again: %v, %v", drafts, err)
	}
	if drafts, err := Misjudge(maya, "no")(play(t, says("hello"))); len(drafts) != 0 || err != nil {
		t.Errorf("misjudged before any escalation: %v, %v", drafts, err)
	}
	if drafts, err := Misjudge(maya, "no")(s); len(drafts) != 1 || err != nil {
		t.Errorf("misjudged: %v, %v", drafts, err)
	}
	if drafts, err := Miss(maya, Missed{Of: s.Seq + 1, Note: "no"})(s); len(drafts) != 0 || err != nil {
		t.Errorf("missed at a line that is not there: %v, %v", drafts, err)
	}
	if drafts, err := Miss(maya, Missed{Of: 2, Note: "no"})(s); len(drafts) != 1 || err != nil {
		t.Errorf("missed: %v, %v", drafts, err)
	}
}
