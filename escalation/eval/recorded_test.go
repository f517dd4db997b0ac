package eval

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
)

// chat writes a log as the bot would, each line of hers judged by a policy.
type chat struct {
	t      *testing.T
	policy *escalation.Policy
	state  conversation.State
	events []conversation.Event
	lines  []escalation.Line
	past   []conversation.Decided
}

func (c *chat) add(role conversation.Role, b conversation.Body) conversation.Seq {
	e := conversation.Event{
		Conversation: "cnv_1", Seq: c.state.Seq + 1, At: time.UnixMilli(1_000_000).UTC(),
		Draft: conversation.Draft{Author: conversation.Author{Role: role, Name: "Robin"}, Source: conversation.FromBot, Body: b},
	}
	c.events, c.state = append(c.events, e), c.state.Apply(e)
	if m, ok := b.(conversation.Message); ok {
		c.lines = append(c.lines, escalation.Line{Seq: e.Seq, Role: role, Text: m.Text})
	}
	return e.Seq
}

func (c *chat) says(text, answer string) conversation.Seq {
	on := c.add(conversation.Visitor, conversation.Message{Text: text})
	s := escalation.Situation{State: c.state, Lines: c.lines, Past: c.past, Draft: answer}
	v := c.policy.Judge(s)
	withheld := ""
	if v.Act == escalation.Escalate {
		withheld = answer
	}
	d := v.Decided(on, "trn", withheld)
	c.past = append(c.past, d)
	c.add(conversation.Bot, d)
	if v.Act == escalation.Escalate {
		c.add(conversation.System, v.Escalated())
		c.add(conversation.Agent, conversation.HandedBack{Agent: conversation.Staff{ID: "U1", Name: "Maya"}})
		c.lines, c.past = nil, nil
		return on
	}
	c.add(conversation.Bot, conversation.Message{Text: answer, Answer: true, Turn: "trn"})
	return on
}

func recording(t *testing.T) []Recording {
	t.Helper()
	c := &chat{t: t, policy: policy(t)}
	c.add(conversation.Visitor, conversation.Opened{Visitor: "vis_1", Widget: "pk_shop", Reference: "H-4F2K"})
	c.says("Do you sell fountain pens?", "Yes, two kinds.")
	c.says("What is a refund, in general?", "")
	c.add(conversation.Agent, conversation.Misjudged{Agent: conversation.Staff{ID: "U1", Name: "Maya"}, Epoch: 1, Note: "only a question"})
	c.says("I want a refund", "")
	taken := c.add(conversation.Agent, conversation.Misjudged{Agent: conversation.Staff{ID: "U1", Name: "Maya"}, Epoch: 2})
	c.add(conversation.Agent, conversation.Unmarked{Agent: conversation.Staff{ID: "U1", Name: "Maya"}, Of: taken})
	lost := c.says("My parcel never came and the shop is closed", "I see.")
	c.add(conversation.Agent, conversation.Note{Text: "a secret note"})
	c.add(conversation.Agent, conversation.Missed{Agent: conversation.Staff{ID: "U1", Name: "Maya"}, Of: lost, Note: "she was lost"})
	c.add(conversation.Agent, conversation.Missed{Agent: conversation.Staff{ID: "U1", Name: "Maya"}, Of: 1})
	var b bytes.Buffer
	if err := WriteEvents(&b, c.events); err != nil {
		t.Fatal(err)
	}
	for _, private := range []string{"secret note", "Robin"} {
		if strings.Contains(b.String(), private) {
			t.Errorf("%q is in the export", private)
		}
	}
	list, err := ReadRecordings("x.jsonl", &b)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	return list
}

func TestRecall(t *testing.T) {
	p, q := policy(t), other(t)
	level := func(string) string { return "" }
	r := NewReport(p, nil)
	r.Near = NewNearMisses(.1)
	seen := 0
	r.Recall(recording(t), Side{p, level, "handoff.yaml"}, &Side{q, level, "next.yaml"}, func() { seen++ })
	rec := r.Recorded
	if seen != 1 || rec.Conversations != 1 || rec.Decisions != 4 || rec.Own != 4 || rec.Replayed != 4 || len(rec.Unlike) != 0 || rec.Since.Changed != 0 || rec.Unmatched != 1 {
		t.Errorf("recorded: %+v", rec)
	}
	if r.Changes.Changed != 3 || r.Changes.between("escalate", "answer") != 2 || r.Changes.between("answer", "escalate") != 1 {
		t.Errorf("changes: %+v", r.Changes)
	}
	if len(rec.Said) != 2 {
		t.Fatalf("said: %+v", rec.Said)
	}
	wrong, lost := rec.Said[0], rec.Said[1]
	if wrong.Says != wrongly || wrong.Phrase != "refund" || wrong.Rule != "topic/Refunds" || wrong.Agrees || wrong.Name != "H-4F2K, line 5" || wrong.Note != "only a question" {
		t.Errorf("wrong: %+v", wrong)
	}
	if lost.Says != missed || lost.Agrees || lost.Was.Act != "answer" || !strings.HasPrefix(lost.Text, "My parcel") {
		t.Errorf("missed: %+v", lost)
	}
	s := r.Sections[0]
	if s.Detector != Escalations || s.All != (Count{Lines: 3, Right: 1, FalseAlarm: 1, Missed: 1}) || s.By[ByPhrase][0] != (Group{"refund", Count{Lines: 2, Right: 1, FalseAlarm: 1}}) {
		t.Errorf("section: %+v", s)
	}
	half := .6
	if got := r.Missed([]Requirement{{Detector: Escalations, Rule: "topic/Refunds", Precision: &half}}); len(got) != 1 || !strings.Contains(got[0], "precision is 0.500") {
		t.Errorf("required: %q", got)
	}
	var text, page bytes.Buffer
	if err := r.Print(&text); err != nil {
		t.Fatal(err)
	}
	if err := r.PrintHTML(&page, "handoff.yaml"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"4 decisions of 1 conversation\n", "4 come out the same", "  rule topic/Refunds ", "        1         2     0.500  topic/Refunds: “refund”", "she was lost", "1 word of agents"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, text.String())
		}
	}
}

// Of what the knowledge had, the log alone knows how near it came.
func TestRecordedNearMisses(t *testing.T) {
	list := recording(t)
	for i, e := range list[0].Events {
		if d, ok := e.Body.(conversation.Decided); ok && d.Act == "answer" {
			d.Signals = append(d.Signals, conversation.Signal{Name: escalation.SignalCannot, Value: .6, Seq: d.On})
			list[0].Events[i].Body = d
			break
		}
	}
	r := NewReport(policy(t), nil)
	r.Near = NewNearMisses(.1)
	r.Recall(list, Side{policy(t), func(string) string { return "" }, ""}, nil, func() {})
	if n := r.Near; len(n.Cases) != 1 || n.Cases[0].Signal != escalation.SignalCannot || n.Cases[0].Name != "H-4F2K, line 2" || n.Cases[0].Threshold != escalation.Unanswered {
		t.Errorf("near: %+v", n)
	}
}

// A policy that has changed is told by the words, also where the signals that
// were logged then say nothing of it.
func TestRecallAfterAChange(t *testing.T) {
	q := other(t)
	r := NewReport(q, nil)
	r.Recall(recording(t), Side{q, func(string) string { return escalation.Balanced }, "next.yaml"}, nil, func() {})
	if rec := r.Recorded; rec.Own != 0 || rec.Since.Changed != 3 || r.Changes != nil || !rec.Said[0].Agrees {
		t.Errorf("recorded: %+v", rec)
	}
}

func TestReadRecordingsRefuses(t *testing.T) {
	for line, want := range map[string]string{
		`nonsense`:              "x.jsonl:1: not an event",
		`{"text": "I am lost"}`: "handoff explain --json",
		`{"conversation": "a", "seq": 1, "kind": "surprise"}`:                         `unknown event kind "surprise"`,
		`{"conversation": "a", "seq": 1, "kind": "decided", "facts": {"on": "five"}}`: "decode decided",
		"\n" + `{"conversation": "a", "seq": -1, "kind": "message"}`:                  "x.jsonl:2: not an event",
	} {
		if _, err := ReadRecordings("x.jsonl", strings.NewReader(line)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", line, err, want)
		}
	}
}

// FuzzRecordings reads files that nobody of ours has written: they are refused,
// or judged.
func FuzzRecordings(f *testing.F) {
	f.Add([]byte(`{"conversation":"a","seq":3,"role":"visitor","kind":"message","words":{"text":"a refund"}}` + "\n" +
		`{"conversation":"a","seq":4,"role":"bot","kind":"decided","facts":{"on":3,"act":"escalate","signals":[{"name":"restricted_topic:","value":2,"seq":3,"from":-1,"to":99}]}}` + "\n" +
		`{"conversation":"a","seq":4,"role":"agent","kind":"misjudged","facts":{"epoch":-1}}`))
	p, problems := escalation.Compile(escalation.Defaults())
	if len(problems) > 0 {
		f.Fatal(problems)
	}
	side := Side{p, func(string) string { return "" }, "a"}
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := ReadRecordings("x.jsonl", bytes.NewReader(data))
		if err != nil {
			return
		}
		r := NewReport(p, nil)
		r.Near = NewNearMisses(.5)
		r.Recall(list, side, &side, func() {})
		var b bytes.Buffer
		if err := r.Print(&b); err != nil {
			t.Fatal(err)
		}
		if err := r.PrintHTML(&b, "a"); err != nil {
			t.Fatal(err)
		}
	})
}
