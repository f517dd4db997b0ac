package bot_test

import (
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/bot"
	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// shadow tries a policy out beside the one in force.
func (h *house) shadow(change func(*escalation.Config)) *escalation.Policy {
	cfg := escalation.Defaults()
	change(&cfg)
	policy, problems := escalation.Compile(cfg)
	if len(problems) > 0 {
		h.t.Fatal(problems)
	}
	h.change(func(s *bot.Settings) { s.Shadow = policy })
	return policy
}

// A shadow is recorded, on the visitor's words, on the bot's own and on what
// follows, and changes nothing that anybody sees.
func TestShadowIsOnlyRecorded(t *testing.T) {
	h := newHouse(t)
	h.model.Script(llmtest.Step{Times: -1, Reply: llmtest.Reply{Text: "Parcels take two days. You can track them on our site."}})
	p := h.shadow(func(c *escalation.Config) {
		c.RestrictedTopics = []escalation.Topic{
			{Name: "Tracking", Phrases: []string{"track them"}, Channel: "C0PARCELS"}, // in the answer
			{Name: "Returns", Phrases: []string{"send back"}},                         // in the visitor's words
		}
	})
	h.says(question)
	h.hears("You can track them on our site.")
	h.judged()
	h.says("Can I send back the blue jacket?")
	events := h.wait("two verdicts", func(events []conversation.Event) bool { return len(bodies[conversation.Decided](events)) == 2 })
	decided := bodies[conversation.Decided](events)
	for i, want := range []string{"Tracking", "Returns"} {
		d := decided[i]
		if d.Act == conversation.ActEscalate || !d.Shadow.Differs() || d.Shadow.Policy != p.Hash() || d.Shadow.Act != conversation.ActEscalate {
			t.Errorf("verdict %d: %s beside %+v", i, d.Act, d.Shadow)
			continue
		}
		if d.Shadow.Topic != want || !strings.Contains(d.ShadowExplain, want) {
			t.Errorf("verdict %d: %+v %q", i, d.Shadow, d.ShadowExplain)
		}
		if v := escalation.ReplayShadow(p, d); string(v.Act) != d.Shadow.Act || v.Topic != d.Shadow.Topic {
			t.Errorf("verdict %d replays as %s %s", i, v.Act, v.Topic)
		}
	}
	if n := len(bodies[conversation.Escalated](events)); n != 0 {
		t.Errorf("%d escalations", n)
	}
}

// The live policy escalates, the shadow would have answered.
func TestShadowThatWouldAnswer(t *testing.T) {
	h := newHouse(t)
	h.shadow(func(*escalation.Config) {})
	h.says("I was charged twice")
	events := h.escalated(escalation.ReasonTopic)
	if d := bodies[conversation.Decided](events)[0]; d.Shadow.Act != string(escalation.Answer) || d.Shadow.Same {
		t.Errorf("%+v", d.Shadow)
	}
}
