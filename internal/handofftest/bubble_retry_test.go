package handofftest

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// Slack delivers late, again, or only by its last retry. blind leaves the house
// without its other way to learn of a line: Slack refuses to read threads.
func TestLateDeliveries(t *testing.T) {
	for _, row := range []struct {
		name  string
		late  time.Duration
		blind bool
		seen  time.Duration // when the visitor has the line, at most
	}{
		// 3 s without an acknowledgement, again at once, after a minute, after five.
		{"only the retry after five minutes", 6*time.Minute + 9*time.Second, true, 6*time.Minute + 10*time.Second},
		{"three hours", 3 * time.Hour, true, 3*time.Hour + time.Second},
		{"three hours, but threads can be read", 3 * time.Hour, false, 5*time.Minute + time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, "", time.Time{}, func(b *bubble) {
				anna := b.visitor("anna")
				anna.presses("human")
				anna.isClaimed("maya")
				b.wait(time.Minute)
				if row.blind {
					b.Slack.Inject(fakeslack.Fault{Method: "conversations.replies", Do: fakeslack.RateLimited("60")})
				}
				b.Slack.Disturb(fakeslack.Mischief{Type: "message", Times: 1, Do: fakeslack.Late{By: row.late}})
				written := time.Now()
				anna.hears("maya", "the late line")
				b.wait(10 * time.Second)
				anna.hears("maya", "the line after it")
				anna.sees("Maya", "the line after it")
				b.skipTo(written.Add(row.seen))
				anna.sees("Maya", "the late line")
				anna.says("and one of her own")
				b.skipTo(written.Add(row.late + time.Minute))
				anna.agree()
			})
		})
	}
}

// Slack delivers a message again under a new event id: hours later, and after
// the house has forgotten that it knows it. The visitor reads it once.
func TestMessageAgainUnderANewID(t *testing.T) {
	for _, after := range []time.Duration{time.Second, time.Hour, 30 * time.Hour} {
		t.Run(after.String(), func(t *testing.T) {
			t.Parallel()
			inBubble(t, "", time.Time{}, func(b *bubble) {
				anna := b.visitor("anna")
				anna.presses("human")
				anna.isClaimed("maya")
				anna.hears("maya", "I read this once")
				anna.sees("Maya", "I read this once")
				anna.says("I have a question") // so that the clock does not close her chat
				b.skipTo(time.Now().Add(after))
				b.wait(min(after, 2*time.Hour)) // the inbox is swept every hour
				for i := range 3 {
					b.again("I read this once", i)
					b.wait(time.Minute)
				}
				anna.hears("maya", "and this, too")
				anna.sees("Maya", "and this, too")
				anna.agree()
			})
		})
	}
}

// again delivers the event that carries text once more, under a new id.
func (b *bubble) again(text string, n int) {
	b.t.Helper()
	for _, d := range b.Slack.Deliveries() {
		var outer map[string]any
		if d.Type != "message" || json.Unmarshal(d.Payload, &outer) != nil {
			continue
		}
		if inner, _ := outer["event"].(map[string]any); inner["text"] != text {
			continue
		}
		outer["event_id"] = fmt.Sprintf("EvAGAIN%d", n)
		raw, err := json.Marshal(outer)
		if err != nil {
			b.t.Fatal(err)
		}
		b.Slack.EmitRaw("events_api", raw)
		return
	}
	b.t.Fatalf("%q was never delivered", text)
}
