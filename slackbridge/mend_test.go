package slackbridge

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/slackbridge/draw"
)

// sayer proposes what it was asked about.
type sayer struct{}

func (sayer) Missed(line string, m conversation.Missed) (draw.Mend, bool) {
	return draw.Mend{Say: "Add to " + m.Topic + ".", YAML: "- " + strconv.Quote(m.Phrase)}, m.Topic != "" && line != ""
}

func (sayer) Wrong(d conversation.Decided, said map[conversation.Seq]string) (draw.Mend, bool) {
	if len(d.Signals) == 0 || said[d.On] == "" {
		return draw.Mend{}, false
	}
	return draw.Mend{Say: fmt.Sprintf("Softer than %s %.2f.", d.Signals[0].Name, d.Signals[0].Value)}, true
}

// What a mark proposes rests on the line it names, or on the decision behind the
// escalation it names.
func TestMendOf(t *testing.T) {
	var events []conversation.Event
	for i, b := range []conversation.Body{
		conversation.Opened{Reference: "H-4F2K"},
		conversation.Message{Text: "the third time!"},
		conversation.Escalated{Reason: "button"},
		conversation.Decided{On: 2, Act: conversation.ActEscalate, Signals: []conversation.Signal{{Name: "frustration", Value: 0.8, Seq: 2}}},
		conversation.Escalated{Reason: "frustration"},
	} {
		events = append(events, conversation.Event{Seq: conversation.Seq(i + 1), Draft: conversation.Draft{Body: b}})
	}
	b := &Bridge{Deps: Deps{Mends: sayer{}}}
	for _, tt := range []struct {
		mark conversation.Body
		want string
	}{
		{conversation.Missed{Of: 2, Topic: "Billing", Phrase: "third time"}, "Add to Billing."},
		{conversation.Missed{Of: 3, Topic: "Billing"}, ""},
		{conversation.Misjudged{Epoch: 2}, "Softer than frustration 0.80."},
		{conversation.Misjudged{Epoch: 1}, ""},
	} {
		got := ""
		if m := b.mendOf(events, tt.mark); m != nil {
			got = m.Say
		}
		if got != tt.want {
			t.Errorf("%#v proposes %q, want %q", tt.mark, got, tt.want)
		}
	}
}
