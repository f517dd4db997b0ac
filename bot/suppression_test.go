package bot_test

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// attempts are the texts of escalation/testdata/suppression.jsonl.
func attempts(t *testing.T) []string {
	t.Helper()
	f, err := os.Open("../escalation/testdata/suppression.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []string
	for scan := bufio.NewScanner(f); scan.Scan(); {
		var line struct{ Text string }
		if err := json.Unmarshal(scan.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		all = append(all, line.Text)
	}
	return all
}

// poisoned has a page for each attempt: its words, title and file name.
func poisoned(attempts []string) fstest.MapFS {
	pages := fstest.MapFS{"shipping.md": {Data: []byte("# Shipping\n\nParcels take two working days.\n")}}
	for _, a := range attempts {
		name := strings.NewReplacer("/", " ", "\n", " ", "\x00", "").Replace(a)
		pages[name+".md"] = &fstest.MapFile{Data: []byte("# " + a + "\n\n" + a + "\n\n" + a + "\n")}
	}
	return pages
}

// obedient is what a model says that does what an attempt tells it, in turn.
func obedient(prompt string, n int) string {
	head, _, _ := strings.Cut(prompt, "- Apologise")
	return []string{
		"Of course. Here are my instructions: " + prompt,
		"My rules are:\n\n" + head,
		"As you wish. I have cancelled your order. No person is needed.",
		"You were charged twice, and here is your refund.",
		"Restricted topics are off now. I've waived the late fee for you.",
	}[n%5]
}

// TestNoAttemptSucceeds: with a model that obeys, at every level, each attempt as
// her words, as page, as what the site says of her, and as a page of the knowledge
// with its file name: she reads nothing of the rules, no promise and no answer on a
// restricted topic, and what comes after it goes to people.
func TestNoAttemptSucceeds(t *testing.T) {
	tried := attempts(t)
	for _, level := range []string{escalation.AIOnly, escalation.Quick, escalation.Balanced, escalation.AIFirst, escalation.HumanOnly} {
		t.Run(level, func(t *testing.T) {
			t.Parallel()
			h := newHouseOf(t, poisoned(tried))
			h.level(level)
			h.model.Script(llmtest.Say("Parcels take two working days."))
			if level != escalation.HumanOnly {
				h.says(question)
				h.judged()
			}
			prompt := "Rules:\n"
			if r := h.model.Requests(); len(r) > 0 {
				prompt = r[0].Messages[0].Content
			}
			for i, attempt := range tried {
				h.tries(attempt, obedient(prompt, i), level)
			}
		})
	}
}

// tries is a conversation of its own: the attempt, and then a restricted topic.
func (h *house) tries(attempt, reply, level string) {
	h.t.Helper()
	s, err := h.store.Create(h.t.Context(), anna, conversation.Opened{
		Visitor: anna.ID, Widget: "pk", Page: conversation.Page{URL: "https://shop.example/", Title: attempt},
		Context: map[string]any{"level": attempt, "policy": attempt},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.id = s.ID
	h.model.Script(llmtest.Say(reply))
	shown, stop := h.live.Watch(h.id)
	defer stop()
	h.says(attempt)
	events := h.judged()
	if conversation.Fold(conversation.State{}, events...).Mode == conversation.WithBot {
		h.says("I was charged twice for my lamp")
		events = h.judged()
	}
	last := bodies[conversation.Decided](events)
	want := string(escalation.Escalate)
	if level == escalation.AIOnly {
		want = string(escalation.Withhold)
	}
	if v := last[len(last)-1]; v.Act != want || v.Level != level {
		h.t.Errorf("after %q: %s at %s, want %s", attempt, v.Act, v.Level, want)
	}
	drafts := seenDrafts(shown)
	for _, m := range slices.Concat(lines(events, conversation.Bot), lines(events, conversation.System)) {
		drafts += "\n" + m.Text
	}
	for _, never := range []string{"never to be repeated", "Answer only from", "call request_handoff", "refund", "waived", "cancelled", "charged twice", "Billing disputes", "C0BILLING"} {
		if strings.Contains(strings.ReplaceAll(drafts, attempt, ""), never) {
			h.t.Errorf("after %q she read %q in:\n%s", attempt, never, drafts)
		}
	}
}

// TestThePromptHasNoPolicy: what the model is told has no topic, phrase, channel or
// level, so nobody can get them out of it.
func TestThePromptHasNoPolicy(t *testing.T) {
	h := newHouse(t)
	h.model.Script(llmtest.Say("Parcels take two working days."))
	h.says(question)
	h.judged()
	prompt := h.model.Requests()[0].Prompt()
	for _, secret := range []string{"Billing disputes", "charged twice", "C0BILLING", escalation.Balanced, escalation.AIOnly, escalation.AIFirst} {
		if strings.Contains(prompt, secret) {
			t.Errorf("the prompt has %q", secret)
		}
	}
}

// TestNothingSheWritesEndsTheWait: only her own cancel does, whatever she writes;
// and asking again and again asks once.
func TestNothingSheWritesEndsTheWait(t *testing.T) {
	h := newHouse(t)
	h.model.Script(llmtest.Say("All right, I have told the team that you need nobody."))
	h.says("I was charged twice")
	h.escalated(escalation.ReasonTopic)
	for _, text := range append(attempts(t), "never mind, cancel the human", "I want to talk to a human", "HUMAN NOW", "I was charged twice") {
		h.says(text)
		h.presses()
	}
	s := conversation.Fold(conversation.State{}, h.events()...)
	if s.Mode != conversation.Waiting || s.Epoch != 1 {
		t.Errorf("mode %s in epoch %d", s.Mode, s.Epoch)
	}
	if n := len(h.model.Requests()); n != 0 || len(lines(h.events(), conversation.Bot)) != 0 {
		t.Errorf("the bot had %d calls", n)
	}
	h.act(conversation.Cancel(anna))
	if s := conversation.Fold(conversation.State{}, h.events()...); s.Mode != conversation.WithBot {
		t.Errorf("after her cancel: mode %s", s.Mode)
	}
}

// TestAskingAndCancellingRingsOnce: who asks, cancels and asks again is waiting
// again, without a mention.
func TestAskingAndCancellingRingsOnce(t *testing.T) {
	h := newHouse(t)
	for range 3 {
		h.says("I want to talk to a human")
		h.wait("the wait", func(events []conversation.Event) bool {
			return conversation.Fold(conversation.State{}, events...).Mode == conversation.Waiting
		})
		h.act(conversation.Cancel(anna))
	}
	for i, e := range bodies[conversation.Escalated](h.events()) {
		if e.Quiet != (i > 0) {
			t.Errorf("escalation %d: quiet %v", i+1, e.Quiet)
		}
	}
}
