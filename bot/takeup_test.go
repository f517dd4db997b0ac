package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/bot"
	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/feed"
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

// TestCancelLeavesTheBotNothing: lines before a cancel were for people, also when the
// bot's reader reads them only afterwards. What she writes next is judged alone.
func TestCancelLeavesTheBotNothing(t *testing.T) {
	for name, behind := range map[string]bool{"up to date": false, "behind": true} {
		for ask, asks := range map[string]func(*house){
			"by the button": (*house).presses,
			"in words":      func(h *house) { h.says("I want to talk to a human please"); h.escalated(escalation.ReasonAsked) },
		} {
			t.Run(name+", "+ask, func(t *testing.T) {
				h := newHouse(t)
				h.model.Script(llmtest.Say("Parcels take two working days."))
				asks(h)
				before := len(bodies[conversation.Decided](h.events()))
				if behind {
					h.act(inOne(
						conversation.VisitorSays(anna, conversation.Message{Text: "I was charged twice"}, time.Now(), time.Hour),
						conversation.VisitorSays(anna, conversation.Message{Text: "Whatever, that was only a test"}, time.Now(), time.Hour),
						conversation.Cancel(anna)))
				} else {
					h.says("I was charged twice")
					h.says("Whatever, that was only a test")
					h.read()
					h.act(conversation.Cancel(anna))
				}
				h.read()
				events := h.events()
				if n := len(bodies[conversation.Decided](events)); n != before || len(lines(events, conversation.Bot)) != 0 || len(h.model.Requests()) != 0 {
					t.Fatalf("%d verdicts, before the cancel %d, and %d calls:\n%s", n, before, len(h.model.Requests()), dump(events))
				}
				h.says(question)
				h.hears("two working days")
				if n := len(bodies[conversation.Escalated](h.events())); n != 1 {
					t.Errorf("%d escalations, want the first one:\n%s", n, dump(h.events()))
				}
			})
		}
	}
}

// inOne is several acts in one append, so that the bot reads none before the others.
func inOne(acts ...conversation.Decider) conversation.Decider {
	return func(s conversation.State) ([]conversation.Draft, error) {
		var all []conversation.Draft
		for _, act := range acts {
			drafts, err := act(s)
			if err != nil {
				return nil, err
			}
			all = append(all, drafts...)
		}
		return all, nil
	}
}

// read reads the log as the bot's reader does, which has nothing to do.
func (h *house) read() {
	h.t.Helper()
	s, err := h.store.State(h.t.Context(), h.id)
	if err != nil {
		h.t.Fatal(err)
	}
	if done, err := h.bot.Handle(h.t.Context(), feed.Work{State: s, Now: time.Now()}); err != nil || done.Decide != nil {
		h.t.Errorf("a turn on a line that was for people, or %v", err)
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

// A topic that came up while she waited goes to people when nobody had time.
func TestATopicThatCameUpInTheWaitStaysWithPeople(t *testing.T) {
	h := newHouse(t)
	h.model.Script(llmtest.Say("Here is your refund."))
	h.presses()
	h.says("I was charged twice")
	h.nobody()
	events := h.escalated(escalation.ReasonTopic)
	if got := lines(events, conversation.Bot); len(got) != 0 || len(h.model.Requests()) != 0 {
		t.Errorf("the bot said %+v with %d calls", got, len(h.model.Requests()))
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
