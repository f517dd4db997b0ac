package slackbridge_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// The bridge stops and starts at random moments while visitors write, and some
// posts fail in the worst ways. Every line stands once, in order.
func TestRestartsAtRandom(t *testing.T) {
	rounds := 12
	if os.Getenv("HANDOFF_STRESS") != "" {
		rounds = 150
	}
	s := newStage(t)
	var chats []*chat
	for i := range 3 {
		c := s.open(fmt.Sprintf("Visitor %c", 'A'+i))
		c.says("ask")
		c.escalate()
		c.card()
		chats = append(chats, c)
	}
	said := 0
	for range rounds {
		for range rand.IntN(6) {
			for _, c := range chats {
				c.says(fmt.Sprintf("[%04d]", said))
			}
			said++
			time.Sleep(time.Duration(rand.IntN(15)) * time.Millisecond)
		}
		if rand.IntN(3) == 0 {
			s.slack.Inject(fakeslack.Fault{Method: "chat.postMessage", Times: 1, Do: fakeslack.Drop{After: rand.IntN(2) == 0}})
		}
		s.restart()
	}
	s.slack.Heal()
	for _, c := range chats {
		var want []string
		for i := range said {
			want = append(want, fmt.Sprintf("[%04d]", i))
		}
		c.shows(want...)
		c.assertOnce()
		var all strings.Builder
		for _, m := range s.slack.Thread(c.channel, c.root) {
			all.WriteString(m.Visible())
		}
		for _, w := range want {
			if n := strings.Count(all.String(), w); n != 1 {
				t.Errorf("%s stands %d times", w, n)
			}
		}
	}
}
