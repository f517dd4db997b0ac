package draw

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// A mark shows the line it is about and the words to look at; what visitors wrote is
// raw text, never markup.
func TestMarkBlock(t *testing.T) {
	log := func(bodies ...conversation.Body) (out []conversation.Event) {
		for i, b := range bodies {
			out = append(out, conversation.Event{Seq: conversation.Seq(i + 1), Draft: conversation.Draft{Body: b}})
		}
		return out
	}
	opened := conversation.Opened{Reference: "H-4F2K"}
	line := conversation.Message{Text: "the third time! <!channel> *again*"}
	maya := conversation.Staff{ID: "U0MAYA", Name: "Maya"}
	escalate := conversation.Decided{On: 2, Act: conversation.ActEscalate, Signals: []conversation.Signal{{Name: "frustration", Value: 0.8, Seq: 2, From: 4, To: 14}}}
	for name, tc := range map[string]struct {
		events []conversation.Event
		mend   *Mend
		want   []string
	}{
		"missed, a topic": {
			log(opened, line, conversation.Missed{Agent: maya, Of: 2, Saw: conversation.MissedTopic, Topic: "Billing", Phrase: "third time", Note: "she left"}),
			&Mend{"Add to Billing.", `- "third time"`, "handoff.yaml:7"},
			[]string{"H-4F2K", "Should have escalated · Topic Billing · Maya", `"text":"the third time! \u003c!channel\u003e *again*"`, "Look at: “third time”", "Add to Billing.", " (handoff.yaml:7)", `"rich_text_preformatted"`, `- \"third time\"`, "she left"},
		},
		"missed, a wish": {
			log(opened, line, conversation.Missed{Agent: maya, Of: 2, Saw: conversation.MissedAsking, Phrase: "third time"}), nil,
			[]string{"The visitor asked for a person · Maya", "Look at: “third time”"},
		},
		"missed, taken back by the visitor": {
			log(opened, line, conversation.Missed{Agent: maya, Of: 2}, conversation.Retracted{Of: 2}), nil,
			[]string{"Should have escalated · Maya"},
		},
		"wrong, the second of two": {
			log(opened, line, conversation.Escalated{Reason: "button"}, escalate, conversation.Escalated{Reason: "frustration", Rule: "vip"}, conversation.Misjudged{Agent: maya, Epoch: 2}),
			&Mend{Say: "Softer than frustration 0.80."},
			[]string{"Wrong escalation · Rule vip · Maya", "Look at: “third time” (frustration 0.80)", "Softer than frustration 0.80."},
		},
		"wrong, of a button": {
			log(opened, line, conversation.Escalated{Reason: "button"}, conversation.Misjudged{Agent: maya, Epoch: 1}), nil,
			[]string{"Wrong escalation · "},
		},
	} {
		t.Run(name, func(t *testing.T) {
			marks := MarksOf(tc.events)
			if len(marks) != 1 {
				t.Fatalf("%d marks", len(marks))
			}
			raw, err := json.Marshal(marks[0].block(tc.events, tc.mend))
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range tc.want {
				if !strings.Contains(string(raw), want) {
					t.Errorf("%s is not in %s", want, raw)
				}
			}
			if strings.Contains(string(raw), "mrkdwn") {
				t.Errorf("markup in %s", raw)
			}
		})
	}
}

// However much was said of the marks of a week, the list fits a post; what does not
// is counted.
func TestWeeklyMarksFitAPost(t *testing.T) {
	at := time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)
	long := strings.Repeat("a very long word ", 40)
	events := []conversation.Event{{Seq: 1, At: at, Draft: conversation.Draft{Body: conversation.Opened{Reference: "H-4F2K"}}}, {Seq: 2, At: at, Draft: conversation.Draft{Body: conversation.Message{Text: long}}}}
	for range 30 {
		events = append(events, conversation.Event{Seq: conversation.Seq(len(events) + 1), At: at, Draft: conversation.Draft{Body: conversation.Missed{
			Agent: conversation.Staff{ID: "U0MAYA", Name: "Maya"}, Of: 2, Saw: conversation.MissedTopic, Topic: long, Phrase: long, Note: long}}})
	}
	var list WeekMarks
	for _, mark := range MarksOf(events) {
		list.Add(mark, events, &Mend{"Add to " + long, "- " + long, "handoff.yaml:7"})
	}
	m, ok := list.Message(at.AddDate(0, 0, -2), at.AddDate(0, 0, 5))
	if !ok {
		t.Fatal("nothing was drawn")
	}
	size := 0
	for _, block := range m.Blocks {
		if rich, is := block.(richBlock); is {
			size += rich.length()
		}
	}
	raw, err := json.Marshal(m.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	shown := len(m.Blocks) - 2 // the head and the foot
	if size > maxWeekText || shown < 5 || !strings.Contains(string(raw), fmt.Sprintf("%d more. ", 30-shown)) {
		t.Errorf("%d marks with %d characters in %s", shown, size, raw[max(0, len(raw)-300):])
	}
}
