package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/bot"
	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// nobody ends the wait as the ladder's return_to_ai does.
func (h *house) nobody() {
	h.t.Helper()
	h.act(func(s conversation.State) ([]conversation.Draft, error) {
		return conversation.BackToBot(s.Queued.Seq, conversation.BackNobody, conversation.NoticeNobody.Say())(s)
	})
}

func (h *house) presses() {
	h.t.Helper()
	h.act(conversation.AskByButton(anna, "button", conversation.Escalated{Reason: conversation.ReasonButton}, conversation.Message{}, time.Now(), time.Hour))
}

// TestAnswersWhatNobodyHadTimeFor: what she wrote while she waited gets its
// answer, without the instruction of an agent who had it long before.
func TestAnswersWhatNobodyHadTimeFor(t *testing.T) {
	h := newHouse(t)
	h.model.Script(llmtest.Say("Parcels take two working days."))
	h.presses()
	h.act(conversation.Claim(maya, conversation.ByButton))
	h.act(conversation.HandBack(maya, "Speak of pineapples.", false))
	h.presses()
	h.says(question)
	h.nobody()
	m := h.hears("two working days")
	if !m.Answer || len(m.Sources) != 1 {
		t.Errorf("answer %+v", m)
	}
	if requests := h.model.Requests(); len(requests) != 1 || strings.Contains(requests[0].Prompt(), "pineapples") {
		t.Errorf("%d calls; the instruction of before must not be in them", len(requests))
	}
}

// TestNothingIsLeftToAnswer: the line that asked for the person is not judged
// again, and nobody is asked again for it.
func TestNothingIsLeftToAnswer(t *testing.T) {
	h := newHouse(t)
	h.model.Script(llmtest.Say("Parcels take two working days."))
	h.says("I want to talk to a human please")
	h.escalated(escalation.ReasonAsked)
	h.nobody()
	h.says(question)
	h.hears("two working days")
	events := h.judged()
	if n := len(bodies[conversation.Escalated](events)); n != 1 {
		t.Errorf("%d escalations, want the first one:\n%s", n, dump(events))
	}
}

func TestAfterAWaitTheBotOffersAndDoesNotEscalate(t *testing.T) {
	for name, tt := range map[string]struct {
		level, text string
		step        llmtest.Step
		calls       int
		says        string
	}{
		"asks again":        {escalation.Balanced, "Is there a human? I want to talk to a person", llmtest.Say("No."), 0, "Talk to a person"},
		"not known":         {escalation.Quick, "Do you sell pineapples in Norway?", llmtest.Say("No."), 0, "I don't have anything about that"},
		"angry":             {escalation.Quick, "This is ridiculous, how long do parcels take?", llmtest.Say("Parcels take two days."), 1, "two days"},
		"the model is down": {escalation.Balanced, question, llmtest.Fail(401), 1, "ask the team again"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.level(tt.level)
			h.model.Script(tt.step)
			h.presses()
			h.says(tt.text)
			h.nobody()
			if m := h.hears(tt.says); !m.Offer {
				t.Errorf("%q offers nobody", m.Text)
			}
			events := h.judged()
			if n := len(bodies[conversation.Escalated](events)); n != 1 {
				t.Errorf("%d escalations, want the first one:\n%s", n, dump(events))
			}
			if n := len(h.model.Requests()); n != tt.calls {
				t.Errorf("%d calls, want %d", n, tt.calls)
			}
		})
	}
}

// A topic that came up while she waited goes to people, whatever ended the wait.
func TestATopicThatCameUpInTheWaitStaysWithPeople(t *testing.T) {
	for name, end := range map[string]func(*house){
		"nobody had time": (*house).nobody,
		"she cancels":     func(h *house) { h.act(conversation.Cancel(anna)) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.model.Script(llmtest.Say("Here is your refund."))
			h.presses()
			h.says("I was charged twice")
			end(h)
			events := h.escalated(escalation.ReasonTopic)
			if got := lines(events, conversation.Bot); len(got) != 0 || len(h.model.Requests()) != 0 {
				t.Errorf("the bot said %+v with %d calls", got, len(h.model.Requests()))
			}
		})
	}
}

func TestAskInWordsOffShowsTheButtonWithoutTheModel(t *testing.T) {
	for _, level := range []string{escalation.Quick, escalation.Balanced} {
		t.Run(level, func(t *testing.T) {
			h := newHouse(t)
			h.policy(func(c *escalation.Config) { c.Level, c.AskInWords = level, false })
			h.model.Script(llmtest.Say("No."))
			h.says("I want to talk to a human please")
			if m := h.hears("Talk to a person"); !m.Offer || m.Answer {
				t.Errorf("%+v; want an offer", m)
			}
			if n := len(h.model.Requests()); n != 0 {
				t.Errorf("%d calls of the model", n)
			}
			h.says("I was charged twice")
			h.escalated(escalation.ReasonTopic)
		})
	}
}

// TestHumanOnlyNeverCallsTheModel: whatever she writes, whatever ends the wait.
func TestHumanOnlyNeverCallsTheModel(t *testing.T) {
	h := newHouse(t)
	h.change(func(s *bot.Settings) { s.Level = func(string) string { return escalation.HumanOnly } })
	h.model.Script(llmtest.Say("No."))
	h.says("Hello")
	events := h.escalated(escalation.ReasonHumanOnly)
	if said := lines(events, conversation.System); len(said) != 1 || said[0].Notice != conversation.NoticeEscalatedHumanOnly {
		t.Errorf("she is told %+v", said)
	}
	h.says(question)
	h.act(conversation.Claim(maya, conversation.ByButton))
	h.act(conversation.HandBack(maya, "", false))
	h.says(question)
	h.wait("a second escalation", func(events []conversation.Event) bool { return len(bodies[conversation.Escalated](events)) == 2 })
	h.act(conversation.Cancel(anna))
	h.presses()
	h.nobody()
	h.says("Anybody?")
	h.wait("a fourth", func(events []conversation.Event) bool { return len(bodies[conversation.Escalated](events)) == 4 })
	if n := len(h.model.Requests()); n != 0 {
		t.Errorf("%d calls of the model, want none", n)
	}
	if got := lines(h.events(), conversation.Bot); len(got) != 0 {
		t.Errorf("the bot said %+v", got)
	}
}

// TestNeverApologisesTwice: the model fails after a line that says sorry.
func TestNeverApologisesTwice(t *testing.T) {
	h := newHouse(t)
	h.model.Script(
		llmtest.Step{Times: 1, Reply: llmtest.Reply{Text: "I'm sorry, parcels take two days."}},
		llmtest.Fail(401))
	h.says(question)
	h.hears("two days")
	h.says("And what does shipping cost?")
	events := h.escalated(escalation.ReasonModelDown)
	said := lines(events, conversation.System)
	if len(said) != 1 || said[0].Notice != conversation.NoticeEscalatedDownPlain {
		t.Errorf("she is told %+v", said)
	}
}
