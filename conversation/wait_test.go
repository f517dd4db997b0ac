package conversation

import (
	"testing"
	"time"
)

func assignTo(by Author) Decider {
	return with(func(s State) Decider { return AssignTo(s.Queued.Seq, by.staff(), t0.Add(time.Minute)) })
}

func step(do string, more ...Draft) Decider {
	return with(func(s State) Decider { return Step(s.Queued.Seq, Stepped{Step: s.Steps, Do: do}, more...) })
}

// TestUnacceptedIsTheSameWait: an agent who was assigned and did not act was
// nobody's answer. The clocks, the steps and who was asked stay.
func TestUnacceptedIsTheSameWait(t *testing.T) {
	before := play(t, after(waiting(), step("ping_group"))...)
	s := play(t, after(waiting(), step("ping_group"), assignTo(sam), Requeue(sam.ID, ReleasedUnaccepted), assignTo(maya), Requeue(maya.ID, ReleasedUnaccepted))...)
	if s.Queued != before.Queued || s.WaitFrom != before.WaitFrom || s.Steps != 1 {
		t.Errorf("queued %v, waits from %v, steps %d; want %v, %v, 1", s.Queued, s.WaitFrom, s.Steps, before.Queued, before.WaitFrom)
	}
	if len(s.Passed) != 2 || s.Passed[0] != sam.ID || s.Passed[1] != maya.ID {
		t.Errorf("asked %v, want both, so that neither is asked again", s.Passed)
	}
	s = play(t, after(waiting(), step("ping_group"), assignTo(sam), Requeue(sam.ID, ReleasedSilent))...)
	if s.Queued == before.Queued || s.Steps != 0 || len(s.Passed) != 1 {
		t.Errorf("a silent owner: queued %v, steps %d, passed %v; want a wait of its own", s.Queued, s.Steps, s.Passed)
	}
}

func TestOwed(t *testing.T) {
	reply := func(s State) ([]Draft, error) { return AgentSays(maya, Message{Text: "hi"}, "1", AsOwner)(s) }
	answered := []Decider{says("hello"), botSays(2, Message{Text: "Hi", Answer: true})}
	for name, row := range map[string]struct {
		acts []Decider
		want func(State) Mark
	}{
		"a line nobody has answered":        {waiting(), func(s State) Mark { return s.LastVisitor }},
		"her request after an answer":       {after(answered, button(), Claim(maya, ByButton)), func(s State) Mark { return s.Escalated }},
		"her request, not a line after it":  {after(answered, button(), says("hello?"), Claim(maya, ByButton)), func(s State) Mark { return s.Escalated }},
		"nothing after the owner's line":    {after(owned(), reply), func(State) Mark { return Mark{} }},
		"her line after the owner's":        {after(owned(), reply, says("and?")), func(s State) Mark { return s.LastVisitor }},
		"nothing once the bot has it again": {after(answered, button(), Cancel(anna)), func(State) Mark { return Mark{} }},
		"nothing with the bot":              {answered, func(State) Mark { return Mark{} }},
	} {
		if s := play(t, row.acts...); s.Owed() != row.want(s) {
			t.Errorf("%s: owed %v, want %v", name, s.Owed(), row.want(s))
		}
	}
}

// TestTaken: each owner has a clock and a reminder of her own.
func TestTaken(t *testing.T) {
	remind := with(func(s State) Decider { return Remind(s.Owed().Seq) })
	s := play(t, after(owned(), remind)...)
	if s.Reminded == 0 || s.RemindedAt.IsZero() || s.Taken != s.Claimed {
		t.Fatalf("reminded of %d at %v, taken %v", s.Reminded, s.RemindedAt, s.Taken)
	}
	for name, act := range map[string]Decider{
		"taken over": TakeOver(sam, maya.ID),
		"passed on":  Transfer(maya, Passing{To: sam.staff()}, false),
	} {
		got := play(t, after(owned(), remind, act)...)
		if !got.Taken.At.After(s.Taken.At) || got.Reminded != 0 || !got.RemindedAt.IsZero() {
			t.Errorf("%s: taken %v, reminded of %d", name, got.Taken, got.Reminded)
		}
	}
}

// TestSince: the ladder's clock starts again when somebody comes on duty after
// the office was open and empty, and not when it opens in the morning.
func TestSince(t *testing.T) {
	route := func(staffed bool, next time.Time) Decider {
		return RouteTo(1, Routed{Channel: "C1", Staffed: staffed, NextOpen: next}, nil)
	}
	open, closed := time.Time{}, t0.Add(time.Hour)
	for name, row := range map[string]struct {
		acts []Decider
		want bool
	}{
		"on duty from the start":   {[]Decider{route(true, open)}, false},
		"closed, and then open":    {[]Decider{route(false, closed), route(true, open)}, false},
		"empty, and then on duty":  {[]Decider{route(false, open), route(true, open)}, true},
		"stays while it is on":     {[]Decider{route(false, open), route(true, open), route(true, open)}, true},
		"closed, empty, then duty": {[]Decider{route(false, closed), route(false, open), route(true, open)}, true},
	} {
		if s := play(t, after(waiting(), row.acts...)...); s.Route.Since.IsZero() == row.want {
			t.Errorf("%s: since %v, want set: %v", name, s.Route.Since, row.want)
		}
	}
}

func TestOverflowKeepsWhatSheWasTold(t *testing.T) {
	added := with(func(s State) Decider { return Tell(s.Epoch, NoticeAdded.Say()) })
	if s := play(t, after(waiting(), added, step("overflow", Overflow("C9")))...); !s.Added {
		t.Error("the same wait says twice that a line was added")
	}
}

// TestTold: what she was told counts within one wait.
func TestTold(t *testing.T) {
	trying := with(func(s State) Decider { return Tell(s.Epoch, NoticeTrying.Say()) })
	s := play(t, after(waiting(), trying, trying)...)
	if len(s.Told) != 2 || s.Told[0] != NoticeEscalated || s.Told[1] != NoticeTrying {
		t.Errorf("told %v", s.Told)
	}
	if s = play(t, after(waiting(), trying, Claim(maya, ByButton), Release(maya))...); len(s.Told) != 1 || s.Told[0] != NoticeReleased {
		t.Errorf("told %v in the next wait", s.Told)
	}
}
