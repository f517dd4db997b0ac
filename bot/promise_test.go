package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// seenDrafts is everything that was shown of drafts so far.
func seenDrafts(shown <-chan feed.Signal) string {
	var all []string
	for len(shown) > 0 {
		all = append(all, string((<-shown).Data))
	}
	return strings.Join(all, "\n")
}

// TestPromiseInTheDraft: what only the team may decide is withheld at every level
// at which the bot speaks, whether the sentence comes in pieces or at the end,
// and nothing of it reaches the visitor.
func TestPromiseInTheDraft(t *testing.T) {
	for name, tt := range map[string]struct {
		level, text string
		notice      conversation.Notice
	}{
		"in the middle": {escalation.Balanced, "Parcels take two days. I've waived the late fee for you. Just tell me your number.", conversation.NoticeEscalatedPromise},
		"at the end":    {escalation.Quick, "Parcels take two days. Your order has been cancelled", conversation.NoticeEscalatedPromise},
		"alone":         {escalation.AIFirst, "Ich habe Ihnen einen Gutschein über 20 Euro geschickt.", conversation.NoticeEscalatedPromise},
		"at ai_only":    {escalation.AIOnly, "I guarantee that it arrives tomorrow. Bye.", conversation.NoticeAIOnly},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.level(tt.level)
			h.model.Script(llmtest.Step{Times: -1, Reply: llmtest.Reply{Text: tt.text, Delay: 5 * time.Millisecond}})
			shown, stop := h.live.Watch(h.id)
			defer stop()
			h.says(question)
			events := h.judged()
			if got := lines(events, conversation.Bot); len(got) != 0 {
				t.Errorf("the bot said %+v", got)
			}
			if said := lines(events, conversation.System); len(said) != 1 || said[0].Notice != tt.notice {
				t.Errorf("she is told %+v, want %s", said, tt.notice)
			}
			d := bodies[conversation.Decided](events)
			if len(d) != 1 || d[0].Reason != escalation.ReasonPromise || d[0].Draft == "" || !strings.HasPrefix(d[0].Explain, "The bot was about to ") {
				t.Errorf("verdict %+v", d)
			}
			if n := len(bodies[conversation.Escalated](events)); (n == 1) != (tt.level != escalation.AIOnly) {
				t.Errorf("%d escalations at %s", n, tt.level)
			}
			drafts := seenDrafts(shown)
			for _, never := range []string{"waived", "cancelled", "Gutschein", "guarantee"} {
				if strings.Contains(drafts, never) {
					t.Errorf("the visitor saw %s", drafts)
				}
			}
		})
	}
}

// TestPromiseAfterAWait: a wait that ended without a person does not let a promise
// pass.
func TestPromiseAfterAWait(t *testing.T) {
	h := newHouse(t)
	h.model.Script(llmtest.Say("I've waived the late fee for you."))
	h.presses()
	h.says(question)
	h.nobody()
	h.escalated(escalation.ReasonPromise)
}
