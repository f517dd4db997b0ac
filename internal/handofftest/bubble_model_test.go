package handofftest

import (
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/llm/llmtest"
)

// The model is slow, or hangs. A turn is tried twice; then the team is asked.
func TestModelHangs(t *testing.T) {
	const text = "Parcels within Germany take two working days."
	always := func(r llmtest.Reply) llmtest.Step { return llmtest.Step{Times: -1, Reply: r} }
	for _, row := range []struct {
		name  string
		steps []llmtest.Step
		after time.Duration // from the question to the outcome
		phase string
	}{
		// The first chunk may take 30 s, each further one 15 s, all of it 45 s; a
		// second lies between two attempts.
		{"says nothing", []llmtest.Step{always(llmtest.Reply{HangFirst: true})}, 61 * time.Second, "waiting"},
		{"stops in the middle", []llmtest.Step{always(llmtest.Reply{Text: text, HangAfter: true})}, 31 * time.Second, "waiting"},
		{"dribbles", []llmtest.Step{always(llmtest.Reply{Text: "and ", Endless: true, Delay: 14 * time.Second})}, 91 * time.Second, "waiting"},
		{"is slow but in time", []llmtest.Step{always(llmtest.Reply{Text: text, Delay: 5 * time.Second})}, 35 * time.Second, "bot"},
		{"hangs once", []llmtest.Step{{Reply: llmtest.Reply{HangFirst: true}}, llmtest.Say(text)}, 31 * time.Second, "bot"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, "", time.Time{}, func(b *bubble) {
				b.Model.Script(row.steps...)
				anna := b.visitor("anna")
				anna.says("How long does delivery take?")
				b.wait(row.after - time.Second)
				if n := len(Lines(anna.Items())); n != 1 {
					t.Errorf("a second before its time there are %d lines, want her own:\n%s", n, anna.Transcript())
				}
				b.wait(2 * time.Second)
				if got := Phase(anna.Items()); got != row.phase {
					t.Fatalf("after %v the phase is %s, want %s:\n%s", row.after, got, row.phase, anna.Transcript())
				}
				anna.ends(row.phase, text)
			})
		})
	}
}

// ends is how a turn with a slow model ends: with the answer, or with a person.
func (g *guest) ends(phase, text string) {
	g.b.t.Helper()
	if phase == "bot" {
		g.sees("bot", text)
		g.agree()
		return
	}
	for _, l := range Lines(g.Items()) {
		if l.Role == "bot" {
			g.b.t.Errorf("the bot says %q", l.Text)
		}
	}
	if drafts := g.Drafts(); len(drafts) > 0 && !strings.Contains(drafts[len(drafts)-1], `"stopped":true`) {
		g.b.t.Errorf("the last draft stands: %s", drafts[len(drafts)-1])
	}
	g.isClaimed("maya")
	g.hears("maya", "two days")
	g.sees("Maya", "two days")
	g.agree()
}
