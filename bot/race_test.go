package bot_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// racesVariable sets the number of races of each kind; `make races` asks for
// 500.
const racesVariable = "HANDOFF_RACES"

// TestNeverTalksOver races each way to take the conversation from the bot
// against an answer in flight: from then on, no line of the bot.
func TestNeverTalksOver(t *testing.T) {
	races := 25
	if n, err := strconv.Atoi(os.Getenv(racesVariable)); err == nil {
		races = n
	}
	takes := map[string]conversation.Decider{
		"escalation": conversation.AskByButton(anna, "button", conversation.Escalated{Reason: conversation.ReasonButton}, conversation.Message{}, time.Now(), time.Hour),
		"claim":      conversation.Claim(maya, conversation.ByTakeover),
		"reply":      conversation.AgentSays(maya, conversation.Message{Text: "I am here"}, "1", conversation.TakingIt),
	}
	for name, take := range takes {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.model.Script(llmtest.Step{Times: -1, Reply: llmtest.Reply{Text: "Parcels take two days. Shipping costs 4.90 EUR.", Delay: time.Millisecond}})
			var busy sync.WaitGroup
			slots := make(chan struct{}, 8)
			spoke := make(chan bool, races)
			for range races {
				slots <- struct{}{}
				busy.Go(func() {
					spoke <- h.race(take)
					<-slots
				})
			}
			busy.Wait()
			close(spoke)
			before := 0
			for s := range spoke {
				if s {
					before++
				}
			}
			t.Logf("%d races, 0 lines of the bot after the %s; in %d it had answered before", races, name, before)
		})
	}
}

// race takes one conversation from the bot at a random moment of its turn, waits
// for the turn to end, and reports whether the bot had spoken before. A line of
// the bot after it is an error.
func (h *house) race(take conversation.Decider) (spokeBefore bool) {
	s, err := h.store.Create(h.t.Context(), anna, conversation.Opened{Visitor: anna.ID, Widget: "pk"})
	if err != nil {
		h.t.Error(err)
		return false
	}
	say := conversation.VisitorSays(anna, conversation.Message{Text: question}, time.Now(), time.Hour)
	_, err = h.store.Append(h.t.Context(), s.ID, "", say)
	time.Sleep(time.Duration(rand.IntN(40)) * time.Millisecond) // somewhere in the turn
	_, taken := h.store.Append(h.t.Context(), s.ID, "", take)
	if err = errors.Join(err, taken); err != nil {
		h.t.Error(err)
		return false
	}
	time.Sleep(60 * time.Millisecond) // what was in flight lands, or not
	events, err := h.store.Events(h.t.Context(), s.ID, 0, 100)
	if err != nil {
		h.t.Error(err)
	}
	state := conversation.State{}
	for _, e := range events {
		if _, line := e.Body.(conversation.Message); line && e.Author.Role == conversation.Bot {
			if state.Mode != conversation.WithBot {
				h.t.Errorf("the bot spoke in mode %s:\n%s", state.Mode, dump(events))
			}
			spokeBefore = true
		}
		state = state.Apply(e)
	}
	return spokeBefore
}
