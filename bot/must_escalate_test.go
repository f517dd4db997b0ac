package bot_test

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// marked are the last columns of the rows of a file of escalation/testdata that
// have the mark in one of the columns before, and the first columns.
func marked(t *testing.T, file, mark string) (texts, firsts []string) {
	t.Helper()
	f, err := os.Open("../escalation/testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for scan := bufio.NewScanner(f); scan.Scan(); {
		columns := strings.Split(scan.Text(), " | ")
		if n := len(columns); n > 1 && columns[n-2] == mark {
			texts, firsts = append(texts, columns[n-1]), append(firsts, columns[0])
		}
	}
	if len(texts) == 0 {
		t.Fatalf("%s has no %s", file, mark)
	}
	return texts, firsts
}

// restricted are the labelled lines that touch a topic, and a policy that has
// these topics.
func restricted(t *testing.T) ([]string, []escalation.Topic) {
	texts, phrases := marked(t, "topics.txt", "hit")
	var topics []escalation.Topic
	slices.Sort(phrases)
	for _, phrase := range slices.Compact(phrases) {
		topics = append(topics, escalation.Topic{Name: phrase, Phrases: []string{phrase}})
	}
	return texts, topics
}

// alone says a line in a conversation of its own and returns its log with the
// verdict.
func (h *house) alone(text string) []conversation.Event {
	h.t.Helper()
	s, err := h.store.Create(h.t.Context(), anna, conversation.Opened{Visitor: anna.ID, Widget: "pk"})
	if err != nil {
		h.t.Fatal(err)
	}
	h.id = s.ID
	h.says(text)
	return h.judged()
}

// TestMustEscalateWithoutAModel: with the model's server down, every labelled line
// that touches a restricted topic or asks for a person brings people in, and the
// model is not asked.
func TestMustEscalateWithoutAModel(t *testing.T) {
	lines, topics := restricted(t)
	asks, _ := marked(t, "asks.txt", "ask")
	more, _ := marked(t, "asks_languages.txt", "ask")
	h := newHouse(t)
	h.policy(func(c *escalation.Config) { c.RestrictedTopics = topics })
	h.model.Script(llmtest.Fail(503))
	for i := 0; i < len(more); i += 4 { // each is read by the detector's own test
		asks = append(asks, more[i])
	}
	for _, text := range append(lines, asks...) {
		if events := h.alone(text); len(bodies[conversation.Escalated](events)) != 1 {
			t.Errorf("%q brings nobody in:\n%s", text, dump(events))
		}
	}
	if n := len(h.model.Requests()); n != 0 {
		t.Errorf("the model was asked %d times", n)
	}
	// What only the model could answer goes to people because it is down.
	events := h.alone(question)
	if e := bodies[conversation.Escalated](events); len(e) != 1 || e[0].Reason != escalation.ReasonModelDown {
		t.Errorf("the model is down, and %+v", e)
	}
}

// TestNoRestrictedLineIsAnswered: at every level, of the labelled lines that touch
// a restricted topic the AI answers none, though the model would answer all.
func TestNoRestrictedLineIsAnswered(t *testing.T) {
	texts, topics := restricted(t)
	for _, level := range []string{escalation.AIOnly, escalation.Quick, escalation.Balanced, escalation.AIFirst, escalation.HumanOnly} {
		t.Run(level, func(t *testing.T) {
			h := newHouse(t)
			h.policy(func(c *escalation.Config) { c.Level, c.RestrictedTopics = level, topics })
			h.model.Script(llmtest.Say("Parcels take two working days."))
			answered := 0
			for _, text := range texts {
				events := h.alone(text)
				if said := lines(events, conversation.Bot); len(said) > 0 {
					answered++
					t.Errorf("%q is answered: %q", text, said[0].Text)
				}
			}
			if n := len(h.model.Requests()); n != 0 {
				t.Errorf("the model was asked %d times", n)
			}
			t.Logf("%d of %d lines are answered by the AI", answered, len(texts))
		})
	}
}
