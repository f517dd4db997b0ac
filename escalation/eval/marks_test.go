package eval

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
)

// marksOf is what a recorded chat with marks says of single detectors.
func marksOf(t *testing.T, write func(c *chat)) Report {
	t.Helper()
	c := &chat{t: t, policy: policy(t)}
	c.add(conversation.Visitor, conversation.Opened{Visitor: "vis_1", Widget: "pk_shop", Reference: "H-4F2K"})
	write(c)
	r := NewReport(c.policy, nil)
	r.Recall([]Recording{{ID: "cnv_1", Events: c.events}}, Side{c.policy, func(string) string { return "" }, "handoff.yaml"}, nil, func() {})
	return r
}

func TestMarksLabelDetectors(t *testing.T) {
	maya := conversation.Staff{ID: "U1", Name: "Maya"}
	missing := func(text string, m conversation.Missed) func(*chat) {
		return func(c *chat) {
			m.Agent, m.Of = maya, c.says(text, "I see.")
			c.add(conversation.Agent, m)
		}
	}
	wrong := func(text, draft string) func(*chat) {
		return func(c *chat) {
			c.says(text, draft)
			c.add(conversation.Agent, conversation.Misjudged{Agent: maya, Epoch: 1})
		}
	}
	for name, tc := range map[string]struct {
		write func(*chat)
		want  string // detector, topic or label, text, draft, phrase
		count Count
	}{
		"a wish that was missed":    {missing("get me Karen on the line", conversation.Missed{Saw: conversation.MissedAsking, Phrase: "Karen"}), "asks_person 1 get me Karen on the line||Karen", Count{Lines: 1, Missed: 1}},
		"anger that was missed":     {missing("My parcel never came and the shop is closed", conversation.Missed{Saw: conversation.MissedAnger}), "frustration 1 My parcel never came and the shop is closed||", Count{Lines: 1, Missed: 1}},
		"a topic that was missed":   {missing("you owe me", conversation.Missed{Saw: conversation.MissedTopic, Topic: "Refunds", Phrase: "owe me"}), "restricted_topic Refunds you owe me||owe me", Count{Lines: 1, Missed: 1}},
		"no answer that was missed": {missing("and where?", conversation.Missed{Saw: conversation.MissedUnknown}), "", Count{}},
		"something else":            {missing("and where?", conversation.Missed{}), "", Count{}},
		"a topic in vain":           {wrong("What is a refund, in general?", ""), "restricted_topic none What is a refund, in general?||refund", Count{Lines: 1, FalseAlarm: 1}},
		"a topic in the draft":      {wrong("What do you sell?", "Pens, and a refund for everybody."), "restricted_topic none |Pens, and a refund for everybody.|refund", Count{Lines: 1, FalseAlarm: 1}},
		"a wish in vain":            {wrong("I want to talk to a human please", ""), "asks_person 0 I want to talk to a human please||talk to a human", Count{Lines: 1, FalseAlarm: 1}},
		"taken back": {func(c *chat) {
			c.says("I want to talk to a human please", "")
			at := c.add(conversation.Agent, conversation.Misjudged{Agent: maya, Epoch: 1})
			c.add(conversation.Agent, conversation.Unmarked{Agent: maya, Of: at})
		}, "", Count{}},
	} {
		t.Run(name, func(t *testing.T) {
			r := marksOf(t, tc.write)
			got := ""
			for _, u := range r.Recorded.Labelled {
				label := u.Topic
				if u.Label != nil {
					label = fmt.Sprint(*u.Label)
				}
				got += fmt.Sprintf("%s %s %s|%s|%s", u.Detector, label, u.Text, u.Draft, u.Phrase)
			}
			if got != tc.want {
				t.Fatalf("labelled %q, want %q", got, tc.want)
			}
			for _, s := range r.Sections {
				if s.Detector != Escalations && (s.All != tc.count || len(s.By[BySource]) != 1 || s.By[BySource][0].Value != "marks") {
					t.Errorf("section %+v, want %+v", s, tc.count)
				}
			}
		})
	}
}

// What is written of marks is what the command reads, with the same outcome.
func TestMarksAreUtterances(t *testing.T) {
	r := marksOf(t, func(c *chat) {
		c.add(conversation.Agent, conversation.Missed{Of: c.says("you owe me", "I see."), Saw: conversation.MissedTopic, Topic: "Refunds", Phrase: "owe me"})
		c.add(conversation.Agent, conversation.Missed{Of: c.says("get me Karen", "I see."), Saw: conversation.MissedAsking})
	})
	var b bytes.Buffer
	for _, u := range r.Recorded.Labelled {
		if err := json.NewEncoder(&b).Encode(u); err != nil {
			t.Fatal(err)
		}
	}
	list, _, err := Read("marks.jsonl", "", &b)
	if err != nil || len(list) != 2 || list[0].Phrase != "owe me" || list[0].Name() != "H-4F2K, line 2" {
		t.Fatalf("%+v, %v", list, err)
	}
	again := NewReport(policy(t), Run(policy(t), "", list))
	for i, s := range again.Sections {
		if mine := r.Sections[len(r.Sections)-len(again.Sections)+i]; s.Detector != mine.Detector || s.All != mine.All {
			t.Errorf("%s of the file %+v, of the recording %+v", s.Detector, s.All, mine.All)
		}
	}
	var text bytes.Buffer
	if err := r.Print(&text); err != nil {
		t.Fatal(err)
	}
	if want := "a person was needed, " + escalation.SignalTopic + " Refunds in “owe me”"; !strings.Contains(text.String(), want) {
		t.Errorf("no %q in\n%s", want, text.String())
	}
}
