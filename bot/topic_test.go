package bot_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/handoff-bot/handoff/bot"
	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/escalation"
	"github.com/handoff-bot/handoff/feed"
	"github.com/handoff-bot/handoff/knowledge"
	"github.com/handoff-bot/handoff/llm"
)

// memory is one conversation's log, read and written by one test.
type memory struct {
	mu     sync.Mutex
	state  conversation.State
	events []conversation.Event
}

func (m *memory) State(context.Context, conversation.ID) (conversation.State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state, nil
}

func (m *memory) Events(_ context.Context, _ conversation.ID, after conversation.Seq, limit int) ([]conversation.Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	left := m.events[min(int(after), len(m.events)):]
	return slices.Clone(left[:min(limit, len(left))]), nil
}

// append adds what an act decides. An act that is refused in words does nothing;
// what the invariants refuse is a mistake of ours.
func (m *memory) append(t *rapid.T, act conversation.Decider, now time.Time) (acted bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	drafts, err := act(m.state)
	if err != nil || len(drafts) == 0 {
		return false
	}
	s, events, err := conversation.Extend(m.state, "cnv_1", "", drafts, now)
	if err != nil {
		t.Fatalf("the invariants refuse what was decided: %v", err)
	}
	m.state, m.events = s, append(m.events, events...)
	return true
}

// chatter is a model that always has an answer, a library that always has a
// passage, and a purse without a bottom.
type chatter struct{ calls int }

func (c *chatter) Stream(_ context.Context, _ llm.Request, each func(llm.Delta) error) (llm.Reply, error) {
	c.calls++
	const text = "Parcels take two working days. "
	return llm.Reply{Text: text}, each(llm.Delta{Text: text})
}

func (*chatter) Search(context.Context, string, int) ([]knowledge.Passage, error) {
	return []knowledge.Passage{{ID: "p1", Doc: "shipping.md", Title: "Shipping", Text: "Parcels take two working days.", Score: 0.9}}, nil
}

func (*chatter) AddSpend(context.Context, time.Time, string, int64) (int64, error) { return 0, nil }
func (*chatter) Spent(context.Context, time.Time, string) (int64, error)           { return 0, nil }

// topicWorld is a conversation with the real bot and the real policy.
type topicWorld struct {
	log   *memory
	model *chatter
	set   bot.Settings
	bot   *bot.Bot
	now   time.Time
}

func newTopicWorld(t *rapid.T) *topicWorld {
	w := &topicWorld{log: &memory{}, model: &chatter{}, now: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)}
	cfg := escalation.Defaults()
	cfg.AskInWords = rapid.Bool().Draw(t, "ask_in_words")
	cfg.RestrictedTopics = []escalation.Topic{{Name: "Billing", Phrases: []string{"refund"}}}
	policy, wrong := escalation.Compile(cfg)
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	w.set = bot.Settings{Policy: policy, Level: func(string) string { return "" }, Model: llm.Defaults(), Author: conversation.Author{Role: conversation.Bot, ID: "bot"}}
	w.restart(t)
	w.log.append(t, conversation.Append(conversation.Draft{Author: anna, Body: conversation.Opened{Visitor: anna.ID, Widget: "pk", Reference: "H-1"}}), w.now)
	return w
}

// restart makes a new bot, and folds the log again.
func (w *topicWorld) restart(t *rapid.T) {
	b, err := bot.New(bot.Deps{
		Log: w.log, Model: w.model, Library: w.model, Spend: w.model, Wakes: feed.NewNotifier(), Shows: feed.NewLive(nil),
		Settings: func() bot.Settings { return w.set }, Now: time.Now, Logger: slog.New(slog.DiscardHandler), Alert: func(string, string) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.bot, w.log.state = b, conversation.Fold(conversation.State{}, w.log.events...)
}

// handle runs the bot until it rests.
func (w *topicWorld) handle(t *rapid.T) {
	for range 5 {
		s := w.log.state
		done, err := w.bot.Handle(context.Background(), feed.Work{State: s, Claim: feed.Claim{After: s.Seq}, Now: w.now})
		if err != nil && !errors.Is(err, conversation.ErrSuperseded) {
			t.Fatal(err)
		}
		if done.Decide == nil || !w.log.append(t, done.Decide, w.now) {
			return
		}
	}
	t.Fatal("the bot never comes to rest")
}

// ladder is an act of the queue: what it does when nobody has time or is there.
// For what is people's alone it asks for an address instead; force is a queue
// that forgets to.
func ladder(why conversation.HandBackWhy, say conversation.Notice, force bool) conversation.Decider {
	return func(s conversation.State) ([]conversation.Draft, error) {
		if escalation.OnlyPeople(s) && !force {
			return conversation.Step(s.Queued.Seq, conversation.Stepped{Step: s.Steps, Do: "ask_contact"})(s)
		}
		return conversation.BackToBot(s.Queued.Seq, why, say.Say())(s)
	}
}

func (w *topicWorld) act(t *rapid.T) conversation.Decider {
	says := func(text string) conversation.Decider {
		return conversation.VisitorSays(anna, conversation.Message{Text: text}, w.now, time.Hour)
	}
	force := rapid.Bool().Draw(t, "force")
	acts := map[string]conversation.Decider{
		"asks":         says("How long do parcels take?"),
		"topic":        says("I want a refund"),
		"wants people": says("I want to talk to a human"),
		"so what":      says("and now?"),
		"button":       conversation.AskByButton(anna, "button", conversation.Escalated{Reason: conversation.ReasonButton}, conversation.Message{}, w.now, time.Hour),
		"cancels":      conversation.Cancel(anna),
		"closes":       conversation.CloseSelf(anna),
		"claim":        conversation.Claim(maya, conversation.ByButton),
		"reply":        conversation.AgentSays(maya, conversation.Message{Text: "I am here"}, "1", conversation.AsOwner),
		"hand back":    conversation.HandBack(maya, "", false),
		"agent closes": conversation.Close(maya, conversation.Closing{}, false),
		"silent":       conversation.Requeue(maya.ID, conversation.ReleasedSilent),
		"nobody":       ladder(conversation.BackNobody, conversation.NoticeNobody, force),
		"away":         ladder(conversation.BackAway, conversation.NoticeContinues, force),
		"idle": func(s conversation.State) ([]conversation.Draft, error) {
			return conversation.CloseIdle(s.Active.Seq)(s)
		},
		"undo": func(s conversation.State) ([]conversation.Draft, error) {
			if s.Undo == nil {
				return nil, nil
			}
			return conversation.Undo(maya, s.Undo.Seq, w.now, false)(s)
		},
	}
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range acts {
			if !yield(name) {
				return
			}
		}
	})
	return acts[rapid.SampledFrom(names).Draw(t, "act")]
}

// TestNoAnswerOnARestrictedTopic: whatever people, the ladder and restarts do, at
// whatever level, the bot says nothing and asks no model from a topic's verdict
// until an agent hands back or closes; nor about a topic that came up while the
// visitor waited.
func TestNoAnswerOnARestrictedTopic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newTopicWorld(t)
		level := escalation.Balanced
		w.set.Level = func(string) string { return level }
		answers := 0
		for range rapid.IntRange(5, 40).Draw(t, "steps") {
			w.now = w.now.Add(time.Second)
			if rapid.IntRange(0, 5).Draw(t, "new level") == 0 {
				level = rapid.SampledFrom([]string{escalation.AIOnly, escalation.Quick, escalation.Balanced, escalation.AIFirst, escalation.HumanOnly}).Draw(t, "level")
			}
			if rapid.IntRange(0, 5).Draw(t, "restart") == 0 {
				w.restart(t)
			}
			w.log.append(t, w.act(t), w.now)
			calls, from := w.model.calls, len(w.log.events)
			people := isOpen(w.log.events) || level != escalation.AIOnly && touched(w.log.events) || level == escalation.HumanOnly
			w.handle(t)
			if people && w.model.calls > calls {
				t.Fatalf("the model was asked at %s:\n%s", level, dump(w.log.events))
			}
			said := lines(w.log.events[from:], conversation.Bot)
			if people && len(said) > 0 {
				t.Fatalf("the bot said %q at %s:\n%s", said[0].Text, level, dump(w.log.events))
			}
			answers += len(said)
		}
		t.Logf("%d answers", answers)
	})
}

// isOpen says from the events alone whether a restricted topic is with people.
func isOpen(events []conversation.Event) bool {
	open, undo := false, false
	for _, e := range events {
		switch b := e.Body.(type) {
		case conversation.Escalated:
			open = open || b.Topic != ""
		case conversation.HandedBack, conversation.Closed:
			undo = open
			open = open && e.Author.Role != conversation.Agent
		case conversation.Undone:
			open = open || undo
		}
	}
	return open
}

// touched says whether the lines that nobody has answered or judged name the
// topic.
func touched(events []conversation.Event) bool {
	found := false
	for _, e := range events {
		switch b := e.Body.(type) {
		case conversation.Message:
			switch e.Author.Role {
			case conversation.Visitor:
				found = found || strings.Contains(b.Text, "refund")
			case conversation.Bot, conversation.Agent:
				found = false
			case conversation.System:
			}
		case conversation.Decided, conversation.Closed:
			found = false
		case conversation.HandedBack:
			found = found && e.Author.Role != conversation.Agent
		}
	}
	return found
}
