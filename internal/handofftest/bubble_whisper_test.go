package handofftest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// TestRefusalsOutlastSlack: Slack takes no private message for ten seconds, while
// colleagues write into an owner's thread and a guest presses a button. Each is told
// why afterwards, in order and once, and nobody else waits meanwhile.
func TestRefusalsOutlastSlack(t *testing.T) {
	for name, trouble := range map[string]fakeslack.Failure{"429": fakeslack.RateLimited("3"), "503": fakeslack.Status{Code: 503}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, "", time.Time{}, func(b *bubble) {
				anna := b.visitor("anna")
				anna.presses("human")
				anna.isClaimed("maya")
				anna.hears("maya", "Good morning")
				anna.sees("Maya", "Good morning")
				if err := b.addPerson("guest"); err != nil {
					t.Fatal(err)
				}
				b.wait(time.Minute)
				lift := b.Slack.Inject(fakeslack.Fault{Method: "chat.postEphemeral", Do: trouble})
				began := time.Now()
				var want []string // what Sam is asked about, in order
				for i := range 4 {
					ts, err := b.Slack.Say(people["sam"], anna.channel, anna.root, fmt.Sprintf("Sam's line %d", i))
					if err != nil {
						t.Fatal(err)
					}
					want = append(want, ts)
					if err := b.Slack.Press("U0GUEST", anna.channel, anna.root, "handoff_release"); err != nil {
						t.Fatal(err)
					}
					b.wait(time.Second)
				}
				anna.hears("maya", "nobody waits for that")
				b.wait(time.Second)
				if !Sees(anna.Items(), "Maya", "nobody waits for that") {
					t.Error("the owner's line waits for a private message to somebody else")
				}
				b.waitUntil(began.Add(10 * time.Second))
				lift()
				b.wait(30 * time.Second)
				if got := b.askedAbout(people["sam"]); !slices.Equal(got, want) {
					t.Errorf("Sam was told about %q, want %q", got, want)
				}
				if n := len(b.Slack.Ephemerals("U0GUEST")); n != 4 {
					t.Errorf("the guest was told why %d times, want 4", n)
				}
				if n := len(b.calls("chat.postEphemeral", began)); n > 16 {
					t.Errorf("%d calls for 8 messages", n)
				}
			})
		})
	}
}

// askedAbout lists the lines that somebody's private messages have buttons for.
func (b *bubble) askedAbout(user string) []string {
	var out []string
	for _, m := range b.Slack.Ephemerals(user) {
		for _, block := range m.Blocks {
			if id, _ := block["block_id"].(string); strings.HasPrefix(id, "own:") {
				out = append(out, id[strings.LastIndex(id, ":")+1:])
			}
		}
	}
	return out
}
