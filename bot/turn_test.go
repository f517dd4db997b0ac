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

const question = "How long do parcels take?"

func TestAnswersWithItsSources(t *testing.T) {
	h := newHouse(t)
	h.model.Script(llmtest.Say("Parcels take two working days."))
	h.says(question)
	m := h.hears("two working days")
	if !m.Answer || m.Offer || len(m.Sources) != 1 || m.Sources[0].Path != "shipping.md" {
		t.Errorf("answer %+v; want one that cites shipping.md", m)
	}
	if len(m.Content) == 0 || m.Turn == "" {
		t.Errorf("content %s, turn %q", m.Content, m.Turn)
	}
	prompt := h.model.Requests()[0].Prompt()
	for _, want := range []string{"4.90 EUR", question, "<knowledge>"} {
		if !strings.Contains(prompt, want) {
			t.Errorf("the model was not shown %q", want)
		}
	}
	decided := bodies[conversation.Decided](h.events())
	if len(decided) != 1 || decided[0].Act != "answer" || decided[0].Policy == "" {
		t.Errorf("verdicts %+v; want one stored answer with its policy", decided)
	}
}

func TestOneTurnForABurst(t *testing.T) {
	h := newHouse(t)
	h.model.Script(llmtest.Step{Times: -1, Reply: llmtest.Reply{Text: "Parcels take two days.", Delay: 30 * time.Millisecond}})
	h.says("Hello")
	h.says("I have a question")
	h.says(question)
	h.hears("two days")
	h.judged()
	if got := lines(h.events(), conversation.Bot); len(got) != 1 {
		t.Errorf("%d answers, want one:\n%s", len(got), dump(h.events()))
	}
}

func TestAsksForAPersonWithoutTheModel(t *testing.T) {
	h := newHouse(t)
	h.model.Script(llmtest.Say("No."))
	h.says("I want to talk to a human please")
	events := h.escalated(escalation.ReasonAsked)
	if len(h.model.Requests()) != 0 {
		t.Error("the model was asked although the words decide")
	}
	if len(bodies[conversation.Asked](events)) != 1 {
		t.Errorf("no asked event:\n%s", dump(events))
	}
	if s := lines(events, conversation.System); len(s) == 0 || !strings.Contains(s[0].Text, "team") {
		t.Errorf("the visitor is not told: %+v", s)
	}
}

// The words of the policy come in the language the conversation was opened in.
func TestSpeaksTheVisitorsLanguage(t *testing.T) {
	for locale, want := range map[string]string{"de-AT": "Einen Moment, bitte.", "fr": "One moment, please.", "": "One moment, please."} {
		h := newHouse(t)
		h.policy(func(c *escalation.Config) {
			c.RestrictedTopics[0].Say = escalation.Text{"en": "One moment, please.", "de": "Einen Moment, bitte."}
		})
		s, err := h.store.Create(t.Context(), anna, conversation.Opened{Visitor: anna.ID, Widget: "pk", Locale: locale})
		if err != nil {
			t.Fatal(err)
		}
		h.id = s.ID
		h.says("I was charged twice")
		events := h.escalated(escalation.ReasonTopic)
		if said := lines(events, conversation.System); len(said) != 1 || said[0].Text != want {
			t.Errorf("in %q she is told %+v, want %q", locale, said, want)
		}
	}
}

// The bot's own lines are in the language she is known to write, else in that of her
// page.
func TestTheBotsOwnLinesAreInHerLanguage(t *testing.T) {
	for _, tt := range []struct{ page, writes, want string }{
		{"", "", "Talk to a person"}, {"de-AT", "", "Mit dem Team sprechen"}, {"de", "es", "Hablar con una persona"}, {"fr", "sv", "Parler à quelqu’un"},
	} {
		h := newHouse(t)
		s, err := h.store.Create(t.Context(), anna, conversation.Opened{Visitor: anna.ID, Widget: "pk", Locale: tt.page})
		if err != nil {
			t.Fatal(err)
		}
		h.id = s.ID
		if tt.writes != "" {
			h.act(conversation.Switch(maya, true))
			h.act(conversation.Translate(conversation.Translated{Of: 1, Locale: tt.writes, Text: "x"}))
		}
		h.presses()
		h.says("Is there a human? I want to talk to a person")
		h.nobody()
		if m := h.hears(tt.want); !m.Offer {
			t.Errorf("page %q, writes %q: %q offers nobody", tt.page, tt.writes, m.Text)
		}
	}
}

func TestRestrictedTopicInTheDraftOnly(t *testing.T) {
	h := newHouse(t)
	h.model.Script(llmtest.Say("Parcels take two days. I can give you a refund for that. Just tell me your number."))
	shown, stop := h.live.Watch(h.id)
	defer stop()
	h.says(question)
	events := h.escalated(escalation.ReasonTopic)
	if got := lines(events, conversation.Bot); len(got) != 0 {
		t.Errorf("the bot said %+v", got)
	}
	d := bodies[conversation.Decided](events)
	if len(d) != 1 || d[0].Topic != "Billing disputes" || !strings.Contains(d[0].Draft, "refund") {
		t.Errorf("verdict %+v; want the topic and the withheld draft", d)
	}
	for {
		select {
		case s := <-shown:
			if strings.Contains(string(s.Data), "refund") {
				t.Fatalf("the visitor saw %s", s.Data)
			}
			continue
		default:
		}
		break
	}
}

func TestDraftIsReleasedSentenceBySentence(t *testing.T) {
	h := newHouse(t)
	h.model.Script(llmtest.Step{Times: -1, Reply: llmtest.Reply{
		Text: "Parcels take two days. Shipping costs 4.90 EUR. Anything else?", Delay: 40 * time.Millisecond,
	}})
	shown, stop := h.live.Watch(h.id)
	defer stop()
	h.says(question)
	h.hears("Anything else")
	var drafts []string
	for len(shown) > 0 {
		if s := <-shown; s.Kind == feed.SignalDraft {
			drafts = append(drafts, string(s.Data))
		}
	}
	all := strings.Join(drafts, "\n")
	if !strings.Contains(all, `"thinking":true`) || !strings.Contains(all, "two days.") {
		t.Errorf("drafts:\n%s", all)
	}
	if strings.Contains(all, `Parcels take two"`) || strings.Contains(all, "Shipping costs\"") {
		t.Errorf("half a sentence was shown:\n%s", all)
	}
}

func TestSupersededTurnsLeaveNothing(t *testing.T) {
	acts := map[string]conversation.Decider{
		"claim":  conversation.Claim(maya, conversation.ByTakeover),
		"button": conversation.AskByButton(anna, "button", conversation.Escalated{Reason: conversation.ReasonButton}, conversation.Message{}, time.Now(), time.Hour),
		"reply":  conversation.AgentSays(maya, conversation.Message{Text: "I am here"}, "1", conversation.TakingIt),
	}
	for name, act := range acts {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.model.Script(llmtest.Step{Times: -1, Reply: llmtest.Reply{Text: "Parcels take two days.", HangAfter: true}})
			h.says(question)
			h.model.Wait(5*time.Second, func(r []llmtest.Request) bool { return len(r) == 1 })
			h.act(act)
			if !h.model.Wait(5*time.Second, func(r []llmtest.Request) bool { return r[0].Cancelled }) {
				t.Fatal("the model's call was not cancelled")
			}
			if got := lines(h.events(), conversation.Bot); len(got) != 0 {
				t.Errorf("the bot said %+v", got)
			}
		})
	}
}

func TestStopKeepsWhatWasRead(t *testing.T) {
	h := newHouse(t)
	h.model.Script(llmtest.Step{Times: -1, Reply: llmtest.Reply{Text: "Parcels take two days. And then", HangAfter: true}})
	shown, stop := h.live.Watch(h.id)
	defer stop()
	h.says(question)
	for !strings.Contains(string((<-shown).Data), "two days.") {
	}
	h.act(conversation.Stop(anna))
	m := h.hears("two days.")
	if !m.Stopped || strings.Contains(m.Text, "And then") {
		t.Errorf("message %+v; want what was released, stopped", m)
	}
}

func TestModelDown(t *testing.T) {
	tests := []struct {
		name, level string
		step        llmtest.Step
		calls       int
		escalates   bool
	}{
		{"unavailable is tried again", escalation.Balanced, llmtest.Fail(503), 2, true},
		{"a refused key is not", escalation.Balanced, llmtest.Fail(401), 1, true},
		{"cut in the middle", escalation.Quick, llmtest.Step{Times: -1, Reply: llmtest.Reply{Text: "Parcels take two days.", CutAfter: true}}, 2, true},
		{"nobody is asked at ai_only", escalation.AIOnly, llmtest.Fail(401), 1, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			h.level(tt.level)
			h.model.Script(tt.step)
			h.says(question)
			events := h.judged()
			if got := len(bodies[conversation.Escalated](events)) == 1; got != tt.escalates {
				t.Errorf("escalated %v, want %v:\n%s", got, tt.escalates, dump(events))
			}
			if got := len(h.model.Requests()); got != tt.calls {
				t.Errorf("%d calls, want %d", got, tt.calls)
			}
			if failed := bodies[conversation.TurnFailed](events); len(failed) != tt.calls {
				t.Errorf("%d failures logged, want %d", len(failed), tt.calls)
			}
			if got := lines(events, conversation.Bot); len(got) != 0 {
				t.Errorf("the bot said %+v", got)
			}
			if len(lines(events, conversation.System)) == 0 {
				t.Error("the visitor is not told")
			}
		})
	}
}

func TestARetriedTurnAnswersOnce(t *testing.T) {
	h := newHouse(t)
	h.model.Script(
		llmtest.Step{Times: 1, Reply: llmtest.Reply{Text: "Parcels take", CutAfter: true}},
		llmtest.Say("Parcels take two days."))
	h.says(question)
	h.hears("two days")
	h.judged()
	if got := lines(h.events(), conversation.Bot); len(got) != 1 {
		t.Errorf("%d answers, want one", len(got))
	}
}

func TestToolsOfTheModel(t *testing.T) {
	t.Run("searches", func(t *testing.T) {
		h := newHouse(t)
		search := llmtest.Reply{Tools: []llmtest.ToolCall{{Name: "search_knowledge", Arguments: `{"query":"shipping costs"}`}}}
		h.model.Script(llmtest.Step{NotAfterTool: true, Times: -1, Reply: search}, llmtest.Say("It costs 4.90 EUR."))
		h.says(question)
		h.hears("4.90")
		if !strings.Contains(h.model.Requests()[1].Prompt(), "tool") {
			t.Error("the tool's result was not sent")
		}
	})
	t.Run("asks for a person", func(t *testing.T) {
		h := newHouse(t)
		h.level(escalation.Quick)
		hand := llmtest.Reply{Tools: []llmtest.ToolCall{{Name: "request_handoff", Arguments: `{"reason":"the visitor needs an exception"}`}}}
		h.model.Script(llmtest.Step{Times: -1, Reply: hand})
		h.says(question)
		h.judged()
		if len(bodies[conversation.Escalated](h.events())) != 1 {
			t.Errorf("not escalated:\n%s", dump(h.events()))
		}
	})
	t.Run("loops", func(t *testing.T) {
		h := newHouse(t)
		search := llmtest.Reply{Tools: []llmtest.ToolCall{{Name: "search_knowledge", Arguments: `{"query":"the same"}`}}}
		h.model.Script(llmtest.Step{Times: -1, Reply: search})
		h.says(question)
		h.escalated(escalation.ReasonModelDown)
		if n := len(h.model.Requests()); n > 2*5 {
			t.Errorf("%d calls", n)
		}
	})
}

func TestHandBackWithAnInstruction(t *testing.T) {
	h := newHouse(t)
	h.model.Script(llmtest.Say("Gladly."))
	h.act(conversation.AskByButton(anna, "button", conversation.Escalated{Reason: "button"}, conversation.Message{}, time.Now(), time.Hour))
	h.act(conversation.Claim(maya, conversation.ByButton))
	h.act(conversation.AgentSays(maya, conversation.Message{Text: "The parcel is on its way"}, "1", conversation.AsOwner))
	h.act(conversation.HandBack(maya, "Offer the size chart.", false))
	h.says(question)
	h.hears("Gladly")
	prompt := h.model.Requests()[0].Prompt()
	for _, want := range []string{"Offer the size chart.", "(Maya, a colleague) The parcel is on its way"} {
		if !strings.Contains(prompt, want) {
			t.Errorf("the model was not shown %q in:\n%s", want, prompt)
		}
	}
}

// TestLogHasNoVisitorText: a model server that fails may quote the request in its
// error, and that must not reach the log.
func TestLogHasNoVisitorText(t *testing.T) {
	h := newHouse(t) // a script without steps answers 500 and quotes the line
	h.says("How long do parcels take? My password is hunter2.")
	h.escalated(escalation.ReasonModelDown)
	log := h.logged()
	if strings.Contains(log, "hunter2") || !strings.Contains(log, "cause=unavailable") {
		t.Errorf("the log reads:\n%s", log)
	}
}
