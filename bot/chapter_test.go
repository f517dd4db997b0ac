package bot_test

import (
	"testing"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// TestSignalsCountAfterTheLastHandBack: what was seen before an agent handed back
// is forgotten: the first clear sign, the first question without an answer and the
// same question are the first again.
func TestSignalsCountAfterTheLastHandBack(t *testing.T) {
	for reason, text := range map[string]string{
		escalation.ReasonFrustrated: "This is ridiculous, how long do parcels take?",
		escalation.ReasonUnknown:    "Do you sell pineapples in Norway?",
	} {
		h := newHouse(t)
		h.model.Script(llmtest.Say("Parcels take two working days."))
		h.says(text)
		h.judged()
		h.presses()
		h.act(conversation.Claim(maya, conversation.ByButton))
		h.act(conversation.HandBack(maya, "", false))
		h.says(text)
		events := h.judged()
		d := bodies[conversation.Decided](events)
		if first, last := d[0], d[len(d)-1]; first.Reason != reason || last.Reason != reason || last.Act != string(escalation.Offer) {
			t.Errorf("%q: first %s because of %s, after the hand back %s because of %s", text, first.Act, first.Reason, last.Act, last.Reason)
		}
	}
}
