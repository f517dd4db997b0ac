package conversation

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// acts draws any act by anybody, sensible or not.
func acts(t *rapid.T, s State, now time.Time) Decider {
	agent := rapid.SampledFrom([]Author{maya, sam}).Draw(t, "agent")
	on := Seq(rapid.IntRange(0, int(s.Seq)+1).Draw(t, "on"))
	text := rapid.SampledFrom([]string{"hello", "refund", "ok"}).Draw(t, "text")
	flip := rapid.Bool().Draw(t, "flip")
	return rapid.SampledFrom([]Decider{
		VisitorSays(anna, Message{Text: text}, now, hours),
		AskByButton(anna, "button", Escalated{Reason: ReasonButton}, Message{}, now, hours),
		Cancel(anna), Stop(anna), CloseSelf(anna), Rate(anna, Rated{Score: 3}),
		GiveContact(anna, ContactGiven{Email: "a@b.example"}),
		botSays(on, Message{Text: text, Answer: true, Offer: flip}),
		botSays(s.LastVisitor.Seq, Message{Text: text, Answer: true}),
		escalates(s.LastVisitor.Seq, map[bool]string{true: "Billing", false: ""}[flip]),
		Claim(agent, ByButton), TakeOver(agent, "U0MAYA"), Release(agent), HandBack(agent, text, flip),
		AgentSays(agent, Message{Text: text}, "1", rapid.SampledFrom([]Send{AsOwner, AsMember, TakingIt}).Draw(t, "send")),
		Close(agent, Closing{Note: text}, flip), Reopen(agent), Transfer(agent, Passing{To: Staff{"U0SAM", "Sam"}, Note: text}, flip),
		RouteTo(s.Epoch, Routed{Channel: "C1", Staffed: flip}, &Message{Text: "away"}),
		Announce(s.Epoch, "C1"), CloseIdle(s.Active.Seq), WarnIdle(s.Active.Seq, "soon"),
		Transfer(agent, Passing{Channel: "C2", Group: "S1"}, flip), Undo(agent, on, now, flip), Block(agent, now.Add(time.Hour), text, flip), Unblock(agent),
		OfferTo(s.Queued.Seq, sam.staff(), now), AssignTo(s.Queued.Seq, sam.staff(), now), Step(s.Queued.Seq, Stepped{Step: s.Steps, Do: "overflow"}, Overflow("C3")),
		BackToBot(s.Queued.Seq, BackNobody, NoticeNobody.Say()), Remind(s.Unanswered.Seq), Requeue(agent.ID, ReleasedSilent), Leave(agent.ID, ReleasedGone),
		Label(agent, text, []string{text}, nil), Misjudge(agent, text), VerifyContact(anna, s.Address), Summarise(Summarised{Epoch: s.Epoch}),
		Append(Draft{Author: agent, Source: FromSlack, Body: Note{Text: text}}),
		Append(Draft{Author: agent, Source: FromSlack, Body: Edited{Of: on, Text: text}}),
		Append(Draft{Author: agent, Source: FromSlack, Body: Retracted{Of: on}}),
	}).Draw(t, "act")
}

// TestInvariants: whatever is tried in whatever order, the log that comes out
// keeps the invariants, folds to the cached state, and folds to the same state
// with every payload blanked.
func TestInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, log := State{}, []Event(nil)
		add := func(d Decider, now time.Time) {
			drafts, err := d(s)
			if err != nil {
				return
			}
			next, events, err := Extend(s, "cnv_1", "", drafts, now)
			var refusal *Refusal
			if err != nil && !errors.As(err, &refusal) {
				t.Fatalf("extend: %v", err)
			}
			if err == nil {
				s, log = next, append(log, events...)
			}
		}
		add(Append(Draft{Author: anna, Body: Opened{Visitor: "vis_anna"}}), t0)
		for i := range rapid.IntRange(1, 60).Draw(t, "steps") {
			now := t0.Add(time.Duration(i) * time.Hour)
			add(acts(t, s, now), now)
		}
		checkLog(t, log, s)
	})
}

func checkLog(t *rapid.T, log []Event, cached State) {
	state, blank, vseq := State{}, State{}, Seq(0)
	for i, e := range log {
		if e.Seq != Seq(i+1) {
			t.Fatalf("event %d has number %d", i+1, e.Seq)
		}
		if e.VSeq != 0 {
			if vseq++; e.VSeq != vseq {
				t.Fatalf("the visitor's numbering has a hole before %d", e.VSeq)
			}
		}
		if _, note := e.Body.(Note); note && e.VSeq != 0 {
			t.Fatalf("a note got a visitor's number")
		}
		checkLine(t, state, e)
		state = state.Apply(e)
		blank = blank.Apply(blanked(t, e))
	}
	if !reflect.DeepEqual(state, cached) {
		t.Fatalf("fold %+v\ncached %+v", state, cached)
	}
	if !reflect.DeepEqual(blank, cached) {
		t.Fatalf("fold without payloads %+v\nwith %+v", blank, cached)
	}
	var back State
	raw, err := json.Marshal(cached)
	if err != nil || json.Unmarshal(raw, &back) != nil || !reflect.DeepEqual(back, cached) {
		t.Fatalf("the stored state does not come back: %s", raw)
	}
}

func checkLine(t *rapid.T, before State, e Event) {
	if _, line := e.Body.(Message); !line {
		return
	}
	switch e.Author.Role {
	case Bot:
		if before.Mode != WithBot || before.TopicOpen {
			t.Fatalf("the bot spoke in mode %s, topic open %v", before.Mode, before.TopicOpen)
		}
	case Agent:
		if before.Mode != WithAgent || before.Owner.ID == "" {
			t.Fatalf("an agent spoke in mode %s", before.Mode)
		}
	case Visitor:
		if before.Mode == IsClosed {
			t.Fatalf("the visitor spoke into a closed conversation")
		}
	case System:
	}
}

// blanked returns the event as it is stored with its payload erased.
func blanked(t *rapid.T, e Event) Event {
	facts, _, err := EncodeBody(e.Body)
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	body, err := DecodeBody(e.Body.kind(), facts, nil)
	if err != nil {
		t.Fatalf("decode: %v", err)
	}
	e.Author.Name, e.Body = "", body
	return e
}

func TestReferencesAndHandles(t *testing.T) {
	seen := map[ID]bool{}
	for range 1000 {
		id := NewID()
		if seen[id] {
			t.Fatalf("id %s twice", id)
		}
		seen[id] = true
	}
	if got := NewReference(4); len(got) != 6 || got[:2] != "H-" {
		t.Errorf("reference %q", got)
	}
	if a, b := Handle("vis_abc"), Handle("vis_abc"); a != b || a == Handle("vis_xyz") {
		t.Errorf("handles %q %q %q", a, b, Handle("vis_xyz"))
	}
}
