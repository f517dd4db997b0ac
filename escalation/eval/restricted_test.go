package eval

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/escalation"
)

const ofTopics = `
{"text": "I want a refund", "topic": "Refunds"}
{"text": "give me back what I paid", "topic": "Refunds"}
{"text": "refund the ticket I never got", "topic": "Tickets"}
{"text": "Where is my parcel?", "topic": "none"}
`

// TestRestricted: the share that no detector sees is told by topic, and nothing
// that was seen is answered, at any level.
func TestRestricted(t *testing.T) {
	utterances, _, err := Read("topics.jsonl", "", strings.NewReader(ofTopics))
	if err != nil {
		t.Fatal(err)
	}
	for _, level := range []string{escalation.AIOnly, escalation.Quick, escalation.Balanced, escalation.AIFirst} {
		r := NewReport(policy(t), Run(policy(t), level, utterances))
		want := []Restricted{{Lines: 3, Unflagged: 1}, {Topic: "Refunds", Lines: 2, Unflagged: 1}, {Topic: "Tickets", Lines: 1}}
		if got := r.Sections[0].Restricted; !slices.Equal(got, want) {
			t.Errorf("%s: got %+v, want %+v", level, got, want)
		}
		var out bytes.Buffer
		if err := r.Print(&out); err != nil || !strings.Contains(out.String(), "flagged and answered") || !strings.Contains(out.String(), "0.500") {
			t.Errorf("%v, printed:\n%s", err, out.String())
		}
	}
}
