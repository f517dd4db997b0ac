package conversation

import (
	"errors"
	"testing"
	"time"
)

// TestPermit holds the second fence: what no writer can append, whatever a
// decider says.
func TestPermit(t *testing.T) {
	waiting := []Decider{says("hello"), button()}
	owned := []Decider{says("hello"), button(), Claim(maya, ByButton)}
	closed := []Decider{says("hello"), button(), Claim(maya, ByButton), Close(maya, Closing{}, false)}
	openTopic := []Decider{says("x"), escalates(2, "Billing"), Cancel(anna)}
	line := func(a Author) Draft { return Draft{Author: a, Body: Message{Text: "x"}} }
	tests := []struct {
		name   string
		before []Decider
		draft  Draft
		ok     bool
	}{
		{"bot in its mode", nil, line(bot), true},
		{"bot while waiting", waiting, line(bot), false},
		{"bot while an agent has it", owned, line(bot), false},
		{"bot after close", closed, line(bot), false},
		{"bot on an open topic", openTopic, line(bot), false},
		{"visitor on an open topic", openTopic, line(anna), true},
		{"visitor after close", closed, line(anna), false},
		{"agent without a claim", waiting, line(maya), false},
		{"agent in the bot's mode", nil, line(maya), false},
		{"agent after close", closed, line(maya), false},
		{"system after close", closed, Draft{Author: Author{Role: System}, Body: Message{}}, true},
		{"note after close", closed, Draft{Author: maya, Body: Note{}}, true},
		{"contact after close", closed, Draft{Author: anna, Body: ContactGiven{}}, true},
		{"rating after close", closed, Draft{Author: anna, Body: Rated{Score: 1}}, true},
		{"edit of an event that is not there", owned, Draft{Author: maya, Body: Edited{Of: 99}}, false},
		{"retraction of an event", owned, Draft{Author: maya, Body: Retracted{Of: 2}}, true},
		{"second opened", nil, Draft{Author: anna, Body: Opened{}}, false},
		{"claim of somebody's", owned, Draft{Author: sam, Body: Claimed{Agent: Staff{ID: "U0SAM"}}}, false},
		{"claim after close", closed, Draft{Author: sam, Body: Claimed{Agent: Staff{ID: "U0SAM"}}}, false},
		{"escalate twice", waiting, Draft{Author: anna, Body: Escalated{}}, false},
		{"escalate over an agent", owned, Draft{Author: anna, Body: Escalated{}}, false},
		{"route without an escalation", nil, Draft{Body: Routed{}}, false},
		{"release without an owner", waiting, Draft{Author: maya, Body: Released{}}, false},
		{"transfer from the bot", nil, Draft{Author: maya, Body: Transferred{}}, false},
		{"hand back from the bot", nil, Draft{Author: maya, Body: HandedBack{}}, false},
		{"cancel without a wait", owned, Draft{Author: anna, Body: Cancelled{}}, false},
		{"close twice", closed, Draft{Author: maya, Body: Closed{}}, false},
		{"reopen an open one", owned, Draft{Author: maya, Body: Reopened{}}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := play(t, tt.before...).Permit(tt.draft)
			var refusal *Refusal
			if tt.ok != (err == nil) || (err != nil && !errors.As(err, &refusal)) {
				t.Errorf("got %v, want allowed %v", err, tt.ok)
			}
		})
	}
}

func TestExtendIsAllOrNothing(t *testing.T) {
	s := play(t, says("hello"))
	after, events, err := Extend(s, s.ID, "", []Draft{
		{Author: bot, Body: Message{Text: "fine"}},
		{Author: maya, Body: Message{Text: "not allowed"}},
	}, t0)
	if err == nil || events != nil || after.Seq != s.Seq {
		t.Errorf("got %d events, seq %d, error %v; want none, seq %d, an error", len(events), after.Seq, err, s.Seq)
	}
}

func TestExtendNumbers(t *testing.T) {
	s := play(t, says("hello"))
	_, events, err := Extend(s, s.ID, "s:T:C:1", []Draft{
		{Author: maya, Source: FromSlack, Body: Note{Text: "between us"}},
		{Author: bot, Source: FromBot, Body: Message{Text: "hi"}},
	}, t0.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	note, line := events[0], events[1]
	if note.Seq != 3 || note.VSeq != 0 || note.Key != "" {
		t.Errorf("note: seq %d vseq %d key %q, want 3, 0, none", note.Seq, note.VSeq, note.Key)
	}
	if line.Seq != 4 || line.VSeq != 2 || line.Key != "s:T:C:1" {
		t.Errorf("line: seq %d vseq %d key %q, want 4, 2, the key", line.Seq, line.VSeq, line.Key)
	}
	if line.At.Before(s.Last.At) {
		t.Errorf("time ran backwards: %v before %v", line.At, s.Last.At)
	}
}
