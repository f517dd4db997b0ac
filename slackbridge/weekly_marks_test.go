package slackbridge

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
)

// sayer proposes what it was asked about.
type sayer struct{}

func (sayer) Missed(line string, m conversation.Missed) (Mend, bool) {
	return Mend{"Add to " + m.Topic + ".", "- " + strconv.Quote(m.Phrase), "handoff.yaml:7"}, m.Topic != "" && line != ""
}

func (sayer) Wrong(d conversation.Decided, said map[conversation.Seq]string) (Mend, bool) {
	if len(d.Signals) == 0 || said[d.On] == "" {
		return Mend{}, false
	}
	return Mend{Say: fmt.Sprintf("Softer than %s %.2f.", d.Signals[0].Name, d.Signals[0].Value)}, true
}

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
		want   []string
	}{
		"missed, a topic": {
			log(opened, line, conversation.Missed{Agent: maya, Of: 2, Saw: conversation.MissedTopic, Topic: "Billing", Phrase: "third time", Note: "she left"}),
			[]string{"H-4F2K", "Should have escalated · Topic Billing · Maya", `"text":"the third time! \u003c!channel\u003e *again*"`, "Look at: “third time”", "Add to Billing.", " (handoff.yaml:7)", `"rich_text_preformatted"`, `- \"third time\"`, "she left"},
		},
		"missed, a wish": {
			log(opened, line, conversation.Missed{Agent: maya, Of: 2, Saw: conversation.MissedAsking, Phrase: "third time"}),
			[]string{"The visitor asked for a person · Maya", "Look at: “third time”"},
		},
		"missed, taken back by the visitor": {
			log(opened, line, conversation.Missed{Agent: maya, Of: 2}, conversation.Retracted{Of: 2}),
			[]string{"Should have escalated · Maya"},
		},
		"wrong, the second of two": {
			log(opened, line, conversation.Escalated{Reason: "button"}, escalate, conversation.Escalated{Reason: "frustration", Rule: "vip"}, conversation.Misjudged{Agent: maya, Epoch: 2}),
			[]string{"Wrong escalation · Rule vip · Maya", "Look at: “third time” (frustration 0.80)", "Softer than frustration 0.80."},
		},
		"wrong, of a button": {
			log(opened, line, conversation.Escalated{Reason: "button"}, conversation.Misjudged{Agent: maya, Epoch: 1}),
			[]string{"Wrong escalation · "},
		},
	} {
		t.Run(name, func(t *testing.T) {
			marks := marksOf(tc.events)
			if len(marks) != 1 {
				t.Fatalf("%d marks", len(marks))
			}
			b := &Bridge{Deps: Deps{Mends: sayer{}}}
			raw, err := json.Marshal(b.markBlock(referenceOf(tc.events), marks[0], tc.events))
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

// oneChat is the log of one conversation.
type oneChat struct {
	Log
	events []conversation.Event
}

func (c oneChat) Events(_ context.Context, _ conversation.ID, after conversation.Seq, limit int) ([]conversation.Event, error) {
	return c.events[min(int(after), len(c.events)):min(int(after)+limit, len(c.events))], nil
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
	b := &Bridge{Deps: Deps{Log: oneChat{events: events}, Mends: sayer{}, Marked: func(context.Context, time.Time, time.Time) ([]conversation.ID, error) {
		return []conversation.ID{"cnv_1"}, nil
	}}}
	m, ok, err := b.drawMarks(t.Context(), week{From: at.AddDate(0, 0, -2), To: at.AddDate(0, 0, 5)})
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	size := 0
	for _, block := range m.blocks {
		if rich, is := block.(richBlock); is {
			size += rich.length()
		}
	}
	raw, err := json.Marshal(m.blocks)
	if err != nil {
		t.Fatal(err)
	}
	shown := len(m.blocks) - 2 // the head and the foot
	if size > maxWeekText || shown < 5 || !strings.Contains(string(raw), fmt.Sprintf("%d more. ", 30-shown)) {
		t.Errorf("%d marks with %d characters in %s", shown, size, raw[max(0, len(raw)-300):])
	}
}
