package handofftest

import (
	"testing"
	"time"

	"github.com/handoff-bot/handoff/conversation"
	"github.com/handoff-bot/handoff/llm/llmtest"
)

// summaries are those in the log.
func (g *guest) summaries() []conversation.Summarised {
	var all []conversation.Summarised
	for _, e := range g.log() {
		if b, ok := e.Body.(conversation.Summarised); ok {
			all = append(all, b)
		}
	}
	return all
}

// The model hangs over the summary: the card stands at once, she is claimed and
// hears an answer meanwhile, and after ten seconds the summary is there, once, cut
// out of her words. A restart in the middle changes nothing.
func TestBriefDelaysNothing(t *testing.T) {
	for _, row := range []struct {
		name    string
		restart bool
	}{{"undisturbed", false}, {"restarted", true}} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, "", time.Time{}, func(b *bubble) {
				b.Model.Script(llmtest.Step{Shape: "brief", Times: -1, Reply: llmtest.Reply{HangFirst: true}})
				anna := b.visitor("anna")
				anna.says("My parcel 4711 never arrived in Lyon, I want to talk to a human")
				began := time.Now()
				anna.is("waiting")
				anna.card()
				if took := time.Since(began); took > time.Second {
					t.Errorf("the card stood after %v", took)
				}
				b.wait(3 * time.Second)
				if row.restart {
					b.stop()
					b.start()
					b.wait(time.Second) // a press that meets no socket is lost, as at Slack
				}
				anna.isClaimed("maya")
				anna.hears("maya", "I am looking")
				anna.sees("Maya", "I am looking")
				if got := anna.summaries(); len(got) != 0 {
					t.Fatalf("the model has not answered, and there is %+v", got)
				}
				b.wait(11 * time.Second)
				got := anna.summaries()
				if len(got) != 1 || got[0].By != conversation.ByExtract || got[0].Text != "My parcel 4711 never arrived in Lyon, I want to talk to a human" {
					t.Fatalf("summaries %+v, want her words once", got)
				}
				anna.agree()
			})
		})
	}
}

// A model that fails at summaries only is not kept from answering.
func TestFailedBriefsDoNotStopAnswers(t *testing.T) {
	inBubble(t, "", time.Time{}, func(b *bubble) {
		b.Model.Script(llmtest.Say("Parcels within Germany take two working days."),
			llmtest.Step{Shape: "brief", Times: -1, Reply: llmtest.Reply{Status: 503}})
		for range 8 { // more than it takes to leave a model alone
			g := b.visitor("many")
			g.says("I want to talk to a human about my parcel")
			g.is("waiting")
		}
		b.wait(time.Second)
		anna := b.visitor("anna")
		anna.says("How long does delivery take?")
		anna.sees("bot", "two working days")
	})
}
