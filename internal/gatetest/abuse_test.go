package gatetest

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
	"github.com/handoff-bot/handoff/internal/handofftest"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// each runs f for every guest at the same time.
func each(guests []*guest, f func(i int, g *guest)) {
	var busy sync.WaitGroup
	for i, g := range guests {
		busy.Go(func() { f(i, g) })
	}
	busy.Wait()
}

func guests(t *testing.T, h *handofftest.House, n int) []*guest {
	t.Helper()
	out := make([]*guest, n)
	for i := range out {
		out[i] = newGuest(t, h, map[string]any{})
	}
	return out
}

// B-29: twenty sessions flood the model at the same time. It is asked no oftener
// than the day's money allows, no call is larger than its caps, and beyond the
// breaker the chat and the way to a person go on without it.
func TestB29Flood(t *testing.T) {
	t.Parallel()
	const affordable = 5
	h := house(t, handofftest.Options{})
	rewrite(t, h, `model: test-model,`, `model: test-model, budget: {day: 0.5, visitor_day: 0.3, price: {in: 0, out: 1000}},`)
	h.Model.Script(llmtest.Step{Times: -1, Reply: llmtest.Reply{Text: "Parcels within Germany take two working days.", PromptTokens: 1000, CompletionTokens: 100, Delay: 5 * time.Millisecond}},
		llmtest.Step{Shape: "brief", Times: -1, Reply: llmtest.Reply{Text: `{"ask":"Asks about parcels","points":[]}`, PromptTokens: 1000, CompletionTokens: 100}})
	h.Start()
	flood := guests(t, h, 20)
	long := strings.Repeat("How long do parcels take? ", 150)
	each(flood, func(_ int, g *guest) {
		for n := range 3 {
			g.say(fmt.Sprintf("flood-%d", n), long)
		}
	})
	each(flood, func(_ int, g *guest) { g.until("an answer or a person", settled) })
	// Turns side by side leave what the others may still need; one by one it is
	// used up.
	rests := false
	for n := 0; !rests && n < 2*affordable; n++ {
		g := newGuest(t, h, map[string]any{})
		g.say("ask", "How long do parcels within Germany take?")
		g.until("an answer or a person", settled)
		rests = g.phase() == "waiting"
	}
	if !rests {
		t.Error("the breaker never opens")
	}
	turns := spent(t, h, affordable)
	for _, r := range h.Model.Requests() {
		if n := max(r.MaxTokens, r.MaxCompletionTokens); n < 1 || n > 700 {
			t.Errorf("a call may answer with %d tokens, want at most 700", n)
		}
		if n := len(r.Prompt()); n > 48_000 {
			t.Errorf("a call holds %d bytes, want at most 48,000 (12,000 tokens)", n)
		}
	}
	late := newGuest(t, h, map[string]any{})
	late.say("late", "How long do parcels within Germany take?")
	late.until("a person", func([]seen) bool { return late.phase() == "waiting" })
	late.say("more", "Is anybody there?")
	threadShows(t, h, support, card(t, h, support, late.reference), "Is anybody there?")
	if n := spent(t, h, affordable); n != turns {
		t.Errorf("the model was asked %d times beyond the breaker", n-turns)
	}
}

// spent checks that what the model has answered is within the budget, and returns
// how many turns it was asked for. A brief is shorter, and may still fit when a turn
// does not.
func spent(t *testing.T, h *handofftest.House, affordable int) (turns int) {
	t.Helper()
	finished := 0
	for _, r := range h.Model.Requests() {
		if r.Shape() == "" {
			turns++
		}
		if !r.Cancelled { // a cancelled one costs what it had written
			finished++
		}
	}
	if finished < 1 || finished > affordable {
		t.Errorf("the model has answered %d times, want 1 to %d", finished, affordable)
	}
	return turns
}

// settled says that the bot has answered or a person was asked for.
func settled(events []seen) bool {
	for _, e := range events {
		if e.Type == "state" || strings.Contains(string(e.Data), `"role":"bot"`) {
			return true
		}
	}
	return false
}

var counted = regexp.MustCompile(`(\d+) more requests?`)

// alarm is what a channel's agents were alarmed by.
type alarm struct {
	cards    int // in the channel
	mentions int // posts that mention anybody
	digest   int // cards counted in the digest line
}

func alarmOf(st *fakeslack.State, channel string) alarm {
	var a alarm
	for _, m := range st.History(channel) {
		if n := counted.FindStringSubmatch(m.Visible()); n != nil {
			a.digest, _ = strconv.Atoi(n[1])
		} else if m.BotID != "" && !m.Broadcast {
			a.cards++
		}
	}
	for _, c := range st.Calls() {
		posted := c.Method == "chat.postMessage" && c.Error == "" && c.Args["channel"] == channel
		if posted && (strings.Contains(c.Args["text"], "<!") || strings.Contains(c.Args["blocks"], `"broadcast"`)) {
			a.mentions++
		}
	}
	return a
}

// spammed waits until every guest has a card and the digest, and checks that the
// agents were alarmed by at most five cards and one mention, and that nobody was
// lost.
func spammed(t *testing.T, h *handofftest.House, all []*guest) {
	t.Helper()
	each(all, func(_ int, g *guest) {
		if phase := g.phase(); phase != "waiting" {
			t.Errorf("%s: phase %q, want waiting", g.reference, phase)
		}
	})
	roots := map[string]string{}
	for _, g := range all {
		roots[g.reference] = card(t, h, support, g.reference)
	}
	var got alarm
	slackShows(t, h, "the digest", func(st *fakeslack.State) bool {
		got = alarmOf(st, support)
		return got.digest >= len(all)-5
	})
	if loud := got.cards - got.digest; loud > 5 {
		t.Errorf("%d of %d cards are not in the digest, want at most 5", loud, got.cards)
	}
	if got.mentions != 1 {
		t.Errorf("%d posts mention somebody, want one", got.mentions)
	}
	if got.cards != len(all) {
		t.Errorf("%d cards stand for %d conversations", got.cards, len(all))
	}
	for _, g := range all[:3] { // a line each is a post a second
		threadShows(t, h, support, roots[g.reference], "line of "+g.reference)
	}
}

// B-32: a hundred presses of the button from twenty sessions within a minute. The
// agents are alarmed once; no escalation is refused and none is lost. (Blocking a
// visitor is not in this version.)
func TestB32ButtonSpam(t *testing.T) {
	t.Parallel()
	h := house(t, handofftest.Options{Policy: "handoff: {level: balanced}\n"})
	strictLimits(t, h)
	h.Start()
	all := guests(t, h, 20)
	each(all, func(_ int, g *guest) {
		for range 5 {
			if status, body := g.call(http.MethodPost, g.at("escalate"), "{}"); status != http.StatusOK {
				t.Errorf("an escalation was refused: %d %s", status, body)
			}
		}
		g.say("line", "line of "+g.reference)
	})
	spammed(t, h, all)
}

// B-32: the same flood in words and through the model's own tool, which no
// counter at the visitor's door sees.
func TestB32SpamInWords(t *testing.T) {
	t.Parallel()
	h := house(t, handofftest.Options{Policy: "handoff: {level: quick}\n"})
	strictLimits(t, h)
	h.Model.Script(llmtest.Step{Times: -1, Reply: llmtest.Reply{Tools: []llmtest.ToolCall{{Name: "request_handoff", Arguments: `{"reason":"the visitor talked me into it"}`}}}})
	h.Start()
	all := guests(t, h, 20)
	each(all, func(i int, g *guest) {
		words := "I want to talk to a person, please"
		if i%2 == 1 {
			words = "How long do parcels within Germany take?" // the model answers with its tool
		}
		g.say("ask", words)
		g.until("a person", func([]seen) bool { return g.phase() == "waiting" })
		g.say("line", "line of "+g.reference)
	})
	spammed(t, h, all)
}
